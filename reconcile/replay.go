package reconcile

import (
	"slices"

	"engaged/engagement"
	"engaged/models"
)

// Replay folds a conversation's past again, record transaction by record transaction, and returns
// everything that they must have written: rows that replace earlier ones, and amendments, are worked
// in. What was late then is late again, because every transaction noted what it knew and how far it
// folded.
func Replay(h models.History) engagement.Result {
	var all engagement.Result
	var state engagement.State
	var open []engagement.Entry
	entries := h.Entries
	for _, f := range h.Folds {
		n := 0
		for n < len(entries) && entries[n].Number <= f.SeenNumber {
			n++
		}
		open, entries = append(open, entries[:n]...), entries[n:]
		cut := engagement.At(f.CutAt)
		through, _ := engagement.UpTo(open, cut)
		r := engagement.Fold(known(h.Settings, int(f.SettingsVersion)), state, through, cut)
		all, state = merge(all, r), r.State
		if f.Floor != nil {
			state.Floor = max(state.Floor, engagement.At(*f.Floor))
		}
		open = slices.DeleteFunc(slices.Clone(open), func(e engagement.Entry) bool { return !slices.Contains(f.Tail, e.Number) })
	}
	all.State = state
	return all
}

// known are the settings that a run knew; before the first version it knew none.
func known(versions []engagement.Settings, newest int) []engagement.Settings {
	return slices.DeleteFunc(slices.Clone(versions), func(v engagement.Settings) bool { return v.Version > newest })
}

// merge adds the rows of a fold to those of the folds before it.
func merge(all, r engagement.Result) engagement.Result {
	all.Legs = replacing(all.Legs, r.Legs, func(l engagement.Leg) int { return l.Ordinal })
	all.Offers = replacing(all.Offers, r.Offers, func(o engagement.Offer) int { return o.Ordinal })
	all.Visits = replacing(all.Visits, r.Visits, func(v engagement.Visit) int { return v.Ordinal })
	all.Closings = replacing(all.Closings, r.Closings, func(c engagement.Closing) int { return c.Ordinal })
	all.Ratings = replacing(all.Ratings, r.Ratings, func(r engagement.Rating) string { return r.Survey })
	for _, a := range r.Amendments {
		amend(all.Legs, a)
	}
	return all
}

// replacing appends rows; one that was there before takes the place of the old.
func replacing[T any, K comparable](rows, more []T, key func(T) K) []T {
	for _, m := range more {
		i := slices.IndexFunc(rows, func(t T) bool { return key(t) == key(m) })
		if i >= 0 {
			rows[i] = m
		} else {
			rows = append(rows, m)
		}
	}
	return rows
}

func amend(legs []engagement.Leg, a engagement.Amendment) {
	for i := range legs {
		if legs[i].Ordinal != a.LegOrdinal {
			continue
		}
		if a.Wrapup != nil {
			legs[i].Wrapup = a.Wrapup
		}
		if a.Tags != nil {
			legs[i].Tags = *a.Tags
		}
	}
}
