package delivery

import (
	"cmp"
	"slices"
)

// ranks gives the order of events at one instant: commands come first, a call begins before it
// goes on, and whatever ends it comes after all that it held.
var ranks = map[EventType]int{
	TaskCancelled: 0, TaskSuspended: 1, TaskResumed: 2, TaskRescheduled: 3, ContactOptedOut: 4,
	AttemptBlocked: 5, AttemptOrdered: 6, PreviewOffered: 7, PreviewDeclined: 8, PreviewAccepted: 9,
	CallStarted: 10, CallConnected: 11, AgentConnected: 12, SpeechDetected: 13, AMDResult: 14, BotFailure: 15,
	AttributesSet: 16, DispositionSet: 17, CallEnd: 18, CallFailure: 19, ClaimLost: 20, ClockReached: 21,
}

// compare is the total order of entries: time, rank, attempt, the sender's own order, identity. The
// number comes last and only tells apart what the log never holds twice.
func compare(a, b *Entry) int {
	return cmp.Or(
		cmp.Compare(a.Time, b.Time),
		cmp.Compare(rank(a.Type), rank(b.Type)),
		cmp.Compare(a.Attempt, b.Attempt),
		cmp.Compare(a.Seq, b.Seq),
		cmp.Compare(a.ID, b.ID),
		cmp.Compare(a.Source, b.Source),
		cmp.Compare(a.Number, b.Number),
	)
}

// rank places types that this version does not know behind all others.
func rank(t EventType) int {
	if r, ok := ranks[t]; ok {
		return r
	}
	return len(ranks)
}

// inOrder returns the entries in the total order, leaving the caller's slice as it is.
func inOrder(entries []Entry) []*Entry {
	sorted := make([]*Entry, len(entries))
	for i := range entries {
		sorted[i] = &entries[i]
	}
	slices.SortFunc(sorted, compare)
	return sorted
}

// repeats reports whether two neighbours in the total order are the same event.
func repeats(a, b *Entry) bool {
	return a.Time == b.Time && a.Type == b.Type && a.Attempt == b.Attempt && a.ID == b.ID && a.Source == b.Source
}

// UpTo splits entries at a cut: through holds those with a time up to it, after the rest, each in
// the order given.
func UpTo(entries []Entry, cut Instant) (through, after []Entry) {
	for _, e := range entries {
		if e.Time <= cut {
			through = append(through, e)
		} else {
			after = append(after, e)
		}
	}
	return through, after
}
