package dataset_test

import (
	"crypto/sha256"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/bench/internal/analytics/dataset"
)

var end = time.Date(2026, 11, 21, 5, 0, 0, 0, time.UTC)

// plan makes a small data set's months.
func plan(t *testing.T, rows int64, seed uint64) []dataset.Month {
	t.Helper()
	months, err := dataset.Plan(dataset.Config{Rows: rows, Seed: seed, End: end})
	require.NoError(t, err)
	return months
}

// each calls see with every conversation.
func each(t *testing.T, months []dataset.Month, see func(*dataset.Month, *dataset.Conversation)) {
	t.Helper()
	for i := range months {
		require.NoError(t, months[i].Each(func(c *dataset.Conversation) error {
			see(&months[i], c)
			return nil
		}))
	}
}

// sums hashes the bytes of every table.
func sums(t *testing.T, months []dataset.Month) (all [][32]byte) {
	t.Helper()
	encoder := &dataset.Encoder{}
	each(t, months, func(_ *dataset.Month, c *dataset.Conversation) { encoder.Append(c) })
	for i := range dataset.Tables {
		all = append(all, sha256.Sum256(encoder.Take(i, nil)))
	}
	return all
}

func TestTheSameSeedMakesTheSameBytes(t *testing.T) {
	t.Parallel()
	first := sums(t, plan(t, 5_000, 7))
	require.Equal(t, first, sums(t, plan(t, 5_000, 7)))

	// Months do not depend on each other, so that any core may make any of them.
	backwards := plan(t, 5_000, 7)
	var apart, together [][32]byte
	for i := range backwards {
		apart = append(apart, sums(t, backwards[len(backwards)-1-i:len(backwards)-i])...)
		together = append(together, sums(t, plan(t, 5_000, 7)[len(backwards)-1-i:len(backwards)-i])...)
	}
	require.Equal(t, together, apart)

	require.NotEqual(t, first, sums(t, plan(t, 5_000, 8)))
}

func TestRowsAreThoseThatWereAskedFor(t *testing.T) {
	t.Parallel()
	const rows = 20_000
	months := plan(t, rows, 1)
	require.Len(t, months, 13, "twelve months that do not begin on the first")
	legs := map[string]int{}
	each(t, months, func(_ *dataset.Month, c *dataset.Conversation) { legs[c.Organization] += len(c.Legs) })
	require.Equal(t, map[string]int{dataset.Main: rows * 98 / 100, dataset.Other: rows * 2 / 100}, legs)
	_, err := dataset.Plan(dataset.Config{Rows: 10, End: end})
	require.Error(t, err)
}

func TestAShortRestOfAMonthIsLeftOut(t *testing.T) {
	t.Parallel()
	months, err := dataset.Plan(dataset.Config{Rows: 5_000, Seed: 1, End: time.Date(2026, 11, 1, 3, 0, 0, 0, time.UTC)})
	require.NoError(t, err)
	last := months[len(months)-1]
	require.Equal(t, time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), last.End)
	each(t, months[len(months)-1:], func(m *dataset.Month, c *dataset.Conversation) { within(t, m, c) })
}

// within requires every instant that places a row to lie in the month.
func within(t *testing.T, m *dataset.Month, c *dataset.Conversation) {
	t.Helper()
	var instants []int64
	for _, l := range c.Legs {
		instants = append(instants, l.Start, l.End)
	}
	for _, o := range c.Offers {
		instants = append(instants, o.At, o.Resolved)
	}
	for _, v := range c.Visits {
		instants = append(instants, v.Entered, v.Left)
	}
	for _, r := range c.Ratings {
		instants = append(instants, max(r.Requested, r.Rated))
	}
	if c.ClosedAt >= 0 {
		instants = append(instants, c.ClosedAt)
	}
	if slices.Min(instants) < m.Start.UnixMilli() || slices.Max(instants) >= m.End.UnixMilli() {
		require.Fail(t, "outside its month", "%d to %d", slices.Min(instants), slices.Max(instants))
	}
}

func TestRowsFitTogether(t *testing.T) {
	t.Parallel()
	each(t, plan(t, 20_000, 3), func(m *dataset.Month, c *dataset.Conversation) {
		within(t, m, c)
		var before int64
		for i := range c.Legs {
			l := &c.Legs[i]
			if l.Start < before || l.End <= l.Start || l.Business < 0 || l.Business > l.End-l.Start {
				require.Fail(t, "a leg that cannot be", "%+v", l)
			}
			before = l.End
			at := l.Start
			for _, w := range l.Waits {
				if w.Opened < at || w.Closed < w.Opened || w.Closed > l.End || w.Business > w.Closed-w.Opened {
					require.Fail(t, "a wait that cannot be", "%+v", w)
				}
				at = w.Closed
			}
		}
		for _, o := range c.Offers {
			if o.Resolved < o.At || o.Leg >= 0 && c.Legs[o.Leg].Start != o.Resolved {
				require.Fail(t, "an offer that cannot be", "%+v", o)
			}
		}
		for _, v := range c.Visits {
			if v.Left < v.Entered || v.Leg >= 0 && c.Legs[v.Leg].EnteredAt != v.Entered {
				require.Fail(t, "a visit that cannot be", "%+v", v)
			}
		}
	})
}

func TestDistributionsAreAsStated(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation(dataset.Zone)
	require.NoError(t, err)
	var conversations, surveys, abandoned, outbound, closed, legs, night, sunday, monday float64
	var visits, waits, offers, failed, queues float64
	var durations []float64
	busiest := map[int]float64{}
	each(t, plan(t, 60_000, 5), func(_ *dataset.Month, c *dataset.Conversation) {
		conversations++
		visits += float64(len(c.Visits))
		offers += float64(len(c.Offers))
		surveys += float64(len(c.Ratings))
		if c.Direction == "outbound" {
			outbound++
		}
		if len(c.Legs) == 0 {
			abandoned++
			return
		}
		if c.ClosedAt >= 0 {
			closed++
		}
		at := time.UnixMilli(c.Legs[0].Start).In(zone)
		switch at.Weekday() {
		case time.Sunday:
			sunday++
		case time.Monday:
			monday++
		}
		if at.Hour() < 6 {
			night++
		}
		for _, l := range c.Legs {
			legs++
			waits += float64(len(l.Waits))
			busiest[l.Queue]++
			durations = append(durations, float64(l.End-l.Start)/1000)
		}
		for _, o := range c.Offers {
			if o.Leg < 0 {
				failed++
			}
		}
		queues = max(queues, float64(c.Legs[0].Queue))
	})
	served := conversations - abandoned
	require.InDelta(t, 0.11, outbound/conversations, 0.01)
	require.InDelta(t, 0.07*0.89, abandoned/conversations, 0.01)
	require.InDelta(t, 0.70, closed/served, 0.01)
	require.InDelta(t, 0.34, surveys/served, 0.02)
	require.InDelta(t, 0.14, failed/(offers-failed), 0.01)
	require.InDelta(t, 1.0, waits/legs, 0.15)
	require.Less(t, night/served, 0.02)
	require.Less(t, 4*sunday, monday)
	require.InDelta(t, 19, queues, 0)
	require.Greater(t, busiest[0], 4*busiest[19], "queues differ in size")
	slices.Sort(durations)
	median := durations[len(durations)/2]
	require.InDelta(t, math.Log(500), math.Log(median), 0.3, "a median of some 500 s")
}

func TestDirectoryNamesEverything(t *testing.T) {
	t.Parallel()
	kinds := map[string]int{}
	bots := 0
	for _, e := range dataset.Directory() {
		kinds[e.Kind]++
		if e.Type == "bot" {
			bots++
		}
	}
	require.Equal(t, map[string]int{"queue": 20, "group": 10, "agent": 200, "tag": 60}, kinds)
	require.Equal(t, 10, bots)
}
