package delivery

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A cancellation that names an attempt comes to nothing unless that one waits: not under way, not over, not
// followed by another.
func TestCancelOneAttempt(t *testing.T) {
	t.Parallel()
	p := newPlan()
	p.Rules.Retry = Retry{Retries: 1, Delay: hour, On: []ReattemptRule{OnBusy}}
	var waits, rings, over log
	waits.add(t0+1000, TaskCancelled, 1, Data{})
	r := foldAll(t, p, waits, 0)
	requireAttempt(t, r, 1, Cancelled, ResultCancelled)
	require.Equal(t, Cancelled, r.Task.Status)
	require.Nil(t, r.Task.NextScheduledAt)

	rings.add(t0+1000, AttemptOrdered, 1, Data{})
	rings.add(t0+2000, CallStarted, 1, Data{})
	rings.add(t0+3000, TaskCancelled, 1, Data{})
	rings.add(t0+4000, CallFailure, 1, Data{SIPCode: 486})
	r = foldAll(t, p, rings, 0)
	require.Equal(t, Outcome{Superseded, SupersededInProcess}, r.Outcomes[3])
	requireAttempt(t, r, 1, Complete, Busy)
	requireAttempt(t, r, 2, Pending, "")

	over.call(t0+1000, 1, CallFailure, Data{SIPCode: 486})
	over.add(t0.Add(10*minute), TaskCancelled, 1, Data{})
	r = foldAll(t, p, over, 0)
	require.Equal(t, Superseded, r.Outcomes[int64(len(over))].Kind)
	requireAttempt(t, r, 2, Pending, "")
	over.add(t0.Add(11*minute), TaskCancelled, 2, Data{})
	requireAttempt(t, foldAll(t, p, over, 0), 2, Cancelled, ResultCancelled)
}
