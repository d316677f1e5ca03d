package delivery

import "fmt"

// Slot is one attempt of a schedule that was worked out ahead.
type Slot struct {
	Seq       int      `json:"seq"`
	Position  Position `json:"position"`
	ContactID string   `json:"contact_id"`
	ToAddress string   `json:"to_address"`
	// At is the earliest start, Until when no attempt could start any more.
	At    Instant `json:"at"`
	Until Instant `json:"until"`
}

// Schedule works out a task's attempts as if each were started at the first instant that every rule
// allows and at once had the assumed result, which must be one of a call that nobody answered (else
// it counts as NoAnswer). It returns at most the given number of them and why the task would end.
// Each attempt counts for the caps of the next.
func Schedule(plan *Plan, facts *Facts, assumed Result, most int) (slots []Slot, end TaskView) {
	code := sipCodeOf(assumed)
	known := *facts
	known.History = append([]PastAttempt(nil), facts.History...)
	clock := plan.Task.AcceptedAt
	var entries []Entry
	add := func(at Instant, kind EventType, seq int, data Data) {
		n := int64(len(entries) + 1)
		entries = append(entries, Entry{n, at, Event{ID: fmt.Sprint(n), Type: kind, Time: at, Attempt: seq, Data: data}})
	}
	for {
		r := Fold(plan, State{}, entries, clock)
		if r.State.Status.Final() || len(slots) == most {
			return slots, r.Task
		}
		d := r.Dial
		if d == nil {
			return slots, r.Task
		}
		clock = max(clock, d.At)
		v := Evaluate(plan, d.Candidate, &known, clock)
		if v.Action == Hold && v.NextAt != nil && *v.NextAt == clock {
			// What only a change of facts can lift is assumed to be lifted.
			v.Action = Allow
		}
		switch v.Action {
		case Allow:
			a := r.State.Current
			slots = append(slots, Slot{d.Seq, a.Position, a.ContactID, a.ToAddress, clock, firstUntil(v, d)})
			known.History = append(known.History, PastAttempt{At: clock, TaskID: plan.Task.ID, ContactID: a.ContactID, Number: a.ToAddress})
			add(clock, AttemptOrdered, d.Seq, Data{})
			add(clock, CallStarted, d.Seq, Data{})
			add(clock, CallFailure, d.Seq, Data{SIPCode: code})
		case Hold:
			v.Action = Wait
			add(clock, AttemptBlocked, d.Seq, v.Blocked())
		case Wait, Expire, Cancel, Fail:
			add(clock, AttemptBlocked, d.Seq, v.Blocked())
		}
	}
}

func firstUntil(v Verdict, d *Dial) Instant {
	if v.Until != nil {
		return *v.Until
	}
	return d.Until
}

// sipCodeOf returns a code that gives the result; that of NoAnswer for any other.
func sipCodeOf(r Result) int {
	switch r {
	case Busy:
		return 486
	case CallFailed:
		return 408
	case InvalidAddress:
		return 404
	case NonRetriableError:
		return 488
	default:
		return 603
	}
}
