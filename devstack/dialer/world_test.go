package dialer_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/devstack/dialer"
)

func TestFatesAreByTaskAndAttempt(t *testing.T) {
	t.Parallel()
	world := dialer.Realistic()
	first := world.Draw(7, "order-1", 1)
	require.Equal(t, first, world.Draw(7, "order-1", 1))
	differ := map[string]bool{}
	for n := range 50 {
		differ["seed"] = differ["seed"] || world.Draw(uint64(n), "order-1", 1) != first
		differ["task"] = differ["task"] || world.Draw(7, fmt.Sprint("order-", n), 1) != first
		differ["attempt"] = differ["attempt"] || world.Draw(7, "order-1", n) != first
	}
	require.Equal(t, map[string]bool{"seed": true, "task": true, "attempt": true}, differ)
}

// TestWorldIsAsItSays counts what is drawn: shares by their weights, durations around their medians.
func TestWorldIsAsItSays(t *testing.T) {
	t.Parallel()
	const draws = 20_000
	world := dialer.Realistic()
	counts, shorter, codes := map[dialer.Kind]int{}, 0, map[int]bool{}
	for n := range draws {
		f := world.Draw(1, fmt.Sprint(n), 1)
		counts[f.Kind]++
		codes[f.SIPCode] = true
		if f.Ring < world.Ring.Median {
			shorter++
		}
		require.LessOrEqual(t, f.Ring, world.Ring.Most)
		require.LessOrEqual(t, f.Talk, world.Talk.Most)
		require.Positive(t, f.Ring)
	}
	for _, s := range world.Shares {
		require.InDelta(t, float64(s.Weight)/1000, float64(counts[s.Kind])/draws, 0.02, s.Kind)
	}
	require.InDelta(t, 0.5, float64(shorter)/draws, 0.02)
	require.Len(t, codes, 16, "every code and none at all")
	require.Equal(t, 1200*time.Millisecond, world.Faster(10).Ring.Median)
	require.Equal(t, 12*time.Second, world.Ring.Median, "a world is not changed")
}
