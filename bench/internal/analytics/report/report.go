package report

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"engaged/bench/internal/analytics/duck"
	"engaged/bench/internal/analytics/load"
	"engaged/bench/internal/analytics/measure"
	"engaged/bench/internal/report"
)

// Report is the result of one run.
type Report struct {
	// Command is how the run was started, Date when.
	Command string    `json:"command"`
	Date    time.Time `json:"date"`
	// Machine says on what; Took is how long all of it took, in seconds.
	Machine report.Machine `json:"machine"`
	Took    float64        `json:"took_seconds"`
	// Settings are those of Postgres and of DuckDB.
	Settings []string `json:"postgres_settings"`
	DuckDB   []string `json:"duckdb_settings"`
	// DuckDBVersion is the peer's.
	DuckDBVersion string `json:"duckdb"`
	// Data is the data set.
	Data Data `json:"data"`
	// Nothing is a question that no row answers.
	Nothing measure.Result `json:"nothing"`
	// Questions are in the order of the set.
	Questions []measure.Result `json:"questions"`
	// Growth compares with an earlier run; nil without one.
	Growth *Growth `json:"growth,omitempty"`
	// Targets are the comparisons that can be drawn.
	Targets []report.Target `json:"targets"`
}

// Data is a loaded data set. It is kept beside the data, so that it can be used again.
type Data struct {
	// Rows, Seed and End are what it was made from.
	Rows int64     `json:"rows"`
	Seed uint64    `json:"seed"`
	End  time.Time `json:"end"`
	// Facts, Rollups and Peer are the loading of each.
	Facts   load.Loaded `json:"facts"`
	Rollups load.Kept   `json:"rollups"`
	Peer    duck.Loaded `json:"duckdb"`
}

// Overhead is what HTTP, JSON, planning and the way to Postgres cost at the median, in milliseconds.
func Overhead(r measure.Result) float64 { return max(0, r.P50-r.InPostgres) }

// WithRollups is the rows a second of loading and of building the rollups together.
func WithRollups(d Data) float64 {
	return float64(d.Facts.Rows) / max(1e-3, d.Facts.Seconds+d.Rollups.Seconds)
}

// WriteJSON writes the report to a file.
func (r *Report) WriteJSON(path string) error { return writeJSON(path, r) }

// Read returns an earlier report.
func Read(path string) (*Report, error) {
	r := &Report{}
	if err := readJSON(path, r); err != nil {
		return nil, err
	}
	return r, nil
}

// Write keeps the data set's description.
func (d Data) Write(path string) error { return writeJSON(path, d) }

// ReadData returns a data set's description; os.ErrNotExist if there is none.
func ReadData(path string) (Data, error) {
	d := Data{}
	err := readJSON(path, &d)
	return d, err
}

func readJSON(path string, into any) error {
	content, err := os.ReadFile(path) //nolint:gosec // the caller's file
	if err != nil {
		return fmt.Errorf("reading an earlier result: %w", err)
	}
	if err := json.Unmarshal(content, into); err != nil {
		return fmt.Errorf("reading %s: %w", path, err)
	}
	return nil
}

func writeJSON(path string, value any) error {
	content, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding the result: %w", err)
	}
	if err := os.WriteFile(path, append(content, '\n'), 0o644); err != nil { //nolint:gosec // figures, not secrets
		return fmt.Errorf("writing the result: %w", err)
	}
	return nil
}
