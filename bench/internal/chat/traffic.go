package chat

import (
	"container/heap"
	"fmt"
	"iter"
	"math/rand/v2"
	"time"
)

// Traffic describes many chats side by side: they begin at random (a Poisson process), so that events come
// in at random at the given mean rate.
type Traffic struct {
	// Prefix begins every conversation's id.
	Prefix string
	// Rate is the mean number of events a second.
	Rate float64
	// Scale shortens the chats: 1 is real tempo.
	Scale float64
	// From and Until bound the starts of chats, counted from the start of the run.
	From, Until time.Duration
	// Seed makes a run repeatable.
	Seed uint64
}

// Length is how long each chat takes.
func (t Traffic) Length() time.Duration { return time.Duration(float64(Length) * t.Scale) }

// Chats returns the chats in the order of their starts.
func (t Traffic) Chats() iter.Seq[*Chat] {
	scripts := [...][]Step{
		Straight:  Scale(Script(Straight, Messages, Length), t.Scale),
		Reoffered: Scale(Script(Reoffered, Messages, Length), t.Scale),
	}
	return func(yield func(*Chat) bool) {
		random := rand.New(rand.NewPCG(t.Seed, 1)) //nolint:gosec // traffic, not secrets
		start := t.From
		for n := 1; ; n++ {
			start += time.Duration(random.ExpFloat64() * MeanEvents / t.Rate * float64(time.Second))
			if start >= t.Until {
				return
			}
			kind := Kind(n % 2)
			c := &Chat{ID: fmt.Sprintf("%s-%07d", t.Prefix, n), Number: n, Kind: kind, Start: start, Steps: scripts[kind]}
			if !yield(c) {
				return
			}
		}
	}
}

// Events returns the events of all chats in the order of time.
func (t Traffic) Events() iter.Seq[Event] {
	return func(yield func(Event) bool) {
		var open queue
		emit := func(until time.Duration, all bool) bool {
			for len(open) > 0 && (all || open[0].At <= until) {
				e := open[0]
				if e.Index+1 < len(e.Chat.Steps) {
					open[0] = e.Chat.event(e.Index + 1)
					heap.Fix(&open, 0)
				} else {
					heap.Pop(&open)
				}
				if !yield(e) {
					return false
				}
			}
			return true
		}
		for c := range t.Chats() {
			if !emit(c.Start, false) {
				return
			}
			heap.Push(&open, c.event(0))
		}
		emit(0, true)
	}
}

func (c *Chat) event(index int) Event {
	return Event{Chat: c, Index: index, At: c.Start + c.Steps[index].Offset}
}

// Events returns the chat's events in order.
func (c *Chat) Events() []Event {
	events := make([]Event, len(c.Steps))
	for i := range c.Steps {
		events[i] = c.event(i)
	}
	return events
}

// queue orders open chats by their next event.
type queue []Event

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].At < q[j].At }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)        { *q = append(*q, x.(Event)) }
func (q *queue) Pop() any {
	old := *q
	last := old[len(old)-1]
	*q = old[:len(old)-1]
	return last
}
