package deliveries

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"engaged/bench/internal/report"
	"engaged/bench/internal/usage"
)

// Result is what a run found; phases that were not reached are nil.
type Result struct {
	// Command is how the run was started, Date when, Machine on what, Took how long, in seconds.
	Command string         `json:"command"`
	Date    time.Time      `json:"date"`
	Machine report.Machine `json:"machine"`
	Took    float64        `json:"took_seconds"`

	Peer    *PeerResult     `json:"peer,omitempty"`
	Empty   *Empty          `json:"empty,omitempty"`
	Create  *CreateResult   `json:"create,omitempty"`
	Starts  *StartsResult   `json:"starts,omitempty"`
	Waiting *WaitingResult  `json:"waiting,omitempty"`
	Window  *WindowResult   `json:"window,omitempty"`
	Targets []report.Target `json:"targets"`
}

// Empty is the stack without tasks.
type Empty struct {
	// CachedRuns is how many runs the worker may keep in memory.
	CachedRuns int `json:"cached_runs"`

	Idle   Interval  `json:"idle"`
	Worker Footprint `json:"worker"`
	API    Footprint `json:"api"`
}

// Waited is what a thousand waiting tasks cost in CPU seconds a minute; 0 where it was not measured. The peer's
// figure is what it costs beyond the stack without tasks, the engine's holds all that the stack does meanwhile:
// what its tasks add is too little to be told from that.
func (r *Result) Waited() (engine, peer float64) {
	if r.Waiting != nil {
		engine = r.Waiting.Idle.AllPerMinute() / float64(r.Waiting.Tasks) * 1000
	}
	if r.Peer != nil {
		peer = max(0, r.Peer.Idle.AllPerMinute()-r.Peer.Empty.AllPerMinute()) / float64(r.Peer.Tasks) * 1000
	}
	return engine, peer
}

// Compare fills in the targets that can be judged.
func (r *Result) Compare() {
	most := func(name string, want, got float64, unit string) {
		r.Targets = append(r.Targets, report.Target{Name: name, Want: want, Got: got, Unit: unit, AtMost: true})
	}
	if r.Create != nil {
		slowest := 0.0
		for _, seconds := range r.Create.Seconds {
			slowest = max(slowest, seconds)
		}
		most("a bulk request is answered, the slowest", 10, slowest, "s")
	}
	if r.Waiting != nil && r.Empty != nil {
		most("goroutines of the worker beyond those of the runs that it may keep in memory", 200, float64(r.Waiting.Worker.Goroutines-int64(r.Empty.CachedRuns)), "")
		most("workflow tasks while all wait", 0, float64(r.Waiting.WorkflowTasks), "")
	}
	if engine, peer := r.Waited(); engine > 0 && peer > 0 {
		r.Targets = append(r.Targets, report.Target{Name: "CPU of a waiting task: the polling peer's / the engine's", Want: 100, Got: peer / engine, Unit: "x"})
	}
	if r.Window != nil {
		most("orders live at once", float64(r.Window.Max), float64(r.Window.Most), "")
		most("calls at once", float64(r.Window.Max), float64(r.Window.MostCalls), "")
	}
}

// WriteJSON writes the result to a file.
func (r *Result) WriteJSON(path string) error {
	content, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding the result: %w", err)
	}
	if err := os.WriteFile(path, append(content, '\n'), 0o644); err != nil { //nolint:gosec // figures, not secrets
		return fmt.Errorf("writing the result: %w", err)
	}
	return nil
}

// roles are those of the servers, in the order of the text.
var roles = []usage.Role{usage.Engine, usage.API, usage.Temporal, usage.Postgres}

// names are what the text calls them.
var names = map[usage.Role]string{usage.Engine: "worker", usage.API: "API", usage.Temporal: "Temporal", usage.Postgres: "Postgres"}
