package chat

import (
	"strconv"
	"time"
)

// A Chat is one conversation that follows a script.
type Chat struct {
	// ID is the conversation's id.
	ID string
	// Number makes agents, queue and customer.
	Number int
	// Kind is which script it follows.
	Kind Kind
	// Start is when it begins, counted from the start of the run; negative before it.
	Start time.Duration
	// Steps is the script.
	Steps []Step
}

// An Event is one step of one chat.
type Event struct {
	// Chat is the conversation.
	Chat *Chat
	// Index is the step's place in the script.
	Index int
	// At is when it happens, counted from the start of the run.
	At time.Duration
}

// Step returns the event's step.
func (e Event) Step() Step { return e.Chat.Steps[e.Index] }

const layout = "2006-01-02T15:04:05.000Z"

// Append appends the event in the envelope of POST /v1/events; it happened at the given time.
func (e Event) Append(b []byte, at time.Time) []byte {
	step := e.Step()
	b = append(b, `{"id":"`...)
	b = strconv.AppendInt(b, int64(e.Index), 10)
	b = append(b, `","type":"`...)
	b = append(b, step.Type...)
	b = append(b, `","time":"`...)
	b = at.UTC().AppendFormat(b, layout)
	b = append(b, `","conversation_id":"`...)
	b = append(b, e.Chat.ID...)
	b = append(b, `","channel":"messaging","direction":"inbound","requester_id":"customer-`...)
	b = strconv.AppendInt(b, int64(e.Chat.Number%50_000), 10)
	b = append(b, `","queue_id":"queue-`...)
	b = strconv.AppendInt(b, int64(e.Chat.Number%20), 10)
	if step.Agent > 0 {
		b = append(b, `","agent_id":"`...)
		b = append(b, e.Chat.Agent(step.Agent)...)
	}
	b = append(b, '"')
	switch {
	case step.Status != "":
		b = append(b, `,"data":{"status":"`...)
		b = append(b, step.Status...)
		b = append(b, `"}`...)
	case !step.Lifecycle():
		b = append(b, `,"data":{"message_id":"message-`...)
		b = strconv.AppendInt(b, int64(e.Index), 10)
		b = append(b, `"}`...)
	}
	return append(b, '}')
}

// Agent returns the id of the chat's nth agent, from 1.
func (c *Chat) Agent(n int) string { return "agent-" + strconv.Itoa((c.Number*7+n)%300) }
