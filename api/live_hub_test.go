package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/analytics"
)

// board is what is open: a number that tests change.
type board struct {
	state, looks, reads atomic.Int64
	broken              atomic.Bool
}

func (b *board) hub(t *testing.T, most int) *liveHub {
	t.Helper()
	return &liveHub{
		mark: func(ctx context.Context, _ string) (string, error) {
			b.looks.Add(1)
			if b.broken.Load() {
				return "", errors.New("away")
			}
			return strconv.FormatInt(b.state.Load(), 10), ctx.Err()
		},
		read: func(ctx context.Context, _ analytics.LiveQuery) (LiveReport, string, error) {
			b.reads.Add(1)
			n := b.state.Load()
			report := LiveReport{}
			report.Queued.Count = n
			return report, strconv.FormatInt(n, 10), ctx.Err()
		},
		interval: time.Millisecond, most: most, logger: slog.New(slog.DiscardHandler), rooms: map[string]*liveRoom{},
	}
}

func next(t *testing.T, w *liveWatcher) int64 {
	t.Helper()
	select {
	case snapshot := <-w.next:
		var report LiveReport
		require.NoError(t, json.Unmarshal(snapshot.body, &report))
		require.Equal(t, snapshot.mark, fmt.Sprint(report.Queued.Count))
		return report.Queued.Count
	case <-t.Context().Done():
		t.Fatal("no snapshot")
		return 0
	}
}

func TestHubReadsOnceForAllWhoAskTheSame(t *testing.T) {
	t.Parallel()
	var b board
	h := b.hub(t, 10)
	q := analytics.LiveQuery{Organization: "acme"}
	var watchers []*liveWatcher
	for range 3 {
		watchers = append(watchers, h.join(q))
	}
	filtered := h.join(analytics.LiveQuery{Organization: "acme", Queues: []string{"support"}})
	for n := int64(1); n <= 5; n++ {
		before := b.reads.Load()
		b.state.Store(n)
		for _, w := range append(watchers, filtered) {
			for next(t, w) != n {
			}
		}
		require.LessOrEqual(t, b.reads.Load()-before, int64(4), "two reports a change, and the first look's")
	}
	for _, w := range append(watchers, filtered) {
		h.leave(w)
	}
	require.Empty(t, h.rooms)
}

func TestHubKeepsTheNewestForSlowWatchers(t *testing.T) {
	t.Parallel()
	var b board
	h := b.hub(t, 10)
	slow, quick := h.join(analytics.LiveQuery{Organization: "acme"}), h.join(analytics.LiveQuery{Organization: "acme"})
	for n := int64(1); n <= 5; n++ {
		b.state.Store(n)
		for next(t, quick) != n {
		}
	}
	// The poller gives both the same in one go, the slow one perhaps second.
	for next(t, slow) < 5 {
	}
	h.leave(slow)
	h.leave(quick)
}

func TestHubLeavesNoPollerBehind(t *testing.T) {
	t.Parallel()
	var b board
	h := b.hub(t, 100)
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			for range 20 {
				h.leave(h.join(analytics.LiveQuery{Organization: fmt.Sprint("o", i%3)}))
			}
		})
	}
	all.Wait()
	require.Empty(t, h.rooms)
	// Whoever leaves last has waited for the poller's end, so nobody looks any more.
	looks := b.looks.Load()
	w := h.join(analytics.LiveQuery{Organization: "last"})
	room := h.rooms["last"]
	h.leave(w)
	_, open := <-room.done
	require.False(t, open)
	require.LessOrEqual(t, b.looks.Load()-looks, int64(3))
}

func TestHubIsBoundedByOrganization(t *testing.T) {
	t.Parallel()
	var b board
	h := b.hub(t, 2)
	one, two := h.join(analytics.LiveQuery{Organization: "acme"}), h.join(analytics.LiveQuery{Organization: "acme"})
	require.Nil(t, h.join(analytics.LiveQuery{Organization: "acme"}))
	other := h.join(analytics.LiveQuery{Organization: "other"})
	require.NotNil(t, other)
	h.leave(one)
	three := h.join(analytics.LiveQuery{Organization: "acme"})
	require.NotNil(t, three, "a place is free again")
	for _, w := range []*liveWatcher{two, three, other} {
		h.leave(w)
	}
}

func TestHubOutlivesFailures(t *testing.T) {
	t.Parallel()
	var b board
	b.broken.Store(true)
	h := b.hub(t, 2)
	w := h.join(analytics.LiveQuery{Organization: "acme"})
	require.Eventually(t, func() bool { return b.looks.Load() >= 3 }, 10*time.Second, time.Millisecond)
	b.state.Store(7)
	b.broken.Store(false)
	require.EqualValues(t, 7, next(t, w))
	h.leave(w)
}
