package models

import "time"

// RecordKeyRow guards that a record is written once, and says where its row is.
type RecordKeyRow struct {
	// ID is the record's.
	ID string `gorm:"primaryKey;type:uuid"`
	// Kind is one of the row kinds: engagement, offer, visit, rating, closing.
	Kind string
	// Month is the first day of the partition's month.
	Month time.Time `gorm:"type:date"`
	// Revision counts how often the row was written, from 1.
	Revision int32
}

// TableName is the row's table.
func (RecordKeyRow) TableName() string { return "record_keys" }

// OfferRow is a resolved offer.
type OfferRow struct {
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
	// OfferID is the sender's id of the offer; empty without one.
	OfferID string
	// AgentID is the agent; empty without one.
	AgentID string
	// AgentType is human or bot; empty without an agent.
	AgentType string
	// GroupID is the agent's group at that time.
	GroupID string
	// QueueID is the queue; empty without one.
	QueueID string
	// Channel is the canonical name of the channel.
	Channel string
	// TicketID is the ticket, by default the conversation's id.
	TicketID string
	// OfferedAt is when the offer was made; nil without a known offer.
	OfferedAt *time.Time
	// ExpiresAt is when the offer would have timed out; nil: never.
	ExpiresAt *time.Time
	// ResolvedAt is when the offer was over.
	ResolvedAt time.Time
	// Outcome is how it ended.
	Outcome string
	// OpenMS is ResolvedAt - OfferedAt; nil without OfferedAt.
	OpenMS *int64
	// EngagementID is the leg that it belongs to or began; nil without one.
	EngagementID *string `gorm:"type:uuid"`
	// Expired marks what ran into the 14-day limit.
	Expired bool
	// RecordedAt is when this revision was written.
	RecordedAt time.Time
}

// TableName is the row's table.
func (OfferRow) TableName() string { return "offers" }

// WaitRow is one requester wait of a finished leg.
type WaitRow struct {
	// EngagementID is the leg's.
	EngagementID string `gorm:"type:uuid"`
	// OrganizationID is the tenant.
	OrganizationID string
	// Ordinal counts the leg's waits from 1.
	Ordinal int32
	// ConversationKey is the key of the conversation's row.
	ConversationKey int64
	// ConversationID is the caller's own id.
	ConversationID string
	// AgentID is the agent; empty without one.
	AgentID string
	// AgentType is human or bot; empty without an agent.
	AgentType string
	// GroupID is the agent's group at that time.
	GroupID string
	// QueueID is the queue; empty without one.
	QueueID string
	// Channel is the canonical name of the channel.
	Channel string
	// Direction is inbound, outbound, internal or empty.
	Direction string
	// TicketID is the ticket, by default the conversation's id.
	TicketID string
	// RequesterID is the customer.
	RequesterID string
	// ContactPoint is the organization's own address that was contacted.
	ContactPoint string
	// Tags is a sorted set.
	Tags TextArray
	// StartedInBusinessHours tells whether S lay in hours.
	StartedInBusinessHours bool
	// OpenedAt is the earliest unanswered customer message.
	OpenedAt time.Time
	// ClosedAt is when it was over.
	ClosedAt time.Time
	// Answered tells whether a reply closed it; else the end of the leg did.
	Answered bool
	// WaitMS is the length in milliseconds.
	WaitMS int64
	// WaitBusinessMS is the business time within it.
	WaitBusinessMS int64
	// Expired marks a wait of an expired leg.
	Expired bool
	// RecordedAt is when this revision was written.
	RecordedAt time.Time
}

// TableName is the row's table.
func (WaitRow) TableName() string { return "requester_waits" }

// VisitRow is a finished stay in a queue.
type VisitRow struct {
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
	// QueueID is the queue; empty without one.
	QueueID string
	// Channel is the canonical name of the channel.
	Channel string
	// Direction is inbound, outbound, internal or empty.
	Direction string
	// TicketID is the ticket, by default the conversation's id.
	TicketID string
	// EnteredAt and LeftAt bound the visit.
	EnteredAt time.Time
	LeftAt    time.Time
	// Outcome is how it ended.
	Outcome string
	// WaitMS is the length in milliseconds.
	WaitMS int64
	// AgentID is the agent; empty without one.
	AgentID string
	// EngagementID is the leg that it belongs to or began; nil without one.
	EngagementID *string `gorm:"type:uuid"`
	// Expired marks what ran into the 14-day limit.
	Expired bool
	// RecordedAt is when this revision was written.
	RecordedAt time.Time
}

// TableName is the row's table.
func (VisitRow) TableName() string { return "queue_visits" }

// RatingRow is a survey, answered or not.
type RatingRow struct {
	// ID is derived from the conversation and the survey.
	ID string `gorm:"type:uuid"`
	// OrganizationID is the tenant.
	OrganizationID string
	// Revision counts how often the row was written, from 1.
	Revision int32
	// ConversationKey is the key of the conversation's row.
	ConversationKey int64
	// ConversationID is the caller's own id.
	ConversationID string
	// Survey is csat, nps or ces.
	Survey string
	// RequestedAt is when the survey was sent; nil if unknown.
	RequestedAt *time.Time
	// RatedAt is when it was answered; nil while it is not.
	RatedAt *time.Time
	// CreatedAt is RatedAt, else RequestedAt.
	CreatedAt time.Time
	// Score is the rating; nil without an answer.
	Score *float64
	// ScaleMin and ScaleMax bound Score.
	ScaleMin float64
	ScaleMax float64
	// CommentLength is in characters.
	CommentLength int32
	// AgentID is the agent; empty without one.
	AgentID string
	// AgentType is human or bot; empty without an agent.
	AgentType string
	// GroupID is the agent's group at that time.
	GroupID string
	// QueueID is the queue; empty without one.
	QueueID string
	// Channel is the canonical name of the channel.
	Channel string
	// InitialChannel is the conversation's first channel.
	InitialChannel string
	// Direction is inbound, outbound, internal or empty.
	Direction string
	// ContactPoint is the organization's own address that was contacted.
	ContactPoint string
	// TicketID is the ticket, by default the conversation's id.
	TicketID string
	// Tags is a sorted set.
	Tags TextArray
	// RecordedAt is when this revision was written.
	RecordedAt time.Time
}

// TableName is the row's table.
func (RatingRow) TableName() string { return "ratings" }

// ClosingRow is one closing of a conversation.
type ClosingRow struct {
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
	// ClosedAt is when it was over.
	ClosedAt time.Time
	// ClosedBy is agent, end_user or unknown.
	ClosedBy string
	// AgentID is the agent; empty without one.
	AgentID string
	// AgentType is human or bot; empty without an agent.
	AgentType string
	// GroupID is the agent's group at that time.
	GroupID string
	// QueueID is the queue; empty without one.
	QueueID string
	// Channel is the canonical name of the channel.
	Channel string
	// InitialChannel is the conversation's first channel.
	InitialChannel string
	// Direction is inbound, outbound, internal or empty.
	Direction string
	// ContactPoint is the organization's own address that was contacted.
	ContactPoint string
	// TicketID is the ticket, by default the conversation's id.
	TicketID string
	// Tags is a sorted set.
	Tags TextArray
	// RecordedAt is when this revision was written.
	RecordedAt time.Time
}

// TableName is the row's table.
func (ClosingRow) TableName() string { return "closed_conversations" }

// LiveRow is what is open in a conversation right now.
type LiveRow struct {
	// ConversationKey is the key of the conversation's row.
	ConversationKey int64 `gorm:"primaryKey"`
	// OrganizationID is the tenant.
	OrganizationID string
	// ConversationID is the caller's own id.
	ConversationID string
	// SeenNumber is the highest entry folded into the row.
	SeenNumber int64
	// RecordCount is the number of records before it.
	RecordCount int64
	// Channel is the canonical name of the channel.
	Channel string
	// TicketID is the ticket, by default the conversation's id.
	TicketID string
	// EngagementID is the id of the open leg; nil without one.
	EngagementID *string `gorm:"type:uuid"`
	// Engagement is the open leg as engagement.Leg; nil without one.
	Engagement JSON
	// AgentID is the agent; empty without one.
	AgentID string
	// GroupID is the agent's group at that time.
	GroupID string
	// QueueID is the queue; empty without one.
	QueueID string
	// StartedAt is the start of the open leg; nil without one.
	StartedAt *time.Time
	// WaitingQueueID is the queue of the open visit; empty without one.
	WaitingQueueID string
	// WaitingSince is when that visit began; nil without one.
	WaitingSince *time.Time
	// OpenOffers counts the offers nobody has answered.
	OpenOffers int32
	// UpdatedAt is when the row was last written.
	UpdatedAt time.Time
}

// TableName is the row's table.
func (LiveRow) TableName() string { return "live_conversations" }
