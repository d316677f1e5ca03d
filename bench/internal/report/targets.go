package report

import (
	"engaged/bench/internal/scenario"
)

// Target is one figure to reach.
type Target struct {
	// Name says what is measured.
	Name string `json:"name"`
	// Want is the figure to reach, Got the figure measured, both in Unit.
	Want float64 `json:"want"`
	Got  float64 `json:"got"`
	Unit string  `json:"unit"`
	// AtMost tells that Got must not exceed Want; otherwise it must not fall below.
	AtMost bool `json:"at_most"`
}

// Met tells whether the target is reached.
func (t Target) Met() bool {
	if t.AtMost {
		return t.Got <= t.Want
	}
	return t.Got >= t.Want
}

// Compare fills in the targets that the scenarios run allow to judge.
func (r *Report) Compare() {
	r.Targets = nil
	if r.Intake != nil {
		// A Poisson process is allowed its own scatter.
		r.least("intake: requests/s of one event acknowledged", 0.98*r.Asked, r.Intake.RequestsPerSecond, "/s")
		r.most("intake: acknowledgement p99", 100, r.Intake.Sent.Acknowledgement.P99, "ms")
		r.drained("intake", r.Intake)
	}
	if r.Batch != nil {
		r.most("batch: acknowledgement p99", 100, r.Batch.Sent.Acknowledgement.P99, "ms")
		r.drained("batch", r.Batch)
	}
	if r.Tempo != nil && r.NaiveTempo != nil {
		r.least("real tempo: events per CPU-second / naive, both at the same load", 3, r.Tempo.Window.EventsPerCPUSecond/r.NaiveTempo.Window.EventsPerCPUSecond, "x")
	}
	if r.Tempo != nil && r.Spread != nil {
		r.least("real tempo: events per CPU-second / naive at saturation", 3, r.Tempo.Window.EventsPerCPUSecond/r.Spread.Window.EventsPerCPUSecond, "x")
	}
	if r.Open != nil && r.Spread != nil {
		r.least("real tempo, 10,000 open: events per CPU-second / naive at saturation", 3, r.Open.Window.EventsPerCPUSecond/r.Spread.Window.EventsPerCPUSecond, "x")
	}
	if r.Intake != nil && r.Spread != nil {
		r.least("backlog: events/s / naive at saturation", 5, r.Intake.Drain.EventsPerSecond/r.Spread.Window.EventsPerSecond, "x")
	}
	if r.Intake != nil && r.Burst != nil {
		r.least("backlog: events/s / naive at saturation, its best case (bursts)", 5, r.Intake.Drain.EventsPerSecond/r.Burst.Window.EventsPerSecond, "x")
	}
	if len(r.Chats) > 1 {
		r.most("billable actions of a 25-minute chat of 24 messages", 14, perChat(r.Chats[0], r.Chats[0].Engine.Actions()), "")
		r.most("billable actions more with 48 messages", 0, perChat(r.Chats[1], r.Chats[1].Engine.Actions())-perChat(r.Chats[0], r.Chats[0].Engine.Actions()), "")
	}
	if r.Tempo != nil {
		r.most("real tempo: lifecycle event received to applied p99", 250, r.Tempo.Applied.P99, "ms")
	}
}

func (r *Report) drained(name string, result *scenario.IntakeResult) {
	wrong := 0.0
	for _, check := range result.Checks {
		if !check.OK() {
			wrong++
		}
	}
	r.most(name+": backlog drained", 600, result.Drain.Seconds, "s")
	r.most(name+": checks that nothing was lost which fail", 0, wrong, "")
}

func (r *Report) least(name string, want, got float64, unit string) {
	r.Targets = append(r.Targets, Target{Name: name, Want: want, Got: got, Unit: unit})
}

func (r *Report) most(name string, want, got float64, unit string) {
	r.Targets = append(r.Targets, Target{Name: name, Want: want, Got: got, Unit: unit, AtMost: true})
}

func perChat(c scenario.ChatCost, sum int) float64 { return float64(sum) / float64(max(c.Chats, 1)) }
