package oracle_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"engaged/devstack/demo"
	"engaged/devstack/oracle"
	"engaged/devstack/oracle/vectors"
	"engaged/engagement"
)

// TestRunsAgree folds conversations run by run, as they come in and as the workflow does: what is
// final is recorded, the rest goes on with the carry. The rows must be those of one fold of all.
func TestRunsAgree(t *testing.T) {
	t.Parallel()
	for _, v := range vectors.All() {
		require.Empty(t, strings.Join(oracle.Diff(oracle.Of(v.Conversation), runs(v.Conversation)), "\n"), v.Name)
	}
	for seed := range uint64(5) {
		for _, c := range demo.Generate(seed, 200, time.Date(2025, 3, 10, 0, 0, 0, 0, time.UTC)).Conversations() {
			require.Empty(t, strings.Join(oracle.Diff(oracle.Of(c), runs(c)), "\n"), c.Events[0].ConversationID)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		c := anything(t)
		if found := oracle.Diff(oracle.Of(c), runs(c)); len(found) > 0 {
			t.Fatal(strings.Join(found, "\n") + "\n" + tell(c))
		}
	})
}

// table is what the records look like after some runs.
type table struct {
	legs     map[int]engagement.Leg
	offers   map[int]engagement.Offer
	visits   map[int]engagement.Visit
	ratings  map[string]engagement.Rating
	closings map[int]engagement.Closing
}

func runs(c oracle.Conversation) oracle.Records {
	rows := table{map[int]engagement.Leg{}, map[int]engagement.Offer{}, map[int]engagement.Visit{}, map[string]engagement.Rating{}, map[int]engagement.Closing{}}
	entries := c.Entries()
	slices.SortStableFunc(entries, func(a, b engagement.Entry) int { return int(a.Time - b.Time) })
	entries = append(entries, engagement.Entry{
		Number: int64(len(entries) + 1), ReceivedAt: c.Until, Event: engagement.Event{ID: "until", Type: engagement.ClockReached, Time: c.Until},
	})
	carry, open := engagement.State{}, []engagement.Entry{}
	for _, e := range entries {
		open = append(open, e)
		for {
			step := engagement.Fold(c.Settings, carry, open, 0).Next()
			if step.Kind == engagement.StepWait {
				break
			}
			through, after := engagement.UpTo(open, step.At)
			part := engagement.Fold(c.Settings, carry, through, step.At)
			rows.write(part)
			carry, open = part.State, after
			if step.Kind == engagement.StepEnd {
				break
			}
		}
	}
	rows.write(engagement.Fold(c.Settings, carry, open, 0))
	return rows.records()
}

func (r table) write(part engagement.Result) {
	for _, l := range part.Legs {
		r.legs[l.Ordinal] = l
	}
	for _, o := range part.Offers {
		r.offers[o.Ordinal] = o
	}
	for _, v := range part.Visits {
		r.visits[v.Ordinal] = v
	}
	for _, rating := range part.Ratings {
		r.ratings[rating.Survey] = rating
	}
	for _, k := range part.Closings {
		r.closings[k.Ordinal] = k
	}
	for _, a := range part.Amendments {
		l := r.legs[a.LegOrdinal]
		if a.Wrapup != nil {
			l.Wrapup = a.Wrapup
		}
		if a.Tags != nil {
			l.Tags = *a.Tags
		}
		r.legs[a.LegOrdinal] = l
	}
}

func (r table) records() oracle.Records {
	return oracle.Records{
		Legs: slices.Collect(maps.Values(r.legs)), Offers: slices.Collect(maps.Values(r.offers)), Visits: slices.Collect(maps.Values(r.visits)),
		Ratings: slices.Collect(maps.Values(r.ratings)), Closings: slices.Collect(maps.Values(r.closings)),
	}
}
