package api

import "engaged/engagement"

// Engagement is one leg as this API shows it. Durations are in milliseconds; what has no value is
// null.
type Engagement struct {
	// ID has 32 upper-case hexadecimal digits.
	ID string `json:"engagement_id"`
	// State is open or ended.
	State string `json:"state"`
	// ConversationID is the caller's own id, Ordinal counts the conversation's legs from 1.
	ConversationID string `json:"conversation_id"`
	Ordinal        int    `json:"ordinal"`
	// TicketID groups conversations about one matter.
	TicketID string `json:"ticket_id"`
	// AgentID, AgentType (human or bot), GroupID and QueueID are who held it, and from where.
	AgentID   string  `json:"agent_id"`
	AgentType string  `json:"agent_type"`
	GroupID   *string `json:"group_id"`
	QueueID   *string `json:"queue_id"`
	// RequesterID is the customer.
	RequesterID *string `json:"requester_id"`
	// Channel is fixed at the start; InitialChannel, Direction and ContactPoint are the
	// conversation's.
	Channel        *string  `json:"channel"`
	InitialChannel *string  `json:"initial_channel"`
	Direction      *string  `json:"direction"`
	ContactPoint   *string  `json:"contact_point"`
	Tags           []string `json:"tags"`
	// StartedAt and EndedAt bound the leg, both ends inside; the reasons say why.
	StartedAt   engagement.Instant  `json:"started_at"`
	EndedAt     *engagement.Instant `json:"ended_at"`
	StartReason string              `json:"start_reason"`
	EndReason   *string             `json:"end_reason"`
	StatusStart string              `json:"ticket_status_start"`
	StatusEnd   *string             `json:"ticket_status_end"`
	// Duration is EndedAt - StartedAt.
	Duration *engagement.Millis `json:"duration_ms"`
	// OfferedAt is the latest offer to the agent who accepted, OfferTime the time to acceptance.
	OfferedAt *engagement.Instant `json:"offered_at"`
	OfferTime *engagement.Millis  `json:"offer_time_ms"`
	// QueueEnteredAt is the start of the queue visit that the leg answered.
	QueueEnteredAt *engagement.Instant `json:"queue_entered_at"`
	// TimeToAccept is StartedAt - QueueEnteredAt.
	TimeToAccept *engagement.Millis `json:"time_to_accept_ms"`
	// HandoffGap is the time since the previous leg, after a transfer.
	HandoffGap *engagement.Millis `json:"handoff_gap_ms"`
	// The message values are null on channels without messages.
	AgentMessages    *int                `json:"agent_messages"`
	AgentReplies     *int                `json:"agent_replies"`
	CustomerMessages *int                `json:"customer_messages"`
	FirstReplyAt     *engagement.Instant `json:"first_reply_at"`
	FirstReply       *engagement.Millis  `json:"first_reply_ms"`
	FirstResponse    *engagement.Millis  `json:"first_response_ms"`
	Waits            *int                `json:"waits"`
	WaitTotal        *engagement.Millis  `json:"wait_total_ms"`
	WaitAnswered     *engagement.Millis  `json:"wait_answered_ms"`
	WaitUnanswered   *engagement.Millis  `json:"wait_unanswered_ms"`
	WaitLongest      *engagement.Millis  `json:"wait_longest_ms"`
	// AverageAnswered is WaitAnswered / AgentReplies; null without a reply.
	AverageAnswered *engagement.Millis `json:"wait_average_answered_ms"`
	// Hold, Talk (duration - hold), Wrapup and Handle (duration + wrap-up).
	Hold   *engagement.Millis `json:"hold_ms"`
	Talk   *engagement.Millis `json:"talk_ms"`
	Wrapup *engagement.Millis `json:"wrapup_ms"`
	Handle *engagement.Millis `json:"handle_ms"`
	// Expired marks a leg that ran into the open limit.
	Expired bool `json:"expired"`
	// The business values use the schedule with ScheduleID; null: always open.
	ScheduleID             *string            `json:"schedule_id"`
	StartedInBusinessHours bool               `json:"started_in_business_hours"`
	DurationBusiness       *engagement.Millis `json:"duration_business_ms"`
	FirstReplyBusiness     *engagement.Millis `json:"first_reply_business_ms"`
	WaitTotalBusiness      *engagement.Millis `json:"wait_total_business_ms"`
	WaitLongestBusiness    *engagement.Millis `json:"wait_longest_business_ms"`
	// InactivityPeriod and InactivityAnchor are those used; null without an inactivity deadline.
	InactivityPeriod *engagement.Millis `json:"inactivity_period_ms"`
	InactivityAnchor *string            `json:"inactivity_anchor"`
	// SettingsVersion is the version pinned at the start.
	SettingsVersion int `json:"settings_version"`
	// Provenance is null while the leg is open.
	Provenance *Provenance `json:"provenance"`
}

// Provenance says where a record comes from.
type Provenance struct {
	// Revision counts the writings of the record from 1: wrap-up, tags and repairs write the next.
	Revision int `json:"revision"`
	// FirstEntry and LastEntry are the lowest and highest numbers of the log folded into it.
	FirstEntry int64 `json:"first_entry"`
	LastEntry  int64 `json:"last_entry"`
	// RulesVersion is the version of the rules that made it.
	RulesVersion int `json:"rules_version"`
	// WorkflowID and RunID are the workflow that wrote it.
	WorkflowID string `json:"workflow_id"`
	RunID      string `json:"run_id"`
	// RecordedAt is when.
	RecordedAt engagement.Instant `json:"recorded_at"`
}
