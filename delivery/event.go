package delivery

// EventType is the type of an event, in the past tense.
type EventType string

// The events that a dialer may send.
const (
	PreviewOffered  EventType = "preview.offered"
	PreviewAccepted EventType = "preview.accepted"
	PreviewDeclined EventType = "preview.declined"
	CallStarted     EventType = "call.started"
	CallConnected   EventType = "call.connected"
	AgentConnected  EventType = "agent.connected"
	SpeechDetected  EventType = "speech.detected"
	AMDResult       EventType = "amd.result"
	BotFailure      EventType = "bot.failed"
	CallEnd         EventType = "call.ended"
	CallFailure     EventType = "call.failed"
	DispositionSet  EventType = "disposition.set"
	AttributesSet   EventType = "attributes.set"
)

// The entries that commands and the engine itself append. They are not accepted from dialers.
const (
	TaskCancelled   EventType = "task.cancelled"
	TaskSuspended   EventType = "task.suspended"
	TaskResumed     EventType = "task.resumed"
	TaskRescheduled EventType = "task.rescheduled"
	ContactOptedOut EventType = "contact.opted_out"
	// AttemptOrdered hands an attempt to the dialer, AttemptBlocked keeps a verdict that does not
	// allow it, ClaimLost says that the dialer who had claimed the order is gone.
	AttemptOrdered EventType = "attempt.ordered"
	AttemptBlocked EventType = "attempt.blocked"
	ClaimLost      EventType = "claim.lost"
	ClockReached   EventType = "clock.reached"
	// SignalRefused keeps a signal to the task's workflow that cannot be read; Diagnostics say why. It
	// changes nothing.
	SignalRefused EventType = "signal.refused"
)

// Event is what a dialer, a command or the engine says happened to a task.
type Event struct {
	// ID identifies the event within its task and source; 1 to 128 bytes.
	ID string `json:"id"`
	// Source is the system that says so; optional, at most 128 bytes.
	Source string    `json:"source,omitempty"`
	Type   EventType `json:"type"`
	// Time is when it happened, not when it was sent.
	Time Instant `json:"time"`
	// Attempt is the sequence number of the attempt that it concerns; 0 for the task's present one. Of the
	// commands only task.cancelled has one.
	Attempt int `json:"attempt,omitempty"`
	// Seq is the sender's own order among events of one instant.
	Seq  int64 `json:"seq,omitempty"`
	Data Data  `json:"data,omitzero"`
}

// Data is the part of an event that depends on its type; fields of other types stay empty.
type Data struct {
	// CallID and FromAddress: call.started.
	CallID      string `json:"call_id,omitempty"`
	FromAddress string `json:"from_address,omitempty"`
	// Fence of the order: call.started and attempt.ordered; 0 in a start: whatever order is live. In attempt.blocked
	// it names the order whose start was refused.
	Fence int64 `json:"fence,omitempty"`
	// NotAfter is the order's own limit: attempt.ordered; 0: that of the rules.
	NotAfter Instant `json:"not_after,omitzero"`
	// ClaimsTold tells that whatever ends a claim of the order is told by a claim.lost: attempt.ordered. Without
	// it an order that runs out counts as claimed.
	ClaimsTold bool `json:"claims_told,omitempty"`
	// GreetingEndedAt: call.connected.
	GreetingEndedAt *Instant `json:"greeting_ended_at,omitempty"`
	// ConversationID: agent.connected.
	ConversationID string `json:"conversation_id,omitempty"`
	// AnsweredBy and MessageLeft: amd.result; MessageLeft also call.ended.
	AnsweredBy  string `json:"answered_by,omitempty"`
	MessageLeft bool   `json:"message_left,omitempty"`
	// SIPCode and Diagnostics: call.failed, and call.ended of a call that nobody answered.
	SIPCode     int    `json:"sip_code,omitempty"`
	Diagnostics string `json:"diagnostics,omitempty"`
	// Codes: disposition.set; they replace those set before.
	Codes []string `json:"codes,omitempty"`
	// Attributes: attributes.set; they are added to those set before.
	Attributes map[string]string `json:"attributes,omitempty"`
	// NotBefore and Windows: task.rescheduled. NotBefore is a callback's time, Windows replace the
	// task's; see PlanWindows.
	NotBefore Instant  `json:"not_before,omitzero"`
	Windows   []Window `json:"windows,omitempty"`
	// ContactID or Number: contact.opted_out; neither: the present attempt's number.
	ContactID string `json:"contact_id,omitempty"`
	Number    string `json:"number,omitempty"`
	// Action, Reason, NextAt, Scope and PolicyID of a verdict: attempt.blocked.
	Action   Action  `json:"action,omitempty"`
	Reason   string  `json:"reason,omitempty"`
	NextAt   Instant `json:"next_at,omitzero"`
	Scope    Scope   `json:"scope,omitempty"`
	PolicyID string  `json:"policy_id,omitempty"`
}

// Entry is an event in the event log, numbered within its task.
type Entry struct {
	// Number is the entry's place in its task's log, from 1, without gaps.
	Number int64 `json:"number"`
	// ReceivedAt is the log's clock when the entry was appended.
	ReceivedAt Instant `json:"received_at"`
	Event
}

// Blocked returns the data of the attempt.blocked entry that keeps a verdict.
func (v *Verdict) Blocked() Data {
	d := Data{Action: v.Action, Reason: v.Reason, Scope: v.Scope, PolicyID: v.PolicyID}
	if v.NextAt != nil {
		d.NextAt = *v.NextAt
	}
	return d
}
