package engagement

// Leg is one engagement: the assigned agent x one customer x one channel, from assignment to end.
type Leg struct {
	// Ordinal counts the conversation's legs from 1; the engagement's id is made from it.
	Ordinal int `json:"ordinal"`
	// AgentID is the assigned agent.
	AgentID string `json:"agent_id"`
	// AgentType is human or bot.
	AgentType string `json:"agent_type"`
	// GroupID is the event's group, else the transfer's target, else the agent's group.
	GroupID string `json:"group_id,omitempty"`
	// QueueID is the offer's queue, else the visit's.
	QueueID string `json:"queue_id,omitempty"`
	// TicketID is the ticket, by default the conversation's id.
	TicketID string `json:"ticket_id"`
	// RequesterID is the customer.
	RequesterID string `json:"requester_id,omitempty"`
	// Channel is fixed at the start.
	Channel string `json:"channel,omitempty"`
	// InitialChannel is the conversation's first channel.
	InitialChannel string `json:"initial_channel,omitempty"`
	// Direction is the direction of the conversation's first event that named one.
	Direction string `json:"direction,omitempty"`
	// ContactPoint is the organization's own address that was contacted.
	ContactPoint string `json:"contact_point,omitempty"`
	// Tags is the set at the end of the leg, sorted; later changes within 24 h update it.
	Tags []string `json:"tags,omitempty"`

	// StartedAt is S, the instant of assignment or acceptance.
	StartedAt Instant `json:"started_at"`
	// EndedAt is E; nil while the leg is open.
	EndedAt *Instant `json:"ended_at,omitempty"`
	// StartReason and EndReason are the canonical ids of events.md section 3.
	StartReason string `json:"start_reason"`
	EndReason   string `json:"end_reason,omitempty"`
	// StatusStart is the ticket status before the changes at S, StatusEnd after those at E.
	StatusStart string `json:"ticket_status_start"`
	StatusEnd   string `json:"ticket_status_end,omitempty"`

	// OfferedAt is the latest offer to the agent who accepted; nil without an offer.
	OfferedAt *Instant `json:"offered_at,omitempty"`
	// OfferTime is StartedAt - OfferedAt; nil without an offer.
	OfferTime *Millis `json:"offer_time_ms,omitempty"`
	// QueueEnteredAt is when the queue visit that this leg answered began; nil without one.
	QueueEnteredAt *Instant `json:"queue_entered_at,omitempty"`
	// HandoffGap is StartedAt - the previous leg's end, only after a transferred end.
	HandoffGap *Millis `json:"handoff_gap_ms,omitempty"`

	// AgentMessages counts the public, not automatic messages of the leg's agent.
	AgentMessages int `json:"agent_messages"`
	// AgentReplies counts those that closed an open wait.
	AgentReplies int `json:"agent_replies"`
	// CustomerMessages counts the customer's messages within [S, E], without automatic ones.
	CustomerMessages int `json:"customer_messages"`
	// FirstReplyAt is the agent's first message at or after S; nil without one.
	FirstReplyAt *Instant `json:"first_reply_at,omitempty"`
	// FirstReply is FirstReplyAt - S.
	FirstReply *Millis `json:"first_reply_ms,omitempty"`
	// FirstResponse is this leg's first public human message - the conversation's first customer
	// message, on the leg that made that first response only.
	FirstResponse *Millis `json:"first_response_ms,omitempty"`
	// Waits are the requester waits in order of their opening.
	Waits []Wait `json:"waits,omitempty"`

	// Hold is the time on hold within the leg.
	Hold Millis `json:"hold_ms"`
	// Wrapup is the wrap-up after the contact; nil without one or while it is open.
	Wrapup *Millis `json:"wrapup_ms,omitempty"`

	// Expired marks a leg that ran into the 14-day limit; it stands in no report unless asked for.
	Expired bool `json:"expired,omitempty"`

	// SettingsVersion is the version pinned at S.
	SettingsVersion int `json:"settings_version"`
	// Settle is how long the leg must have been ended before it is recorded, by that version.
	Settle Millis `json:"settle_ms"`
	// InactivityPeriod and InactivityAnchor are the values used; nil and empty where the channel
	// has no inactivity deadline.
	InactivityPeriod *Millis `json:"inactivity_period_ms,omitempty"`
	InactivityAnchor string  `json:"inactivity_anchor,omitempty"`
	// ScheduleID is the schedule used for the business values; empty: always open.
	ScheduleID string `json:"schedule_id,omitempty"`
	// StartedInBusinessHours tells whether S lay in hours; true without a schedule.
	StartedInBusinessHours bool `json:"started_in_business_hours"`
	// BusinessDuration, FirstReplyBusiness: the business time within [S, E] and [S, first reply].
	BusinessDuration   *Millis `json:"business_duration_ms,omitempty"`
	FirstReplyBusiness *Millis `json:"first_reply_business_ms,omitempty"`

	// FirstEntry and LastEntry are the lowest and highest entry numbers folded into the leg.
	FirstEntry int64 `json:"first_entry"`
	LastEntry  int64 `json:"last_entry"`
}

// Wait is one requester wait: from the earliest unanswered customer message to the agent's reply,
// or to the end of the leg.
type Wait struct {
	OpenedAt Instant  `json:"opened_at"`
	ClosedAt *Instant `json:"closed_at,omitempty"`
	// Answered tells whether a reply closed it; otherwise the end of the leg did.
	Answered bool `json:"answered"`
	// Business is the business time within the wait by the leg's schedule; nil while open.
	Business *Millis `json:"business_ms,omitempty"`
}

// Offer is a routing system's proposal of the conversation to an agent.
type Offer struct {
	// Ordinal counts the conversation's offers from 1.
	Ordinal int `json:"ordinal"`
	// OfferID is the sender's id of the offer, if it has one.
	OfferID   string `json:"offer_id,omitempty"`
	AgentID   string `json:"agent_id"`
	AgentType string `json:"agent_type"`
	GroupID   string `json:"group_id,omitempty"`
	QueueID   string `json:"queue_id,omitempty"`
	Channel   string `json:"channel,omitempty"`
	TicketID  string `json:"ticket_id"`
	// OfferedAt is nil for an acceptance without a known offer.
	OfferedAt *Instant `json:"offered_at,omitempty"`
	ExpiresAt *Instant `json:"expires_at,omitempty"`
	// ResolvedAt is nil while the offer is open.
	ResolvedAt *Instant `json:"resolved_at,omitempty"`
	// Outcome is accepted, declined, timed_out, rescinded or expired; empty while open.
	Outcome string `json:"outcome,omitempty"`
	// LegOrdinal is the leg that the acceptance began, or 0.
	LegOrdinal int `json:"leg_ordinal,omitempty"`
	// Expired marks an offer that ran into the 14-day limit.
	Expired bool `json:"expired,omitempty"`
}

// Visit is a stay in a queue.
type Visit struct {
	// Ordinal counts the conversation's visits from 1.
	Ordinal  int    `json:"ordinal"`
	QueueID  string `json:"queue_id"`
	Channel  string `json:"channel,omitempty"`
	TicketID string `json:"ticket_id"`
	// Direction is the conversation's direction at the entry.
	Direction string  `json:"direction,omitempty"`
	EnteredAt Instant `json:"entered_at"`
	// LeftAt is nil while the visit is open.
	LeftAt *Instant `json:"left_at,omitempty"`
	// Outcome is answered, flowed_out, abandoned, overflowed, closed or expired; empty while open.
	Outcome string `json:"outcome,omitempty"`
	// LegOrdinal is the leg that answered it, or 0.
	LegOrdinal int    `json:"leg_ordinal,omitempty"`
	AgentID    string `json:"agent_id,omitempty"`
	// Expired marks a visit that ran into the 14-day limit.
	Expired bool `json:"expired,omitempty"`
}

// Rating is a survey: requested, and perhaps answered. A conversation has one of each survey; a
// second answer replaces the first.
type Rating struct {
	Survey      string   `json:"survey"`
	RequestedAt *Instant `json:"requested_at,omitempty"`
	RatedAt     *Instant `json:"rated_at,omitempty"`
	Score       *float64 `json:"score,omitempty"`
	ScaleMin    float64  `json:"scale_min"`
	ScaleMax    float64  `json:"scale_max"`
	// CommentLength is in characters.
	CommentLength int    `json:"comment_length,omitempty"`
	AgentID       string `json:"agent_id,omitempty"`
	AgentType     string `json:"agent_type,omitempty"`
	GroupID       string `json:"group_id,omitempty"`
	QueueID       string `json:"queue_id,omitempty"`
	Channel       string `json:"channel,omitempty"`
	// InitialChannel is the conversation's first channel, ContactPoint the latest that was named.
	InitialChannel string   `json:"initial_channel,omitempty"`
	Direction      string   `json:"direction,omitempty"`
	ContactPoint   string   `json:"contact_point,omitempty"`
	TicketID       string   `json:"ticket_id"`
	Tags           []string `json:"tags,omitempty"`
}

// Closing is one closing of the conversation.
type Closing struct {
	// Ordinal counts the conversation's closings from 1.
	Ordinal  int     `json:"ordinal"`
	ClosedAt Instant `json:"closed_at"`
	// ClosedBy is agent, end_user or unknown.
	ClosedBy string `json:"closed_by"`
	// AgentID is the event's, else the last leg's if closed by agent, else empty.
	AgentID   string `json:"agent_id,omitempty"`
	AgentType string `json:"agent_type,omitempty"`
	GroupID   string `json:"group_id,omitempty"`
	// QueueID is the queue at that instant, else the last leg's.
	QueueID        string `json:"queue_id,omitempty"`
	Channel        string `json:"channel,omitempty"`
	InitialChannel string `json:"initial_channel,omitempty"`
	Direction      string `json:"direction,omitempty"`
	// ContactPoint is the latest that was named.
	ContactPoint string   `json:"contact_point,omitempty"`
	TicketID     string   `json:"ticket_id"`
	Tags         []string `json:"tags,omitempty"`
}

// Amendment changes a leg that was recorded before this fold's carry: only its wrap-up and tags.
type Amendment struct {
	// LegOrdinal is the recorded leg.
	LegOrdinal int `json:"leg_ordinal"`
	// Wrapup is the new wrap-up; nil leaves it.
	Wrapup *Millis `json:"wrapup_ms,omitempty"`
	// Tags is the new set; nil leaves it.
	Tags *[]string `json:"tags,omitempty"`
}
