package dialer

import (
	"context"
	"time"
)

// agents are those of one queue: a place in the channel is an agent who is busy.
type agents struct{ busy chan struct{} }

func newAgents(n int) *agents { return &agents{make(chan struct{}, n)} }

// count tells how many are ready and how many are busy.
func (a *agents) count() (ready, busy int) {
	busy = len(a.busy)
	return cap(a.busy) - busy, busy
}

// take waits for an agent; without a queue's agents there is none. The result lets them go.
func (a *agents) take(ctx context.Context, patience time.Duration) (release func(), ok bool) {
	if a == nil {
		return func() {}, false
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case a.busy <- struct{}{}:
		return func() { <-a.busy }, true
	case <-timer.C:
	case <-ctx.Done():
	}
	return func() {}, false
}
