package engagement

import (
	"cmp"
	"maps"
	"slices"

	"github.com/stretchr/testify/require"
)

// instants returns the distinct times of entries, ascending.
func instants(entries []Entry) []Instant {
	times := make([]Instant, len(entries))
	for i, e := range entries {
		times[i] = e.Time
	}
	slices.Sort(times)
	return slices.Compact(times)
}

// rows is everything that a fold, or several that continue each other, have written.
type rows struct {
	Legs     []Leg
	Offers   []Offer
	Visits   []Visit
	Ratings  []Rating
	Closings []Closing
	Open     *Leg
	State    State
}

// rowsOf puts the rows of folds together as the tables do: what has the same key replaces, and
// amendments change the legs written before.
func rowsOf(parts []Result) rows {
	legs, offers, visits := map[int]Leg{}, map[int]Offer{}, map[int]Visit{}
	ratings, closings := map[string]Rating{}, map[int]Closing{}
	for _, p := range parts {
		for _, l := range p.Legs {
			legs[l.Ordinal] = l
		}
		for _, o := range p.Offers {
			offers[o.Ordinal] = o
		}
		for _, v := range p.Visits {
			visits[v.Ordinal] = v
		}
		for _, r := range p.Ratings {
			ratings[r.Survey] = r
		}
		for _, c := range p.Closings {
			closings[c.Ordinal] = c
		}
		for _, a := range p.Amendments {
			l := legs[a.LegOrdinal]
			if a.Wrapup != nil {
				l.Wrapup = a.Wrapup
			}
			if a.Tags != nil {
				l.Tags = *a.Tags
			}
			legs[a.LegOrdinal] = l
		}
	}
	last := parts[len(parts)-1]
	if leg := last.State.Leg; leg != nil && leg.Offer != nil {
		// An offer that was over when a leg accepted it after all is written again with that leg.
		delete(offers, leg.Offer.Ordinal)
	}
	return rows{
		Legs: sorted(legs), Offers: sorted(offers), Visits: sorted(visits), Ratings: sorted(ratings), Closings: sorted(closings),
		Open: last.Open, State: last.State,
	}
}

func sorted[K cmp.Ordered, V any](m map[K]V) []V {
	var values []V
	for _, k := range slices.Sorted(maps.Keys(m)) {
		values = append(values, m[k])
	}
	return values
}

// requireSameRows checks that parts that continue each other make what one fold makes. Whether an
// entry is late depends on what has been recorded, so Floor and outcomes may differ, the rows not.
func requireSameRows(t require.TestingT, whole Result, parts []Result) {
	want, got := rowsOf([]Result{whole}), rowsOf(parts)
	require.Equal(t, want, got)
}
