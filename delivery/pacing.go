package delivery

import "math"

// MostPreviewsWaiting is how many previews may wait for agents where their number is not checked.
const MostPreviewsWaiting = 50

// Load is what pacing computes from: the agents of a queue as last told, and the configuration's
// own calls.
type Load struct {
	// Ready is how many agents could take a call now, Queued how many calls wait for one already.
	Ready  int `json:"ready"`
	Queued int `json:"queued"`
	// Live is how many of the configuration's dial tokens count, Dialed how many of them have not
	// been answered yet.
	Live   int `json:"live"`
	Dialed int `json:"dialed"`
}

// Pace holds a configuration's limits.
type Pace struct {
	Mode Mode `json:"mode"`
	// MaxConcurrent bounds the calls at once; 0: no bound but the mode's own. Copilot needs it.
	MaxConcurrent int `json:"max_concurrent,omitempty"`
	// CallsPerAgent is how many calls are dialed for each ready agent in progressive mode; default 1.
	CallsPerAgent float64 `json:"calls_per_agent,omitempty"`
	// Allotment is the share of the queue's agents that count, in percent; default 100.
	Allotment int `json:"allotment,omitempty"`
	// SkipAvailability lets previews wait for agents, up to MostPreviewsWaiting.
	SkipAvailability bool `json:"skip_availability,omitempty"`
}

// NewCalls returns how many calls may be started now. It fails with ErrPredictive for that mode.
//
// Copilot: what is free of MaxConcurrent. Progressive, with m calls per agent:
// floor(m x (ready - queued - ceil(dialed / m))), the formula of Genesys CX Contact. Preview: one
// for each ready agent beyond the calls that wait or are being dialed. Ready counts after the
// allotment, rounded down; MaxConcurrent bounds every mode.
func (p Pace) NewCalls(l Load) (int, error) {
	if err := p.Mode.Check(); err != nil {
		return 0, err
	}
	calls := 0
	ready := l.Ready
	if p.Allotment > 0 {
		ready = l.Ready * p.Allotment / 100
	}
	switch p.Mode {
	case Copilot:
		calls = p.MaxConcurrent - l.Live
	case Progressive:
		calls = progressive(p.CallsPerAgent, ready, l.Queued, l.Dialed)
	case Preview:
		calls = ready - l.Queued - l.Dialed
		if p.SkipAvailability {
			calls = MostPreviewsWaiting - l.Queued - l.Dialed
		}
	case Predictive:
	}
	if p.MaxConcurrent > 0 {
		calls = min(calls, p.MaxConcurrent-l.Live)
	}
	return max(0, calls), nil
}

// rounding absorbs what binary fractions miss: 0.7 x 10 is 7.
const rounding = 1e-9

func progressive(m float64, ready, queued, dialed int) int {
	if m <= 0 {
		m = 1
	}
	busy := math.Ceil(float64(dialed)/m - rounding)
	return int(math.Floor(m*(float64(ready-queued)-busy) + rounding))
}

// NeedsAgents reports whether a mode's pacing needs to know of agents.
func (p Pace) NeedsAgents() bool {
	return p.Mode != Copilot && (p.Mode != Preview || !p.SkipAvailability)
}
