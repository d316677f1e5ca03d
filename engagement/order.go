package engagement

import (
	"cmp"
	"slices"
)

// ranks gives the order of events at one instant: what is offered comes before it is taken, a
// customer speaks before an agent, and both before whatever ends the leg.
var ranks = map[EventType]int{
	ConversationTransferred: 0,
	QueueEntered:            1,
	OfferCreated:            2,
	OfferDeclined:           3,
	OfferTimedOut:           3,
	OfferRescinded:          3,
	OfferAccepted:           4,
	OfferAcceptRequested:    4,
	AgentAssigned:           5,
	CustomerMessage:         6,
	AgentMessage:            7,
	HoldStarted:             8,
	HoldEnded:               8,
	WrapupStarted:           8,
	WrapupEnded:             8,
	AgentUnassigned:         9,
	QueueLeft:               9,
	StatusChanged:           10,
	AgentEnded:              11,
	ConversationRemoved:     11,
	ConversationClosed:      11,
	RatingRequested:         12,
	ConversationRated:       12,
	ConversationTagged:      12,
	ClockReached:            13,
}

// compare is the total order of entries: time, rank, the sender's own order, identity. The number
// comes last and only tells apart what the log never holds twice.
func compare(a, b *Entry) int {
	return cmp.Or(
		cmp.Compare(a.Time, b.Time),
		cmp.Compare(rank(a.Type), rank(b.Type)),
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
	return a.Time == b.Time && a.Type == b.Type && a.ID == b.ID && a.Source == b.Source
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
