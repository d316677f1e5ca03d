package delivery

import (
	"fmt"
	"slices"
)

// Outcome is what became of an entry.
type Outcome struct {
	Kind OutcomeKind `json:"kind"`
	// Reason says more: for superseded one of the Superseded constants, for dead the fault.
	Reason string `json:"reason,omitempty"`
}

// OutcomeKind names what became of an entry.
type OutcomeKind string

// What became of an entry.
const (
	Applied    OutcomeKind = "applied"
	Duplicate  OutcomeKind = "duplicate"
	Late       OutcomeKind = "late"
	Superseded OutcomeKind = "superseded"
	Dead       OutcomeKind = "dead"
)

// Reasons of a superseded entry: it came to nothing, since
const (
	SupersededOver       = "over"         // the task or attempt was over,
	SupersededNotFound   = "not_found"    // there is no such attempt,
	SupersededInProcess  = "in_process"   // the attempt was under way already,
	SupersededNotOrdered = "not_ordered"  // the attempt was not the dialer's,
	SupersededStale      = "stale"        // it carried the fence of another order,
	SupersededTooLate    = "too_late"     // the order had run out,
	SupersededForbidden  = "not_eligible" // a rule forbade it,
	SupersededTooLarge   = "too_large"    // the attempt's attributes would be more than it may hold.
)

// Fold applies entries, in whatever order they are given, to a carry and returns what they make of
// a task. Deadlines up to reached are decided too; 0 decides none beyond the entries' own times.
// The zero State begins the task at its acceptance. Fold changes none of its arguments.
//
// The plan must have passed Task.Validate, PlanWindows and Rules.Check. An entry whose rules panic
// gets the outcome dead with the reason; the others are applied as if it were not there.
func Fold(plan *Plan, carry State, entries []Entry, reached Instant) Folded {
	sorted := inOrder(entries)
	dead := map[int]string{}
	for {
		f := &folder{
			plan: plan, s: carry.clone(), touched: map[int]bool{},
			outcomes: make(map[int64]Outcome, len(entries)),
		}
		if broken := f.run(sorted, dead, reached); broken != nil {
			// The entry may have half changed the state: start over without it.
			dead[broken.index] = broken.reason
			continue
		}
		return f.result()
	}
}

// folder is one fold under way.
type folder struct {
	plan     *Plan
	s        State
	touched  map[int]bool
	ended    []Instant
	outcomes map[int64]Outcome
	// number is that of the entry being applied; 0 for a deadline.
	number int64
}

// fault is a panic of the rules while they applied one entry.
type fault struct {
	index  int
	reason string
}

// run applies all entries in order, and the deadlines between them, until one panics.
func (f *folder) run(sorted []*Entry, dead map[int]string, reached Instant) *fault {
	if f.s.Status == "" {
		f.begin()
	}
	for i, e := range sorted {
		if reason, ok := dead[i]; ok {
			f.outcomes[e.Number] = Outcome{Dead, reason}
			continue
		}
		if i > 0 && repeats(sorted[i-1], e) {
			if e.Number != sorted[i-1].Number {
				f.outcomes[e.Number] = Outcome{Kind: Duplicate}
			}
			continue
		}
		f.advance(e.Time, e.Type == ClockReached)
		f.see(e)
		if broken := f.try(i, e); broken != nil {
			return broken
		}
	}
	if reached != 0 {
		f.advance(reached, true)
		f.s.Clock = max(f.s.Clock, reached)
	}
	return nil
}

// see takes in what every entry says about the task's clock.
func (f *folder) see(e *Entry) {
	f.s.Clock = max(f.s.Clock, e.Time)
	lag := max(0, e.ReceivedAt.Sub(e.Time))
	if f.s.Lag == nil || lag < *f.s.Lag {
		f.s.Lag = &lag
	}
}

func (f *folder) try(i int, e *Entry) (broken *fault) {
	defer func() {
		if r := recover(); r != nil {
			broken = &fault{index: i, reason: fmt.Sprint(r)}
		}
	}()
	f.number = e.Number
	defer func() { f.number = 0 }()
	f.outcomes[e.Number] = f.apply(e)
	return nil
}

// result collects what the fold made.
func (f *folder) result() Folded {
	r := Folded{Outcomes: f.outcomes, Clock: f.s.Clock, Ended: f.ended}
	for i := range f.s.Past {
		if f.touched[f.s.Past[i].Seq] {
			r.Attempts = append(r.Attempts, f.s.Past[i].clone())
		}
	}
	if f.s.Current != nil {
		r.Attempts = append(r.Attempts, f.s.Current.clone())
	}
	if n := len(f.s.Past); n > rememberedAttempts {
		f.s.Past = slices.Clone(f.s.Past[n-rememberedAttempts:])
	}
	if f.s.Lag != nil {
		r.Lag = *f.s.Lag
	}
	if d, ok := f.nextDeadline(); ok {
		r.Deadline = &d
	}
	r.Settle = orDefault(f.plan.Rules.Settle, 2000)
	r.Dial = f.dial()
	r.Task = f.task()
	r.State = f.s
	return r
}
