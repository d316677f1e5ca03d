package delivery

import (
	"fmt"
	"slices"
	"time"
)

// Scope is what a cap counts the attempts of.
type Scope string

// The scopes of a cap.
const (
	ScopeContact Scope = "contact"
	ScopeNumber  Scope = "number"
	ScopeTask    Scope = "task"
)

// Period is how long a cap counts.
type Period string

// The periods of a cap: a day, ISO week or month of the contact's clock, or any Length that has
// passed at the instant in question.
const (
	PeriodDay     Period = "day"
	PeriodWeek    Period = "week"
	PeriodMonth   Period = "month"
	PeriodRolling Period = "rolling"
)

// Cap bounds the number of attempts in a period.
type Cap struct {
	Scope  Scope  `json:"scope"`
	Period Period `json:"period"`
	// Length of a rolling period, in milliseconds.
	Length Millis `json:"length_ms,omitempty"`
	// Most is how many attempts the period may hold, from 1.
	Most int `json:"most"`
}

// Check refuses a cap that means nothing.
func (c Cap) Check() error {
	switch c.Scope {
	case ScopeContact, ScopeNumber, ScopeTask:
	default:
		return fmt.Errorf("cap scope %q: use contact, number or task", c.Scope)
	}
	switch c.Period {
	case PeriodDay, PeriodWeek, PeriodMonth:
	case PeriodRolling:
		if c.Length <= 0 {
			return fmt.Errorf("rolling cap: give its length_ms")
		}
	default:
		return fmt.Errorf("cap period %q: use day, week, month or rolling", c.Period)
	}
	if c.Most < 1 {
		return fmt.Errorf("cap of %d attempts: allow at least 1", c.Most)
	}
	return nil
}

// The calls after which a Pause begins.
const (
	AfterConversation = "conversation"
	AfterAbandoned    = "abandoned"
)

// Pause keeps a contact from being called for a time after a call of one kind.
type Pause struct {
	// After is conversation or abandoned.
	After string `json:"after"`
	// Length in milliseconds, from that call's start.
	Length Millis `json:"length_ms"`
}

// PastAttempt is a call that was started, or that was handed to the dialer and not given up since.
type PastAttempt struct {
	At        Instant `json:"at"`
	TaskID    string  `json:"task_id"`
	ContactID string  `json:"contact_id"`
	Number    string  `json:"number"`
	// Conversation tells that a person was spoken to, Abandoned that a person answered in vain.
	Conversation bool `json:"conversation,omitempty"`
	Abandoned    bool `json:"abandoned,omitempty"`
}

// capRule is a cap as a rule: the attempts it counts, in order, and the zone of its periods.
type capRule struct {
	cap   Cap
	past  []Instant
	zones []*time.Location
}

func newCapRule(c Cap, t target, history []PastAttempt) capRule {
	r := capRule{cap: c, zones: t.zones}
	for _, p := range history {
		if c.Scope == ScopeContact && p.ContactID == t.contact.ID ||
			c.Scope == ScopeNumber && p.Number == t.number ||
			c.Scope == ScopeTask && p.TaskID == t.task.ID {
			r.past = append(r.past, p.At)
		}
	}
	slices.Sort(r.past)
	return r
}

// next counts from the past alone: the attempts to come are counted when they are past.
func (r capRule) next(at Instant) Instant {
	if r.cap.Period == PeriodRolling {
		return r.rolling(at)
	}
	for _, zone := range r.zones {
		for {
			start, end := r.period(at, zone)
			if r.count(start, end) < r.cap.Most {
				break
			}
			at = end
		}
	}
	return at
}

// rolling waits until the period before at holds less than the cap. A call leaves the period when
// the period's whole length has passed since.
func (r capRule) rolling(at Instant) Instant {
	n := len(r.past)
	if n < r.cap.Most {
		return at
	}
	return max(at, r.past[n-r.cap.Most].Add(r.cap.Length))
}

func (r capRule) until(Instant) Instant { return endOfTime }

func (r capRule) count(start, end Instant) int {
	n := 0
	for _, p := range r.past {
		if p >= start && p < end {
			n++
		}
	}
	return n
}

// period returns the day, week or month of a zone in which an instant lies.
func (r capRule) period(at Instant, zone *time.Location) (start, end Instant) {
	today := civilOf(at, zone)
	first, last := today, today+1
	switch r.cap.Period {
	case PeriodWeek:
		first, last = today.monday(), today.monday()+7
	case PeriodMonth:
		first, last = today.month(0), today.month(1)
	case PeriodDay, PeriodRolling:
	}
	start, end = firstShowing(first, 0, zone), firstShowing(last, 0, zone)
	if at >= end {
		// A clock put back over midnight shows the old day again.
		return end, firstShowing(last+1, 0, zone)
	}
	return start, end
}

// pauseRule is the end of all pauses that past attempts began.
type pauseRule struct{ end Instant }

func newPauseRule(p Pause, t target, history []PastAttempt) pauseRule {
	var r pauseRule
	for _, past := range history {
		began := p.After == AfterConversation && past.Conversation || p.After == AfterAbandoned && past.Abandoned
		if began && (past.ContactID == t.contact.ID || past.Number == t.number) {
			r.end = max(r.end, past.At.Add(p.Length))
		}
	}
	return r
}

func (r pauseRule) next(at Instant) Instant { return max(at, r.end) }

func (r pauseRule) until(Instant) Instant { return endOfTime }
