package delivery

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// utc reads 2006-01-02T15:04:05 with or without milliseconds.
func utc(s string) Instant {
	t, err := time.Parse("2006-01-02T15:04:05", s)
	if err != nil {
		panic(err)
	}
	return At(t)
}

// t0 is a Monday.
var t0 = utc("2026-03-02T15:00:00")

const c1Number = "+12125550101"

// newPlan is a task of one contact with one number, in preview mode, with the default window.
func newPlan() *Plan {
	windows, err := PlanWindows(nil, t0)
	if err != nil {
		panic(err)
	}
	return &Plan{
		Task: Task{
			ID: "task", ConfigurationID: "CFG", AcceptedAt: t0, Windows: windows,
			Contacts: []Contact{{ID: "C1", Phones: []Phone{{Mobile, c1Number}}}},
		},
		Rules: Rules{Version: 1, Mode: Preview},
	}
}

func withWindows(p *Plan, windows ...Window) *Plan {
	p.Task.Windows = mergeWindows(windows)
	return p
}

func window(start, end string) Window { return Window{utc(start), utc(end)} }

// log builds entries; each gets the next number and an id of its own.
type log []Entry

func (l *log) add(at Instant, kind EventType, attempt int, data Data) {
	n := int64(len(*l) + 1)
	*l = append(*l, Entry{Number: n, ReceivedAt: at, Event: Event{
		ID: fmt.Sprintf("e%d", n), Type: kind, Time: at, Attempt: attempt, Data: data,
	}})
}

// call is an attempt that is ordered and started at once and ends after a minute as data says.
func (l *log) call(at Instant, attempt int, end EventType, data Data) {
	l.add(at, AttemptOrdered, attempt, Data{})
	l.add(at, CallStarted, attempt, Data{CallID: fmt.Sprintf("call%d", attempt)})
	if end == CallEnd {
		l.add(at.Add(20_000), CallConnected, attempt, Data{})
	}
	l.add(at.Add(minute), end, attempt, data)
}

// attempts returns all attempts of a fold from the beginning.
func foldAll(t require.TestingT, p *Plan, l log, reached Instant) Folded {
	r := Fold(p, State{}, l, reached)
	for _, a := range r.Attempts {
		require.True(t, a.Status.Allows(a.Result), "%s %s", a.Status, a.Result)
		require.Equal(t, a.Status.Final(), a.EndedAt != nil)
	}
	return r
}

func requireAttempt(t *testing.T, r Folded, seq int, status Status, result Result) Attempt {
	t.Helper()
	for _, a := range r.Attempts {
		if a.Seq == seq {
			require.Equal(t, status, a.Status)
			require.Equal(t, result, a.Result)
			return a
		}
	}
	require.Failf(t, "no such attempt", "%d of %d", seq, len(r.Attempts))
	return Attempt{}
}
