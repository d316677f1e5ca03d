package e2e

import (
	"context"
	"testing"
	"time"
)

// eventually asks until the answer is empty, and fails with the last answer when patience is over.
func eventually(t testing.TB, patience time.Duration, ask func(ctx context.Context) string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	last := ""
	for {
		answer := ask(ctx)
		if answer == "" {
			return
		}
		if ctx.Err() == nil || last == "" {
			last = answer
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("still after %v:\n%s", patience, last)
		}
	}
}

// until waits for an instant, or for the end of the test.
func until(ctx context.Context, at time.Time) {
	timer := time.NewTimer(time.Until(at))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
