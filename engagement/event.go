package engagement

// EventType is the type of an event, in the past tense.
type EventType string

// The event types that a routing system may send.
const (
	QueueEntered            EventType = "queue.entered"
	QueueLeft               EventType = "queue.left"
	OfferCreated            EventType = "offer.created"
	OfferAccepted           EventType = "offer.accepted"
	OfferDeclined           EventType = "offer.declined"
	OfferTimedOut           EventType = "offer.timed_out"
	OfferRescinded          EventType = "offer.rescinded"
	AgentAssigned           EventType = "agent.assigned"
	AgentUnassigned         EventType = "agent.unassigned"
	CustomerMessage         EventType = "customer.message"
	AgentMessage            EventType = "agent.message"
	ConversationTransferred EventType = "conversation.transferred"
	StatusChanged           EventType = "status.changed"
	HoldStarted             EventType = "hold.started"
	HoldEnded               EventType = "hold.ended"
	WrapupStarted           EventType = "wrapup.started"
	WrapupEnded             EventType = "wrapup.ended"
	AgentEnded              EventType = "agent.ended"
	ConversationRemoved     EventType = "conversation.removed"
	ConversationClosed      EventType = "conversation.closed"
	RatingRequested         EventType = "conversation.rating_requested"
	ConversationRated       EventType = "conversation.rated"
	ConversationTagged      EventType = "conversation.tagged"
	ClockReached            EventType = "clock.reached"
)

// OfferAcceptRequested is the entry that the accept command appends. It is not accepted from
// outside: it takes effect only if the offer is known and open and nobody else holds the leg.
const OfferAcceptRequested EventType = "offer.accept_requested"

// SignalRefused is the entry that keeps what a routing system signalled to a workflow and what breaks
// a rule of the envelope: a signal cannot be answered. It is not accepted from outside and changes
// nothing, not even the conversation's clock; its Data.Reason says what is wrong.
const SignalRefused EventType = "signal.refused"

// Event is what a routing system says happened, in the engine's own envelope.
type Event struct {
	// ID identifies the event within its conversation and source; 1 to 128 bytes.
	ID string `json:"id"`
	// Source is the system that says so; optional, at most 128 bytes.
	Source string `json:"source,omitempty"`
	// Type says what happened.
	Type EventType `json:"type"`
	// Time is when it happened, not when it was sent.
	Time Instant `json:"time"`
	// ConversationID is the caller's own id of the conversation; 1 to 128 bytes.
	ConversationID string `json:"conversation_id"`
	// TicketID groups conversations about one matter; the conversation's id when absent.
	TicketID string `json:"ticket_id,omitempty"`
	// AgentID is the agent whom the event concerns.
	AgentID string `json:"agent_id,omitempty"`
	// GroupID is the agent's group at that instant.
	GroupID string `json:"group_id,omitempty"`
	// QueueID is the queue whom the event concerns.
	QueueID string `json:"queue_id,omitempty"`
	// RequesterID is the customer.
	RequesterID string `json:"requester_id,omitempty"`
	// Channel is the channel of the conversation, such as messaging or voice.
	Channel string `json:"channel,omitempty"`
	// Direction is inbound, outbound or internal.
	Direction string `json:"direction,omitempty"`
	// ContactPoint is the organization's own address that was contacted.
	ContactPoint string `json:"contact_point,omitempty"`
	// Tags, where present, replaces the conversation's set of tags.
	Tags *[]string `json:"tags,omitempty"`
	// Seq is the sender's own order among events of one instant; 0 when absent.
	Seq int64 `json:"seq,omitempty"`
	// Actor is who caused it.
	Actor *Actor `json:"actor,omitempty"`
	// Data holds what belongs to the type.
	Data Data `json:"data,omitzero"`
}

// Actor is who caused an event.
type Actor struct {
	// Type is agent, supervisor, end_user, system or bot.
	Type string `json:"type"`
	// ID is the actor's id.
	ID string `json:"id,omitempty"`
}

// Data is the part of an event that depends on its type; fields of other types stay empty.
type Data struct {
	// Reason is why: of queue.left, agent.assigned or agent.unassigned.
	Reason string `json:"reason,omitempty"`
	// OfferID names one offer among several to one agent.
	OfferID string `json:"offer_id,omitempty"`
	// ExpiresAt is when the engine times the offer out; absent: never.
	ExpiresAt *Instant `json:"expires_at,omitempty"`
	// Visibility of an agent's message: public (default) or internal.
	Visibility string `json:"visibility,omitempty"`
	// Automatic marks a message that no person wrote.
	Automatic bool `json:"automatic,omitempty"`
	// MessageID is the sender's id of the message.
	MessageID string `json:"message_id,omitempty"`
	// To is the target of a transfer.
	To *Target `json:"to,omitempty"`
	// Mode of a transfer: direct or offer; default direct to an agent, else offer.
	Mode string `json:"mode,omitempty"`
	// Status is the new ticket status: new, open, pending, hold, solved, closed or deleted.
	Status string `json:"status,omitempty"`
	// PreviousStatus, where given, outranks the status known so far.
	PreviousStatus string `json:"previous_status,omitempty"`
	// ClosedBy is agent, end_user or unknown (default).
	ClosedBy string `json:"closed_by,omitempty"`
	// Survey is csat (default), nps or ces.
	Survey string `json:"survey,omitempty"`
	// Score is the rating given, within Scale.
	Score *float64 `json:"score,omitempty"`
	// Scale bounds the score; default 1 to 5, for nps 0 to 10.
	Scale *Scale `json:"scale,omitempty"`
	// CommentLength is the length of the rating's comment in characters; the comment itself never
	// enters the engine.
	CommentLength int `json:"comment_length,omitempty"`
	// Add lists the tags to add.
	Add []string `json:"add,omitempty"`
	// Remove lists the tags to remove.
	Remove []string `json:"remove,omitempty"`
}

// Target is where a transfer goes: a queue, a group, or an agent, perhaps with their group.
type Target struct {
	AgentID string `json:"agent_id,omitempty"`
	GroupID string `json:"group_id,omitempty"`
	QueueID string `json:"queue_id,omitempty"`
}

// Scale bounds the scores of a survey, both ends inside.
type Scale struct {
	Min float64 `json:"min"`
	Max float64 `json:"max"`
}

// Entry is an event in the event log, numbered within its conversation, with what intake stamped
// on it when it appended it.
type Entry struct {
	// Number is the entry's place in its conversation's log, from 1, without gaps.
	Number int64 `json:"number"`
	// ReceivedAt is the log's clock when the entry was appended.
	ReceivedAt Instant `json:"received_at"`
	Event
	// AgentType is the directory's type of the event's agent, or of the agent a transfer goes to:
	// human or bot; human where the directory does not know.
	AgentType string `json:"agent_type,omitempty"`
	// AgentGroupID is the directory's group of that agent.
	AgentGroupID string `json:"agent_group_id,omitempty"`
}

// EngineSource is the source of the entries that the engine itself appends (clock marks).
const EngineSource = "engaged"

// Lifecycle reports whether the entry is dispatched to the workflow at once. Messages are not:
// they ride along with the next lifecycle entry or are read at the next deadline. Nor are refused
// signals, which change nothing.
func (e Entry) Lifecycle() bool {
	return e.Type != CustomerMessage && e.Type != AgentMessage && e.Type != SignalRefused
}
