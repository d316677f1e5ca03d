package delivery

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// An order that runs out was lost only if somebody had it: one that nobody took is no attempt.
func TestAnOrderThatNobodyTookIsNoAttempt(t *testing.T) {
	t.Parallel()
	first, second := Window{t0, t0.Add(hour)}, Window{t0.Add(5 * hour), t0.Add(6 * hour)}
	p := withWindows(newPlan(), first)
	p.Rules.Mode = Copilot
	var l log
	l.add(t0, AttemptOrdered, 1, Data{ClaimsTold: true})
	require.Equal(t, Deadline{first.End, DeadlineOrder}, *foldAll(t, p, l, 0).Deadline)
	a := requireAttempt(t, foldAll(t, p, l, first.End), 1, Expired, ResultExpired)
	require.Equal(t, first.End, *a.EndedAt)

	p = withWindows(p, first, second)
	again := foldAll(t, p, l, first.End)
	require.Equal(t, second.Start, again.Dial.At, "it waits for the next window")
	require.Nil(t, requireAttempt(t, again, 1, Pending, "").Order)

	l.add(first.End, ClaimLost, 1, Data{})
	requireAttempt(t, foldAll(t, withWindows(p, first), l, first.End), 1, Error, Unknown)

	var silent log
	silent.add(t0, AttemptOrdered, 1, Data{})
	requireAttempt(t, foldAll(t, withWindows(p, first), silent, first.End), 1, Error, Unknown)
}

// What a dialer was ordered to do is cancelled by a rule while it has not begun, and by nothing else.
func TestAnOrderCanBeCancelledByARule(t *testing.T) {
	t.Parallel()
	p := newPlan()
	p.Rules.Mode = Copilot
	var l log
	l.add(t0, AttemptOrdered, 1, Data{})
	l.add(t0+1, AttemptBlocked, 1, Data{Action: Wait, NextAt: t0.Add(hour)})
	r := foldAll(t, p, l, 0)
	require.NotNil(t, requireAttempt(t, r, 1, Pending, "").Order)
	require.Equal(t, Outcome{Superseded, SupersededInProcess}, r.Outcomes[2])
	l.add(t0+2, AttemptBlocked, 1, Data{Action: Cancel, Reason: ReasonPolicy, Scope: ScopeContact, PolicyID: "P1"})
	require.Equal(t, "P1", requireAttempt(t, foldAll(t, p, l, 0), 1, Cancelled, ResultCancelled).PolicyID)

	var under log
	under.add(t0, AttemptOrdered, 1, Data{})
	under.add(t0+1, CallStarted, 1, Data{})
	under.add(t0+2, AttemptBlocked, 1, Data{Action: Cancel, Reason: ReasonPolicy})
	requireAttempt(t, foldAll(t, p, under, 0), 1, InProcess, "")
}
