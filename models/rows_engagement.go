package models

import "time"

// EngagementRow is a finished leg.
type EngagementRow struct {
	// ID is derived from the conversation and the ordinal.
	ID string `gorm:"type:uuid"`
	// OrganizationID is the tenant.
	OrganizationID string
	// Revision counts how often the row was written, from 1.
	Revision int32
	// ConversationKey is the key of the conversation's row.
	ConversationKey int64
	// ConversationID is the caller's own id.
	ConversationID string
	// Ordinal counts the rows of this kind in the conversation from 1.
	Ordinal int32
	// TicketID is the ticket, by default the conversation's id.
	TicketID string
	// AgentID is the agent; empty without one.
	AgentID string
	// AgentType is human or bot; empty without an agent.
	AgentType string
	// GroupID is the agent's group at that time.
	GroupID string
	// QueueID is the queue; empty without one.
	QueueID string
	// RequesterID is the customer.
	RequesterID string
	// Channel is the canonical name of the channel.
	Channel string
	// InitialChannel is the conversation's first channel.
	InitialChannel string
	// Direction is inbound, outbound, internal or empty.
	Direction string
	// ContactPoint is the organization's own address that was contacted.
	ContactPoint string
	// Tags is a sorted set.
	Tags TextArray
	// StartedAt is S, the start of the leg.
	StartedAt time.Time
	// EndedAt is E, the end of the leg.
	EndedAt time.Time
	// StartReason and EndReason are canonical ids (events.md section 3).
	StartReason string
	EndReason   string
	// TicketStatusStart and TicketStatusEnd are the status at both ends.
	TicketStatusStart string
	TicketStatusEnd   string
	// DurationMS is E - S in milliseconds.
	DurationMS int64
	// OfferedAt is when the offer was made; nil without a known offer.
	OfferedAt *time.Time
	// OfferTimeMS is S - OfferedAt; nil without an offer.
	OfferTimeMS *int64
	// QueueEnteredAt is the start of the visit that the leg answered; nil without one.
	QueueEnteredAt *time.Time
	// TimeToAcceptMS is S - QueueEnteredAt; nil without a visit.
	TimeToAcceptMS *int64
	// HandoffGapMS is S - the previous leg's end after a transfer; else nil.
	HandoffGapMS *int64
	// AgentMessages to CustomerMessages are counts; nil on channels without messages.
	AgentMessages    *int32
	AgentReplies     *int32
	CustomerMessages *int32
	// FirstReplyAt is the agent's first message; nil without one.
	FirstReplyAt *time.Time
	// FirstReplyMS is FirstReplyAt - S.
	FirstReplyMS *int64
	// FirstResponseMS is first response - first customer message, on one leg of a conversation.
	FirstResponseMS *int64
	// Waits counts requester waits; nil, as are their times, on channels without messages.
	Waits *int32
	// WaitTotalMS = WaitAnsweredMS + WaitUnansweredMS.
	WaitTotalMS      *int64
	WaitAnsweredMS   *int64
	WaitUnansweredMS *int64
	// WaitLongestMS is the largest single wait.
	WaitLongestMS *int64
	// HoldMS is the time on hold.
	HoldMS int64
	// TalkMS is DurationMS - HoldMS.
	TalkMS int64
	// WrapupMS is the wrap-up after the contact; nil without one.
	WrapupMS *int64
	// HandleMS is DurationMS + WrapupMS.
	HandleMS int64
	// Expired marks what ran into the 14-day limit.
	Expired bool
	// SettingsVersion is the version pinned at S.
	SettingsVersion int32
	// InactivityPeriodMS and InactivityAnchor are those used; nil and empty where silence ends nothing.
	InactivityPeriodMS *int64
	InactivityAnchor   string
	// ScheduleID is the business-hours schedule used; empty: always open.
	ScheduleID string
	// StartedInBusinessHours tells whether S lay in hours.
	StartedInBusinessHours bool
	// DurationBusinessMS to WaitLongestBusinessMS are the business time of each value.
	DurationBusinessMS    int64
	FirstReplyBusinessMS  *int64
	WaitTotalBusinessMS   *int64
	WaitLongestBusinessMS *int64
	// FirstEntry and LastEntry are the lowest and highest entry folded into the leg.
	FirstEntry int64
	LastEntry  int64
	// RulesVersion is that of the core that folded it.
	RulesVersion int32
	// WorkflowID and RunID name the run that recorded it.
	WorkflowID string
	RunID      string
	// RecordedAt is when this revision was written.
	RecordedAt time.Time
}

// TableName is the row's table.
func (EngagementRow) TableName() string { return "engagements" }
