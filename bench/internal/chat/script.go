package chat

import (
	"slices"
	"time"
)

// Kind is one of the two chats of the mix, which alternate.
type Kind int

const (
	// Straight is queue, offer, accept, 24 messages, solved: 28 events, 4 of them lifecycle.
	Straight Kind = iota
	// Reoffered is the same after two offers came to nothing (one timed out, one declined): 32 events,
	// 8 of them lifecycle.
	Reoffered
)

// The mix: over one chat of each kind 60 events, 48 of them (80 %) messages.
const (
	// Messages is how many messages a chat has.
	Messages = 24
	// Length is how long a chat takes, from the queue to solved.
	Length = 25 * time.Minute
	// MeanEvents is the number of events of an average chat.
	MeanEvents = 30
	// MessageShare is the share of messages among the events.
	MessageShare = 0.8
)

// A Step is one event of a script.
type Step struct {
	// Offset is when it happens, counted from the chat's start.
	Offset time.Duration
	// Type is the event's type.
	Type string
	// Agent is which of the chat's agents it concerns, from 1; 0 for none.
	Agent int
	// Status is the new status of status.changed.
	Status string
}

// Lifecycle tells whether the step is anything but a message.
func (s Step) Lifecycle() bool { return s.Type != "customer.message" && s.Type != "agent.message" }

// Script returns the events of a chat in order. Lifecycle events lie at least 2 s apart; messages alternate
// between customer and agent and are spread evenly.
func Script(kind Kind, messages int, length time.Duration) []Step {
	second := func(n int) time.Duration { return time.Duration(n) * time.Second }
	steps := []Step{{Type: "queue.entered"}, {Offset: second(3), Type: "offer.created", Agent: 1}}
	agent := 1
	accepted := second(8)
	if kind == Reoffered {
		steps = append(steps,
			Step{Offset: second(18), Type: "offer.timed_out", Agent: 1},
			Step{Offset: second(21), Type: "offer.created", Agent: 2},
			Step{Offset: second(26), Type: "offer.declined", Agent: 2},
			Step{Offset: second(29), Type: "offer.created", Agent: 3})
		agent, accepted = 3, second(34)
	}
	steps = append(steps, Step{Offset: accepted, Type: "offer.accepted", Agent: agent})
	// The second message comes after the acceptance, the last a while before solved.
	tail := length / 38
	lead := max(tail, accepted+second(2))
	for i := range messages {
		step := Step{Offset: second(1), Type: "customer.message"}
		if i > 0 {
			step.Offset = lead + time.Duration(i-1)*(length-lead-tail)/time.Duration(max(messages-2, 1))
		}
		if i%2 == 1 {
			step.Type, step.Agent = "agent.message", agent
		}
		steps = append(steps, step)
	}
	steps = append(steps, Step{Offset: length, Type: "status.changed", Status: "solved"})
	slices.SortStableFunc(steps, func(a, b Step) int { return int(a.Offset - b.Offset) })
	return steps
}

// Scale returns the steps with every offset multiplied.
func Scale(steps []Step, factor float64) []Step {
	scaled := slices.Clone(steps)
	for i := range scaled {
		scaled[i].Offset = time.Duration(float64(scaled[i].Offset) * factor)
	}
	return scaled
}
