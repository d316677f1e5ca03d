package report

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"engaged/bench/internal/scenario"
)

// Report is the result of one run; scenarios that were not run are nil.
type Report struct {
	// Command is how the run was started, Date when.
	Command string    `json:"command"`
	Date    time.Time `json:"date"`
	// Machine says on what.
	Machine Machine `json:"machine"`
	// Took is how long all of it took, in seconds.
	Took float64 `json:"took_seconds"`

	// Chats is the cost of single chats on both engines.
	Chats []scenario.ChatCost `json:"chats,omitempty"`
	// ChatLength is how long those chats took, in seconds.
	ChatLength float64 `json:"chat_length_seconds,omitempty"`
	// Asked is the rate of requests that Intake was asked for.
	Asked float64 `json:"asked_requests_per_second,omitempty"`
	// Intake is one event a request, Batch several.
	// Bare is one event a request with nothing dispatched.
	Bare   *scenario.IntakeResult `json:"bare,omitempty"`
	Intake *scenario.IntakeResult `json:"intake,omitempty"`
	Batch  *scenario.IntakeResult `json:"batch,omitempty"`
	// Spread and Burst are the naive peer at saturation, with many and with few open chats; NaiveTempo is the
	// peer at the load of Tempo.
	Spread     *scenario.NaiveResult `json:"naive_saturated,omitempty"`
	Burst      *scenario.NaiveResult `json:"naive_burst,omitempty"`
	NaiveTempo *scenario.NaiveResult `json:"naive_tempo,omitempty"`
	// Tempo is the engine at real tempo, Open the same with 10,000 open engagements.
	Tempo *scenario.TempoResult `json:"tempo,omitempty"`
	Open  *scenario.TempoResult `json:"open,omitempty"`
	// Targets are the comparisons that can be drawn.
	Targets []Target `json:"targets"`
}

// Machine is where a run took place.
type Machine struct {
	CPUs     int     `json:"cpus"`
	Model    string  `json:"model"`
	Memory   float64 `json:"memory_gib"`
	Kernel   string  `json:"kernel"`
	Go       string  `json:"go"`
	Postgres string  `json:"postgres"`
	Temporal string  `json:"temporal"`
	// Load is the load average of the minute before the run; above a few tenths somebody else was at work.
	Load string `json:"load_before"`
}

// WriteJSON writes the report to a file.
func (r *Report) WriteJSON(path string) error {
	content, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding the report: %w", err)
	}
	if err := os.WriteFile(path, append(content, '\n'), 0o644); err != nil { //nolint:gosec // figures, not secrets
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}
