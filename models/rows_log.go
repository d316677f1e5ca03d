package models

import "time"

// OrganizationRow is a tenant.
type OrganizationRow struct {
	// ID is the caller's choice, Name what people read.
	ID   string `gorm:"primaryKey"`
	Name string
	// HashesConversationIDs tells that workflow ids hold the SHA-256 of conversation ids; never changed.
	HashesConversationIDs bool `gorm:"column:hashes_conversation_ids"`
	// ReportingZone is the IANA zone whose days are kept ready for questions.
	ReportingZone string `gorm:"default:UTC"`
	// CreatedAt is when the row was written.
	CreatedAt time.Time
}

// ConversationRow is the lock of a conversation and its counters.
type ConversationRow struct {
	// Key joins the conversation's rows.
	Key            int64 `gorm:"primaryKey"`
	OrganizationID string
	ConversationID string
	// Kind is what the entries are about: '' for a conversation, or KindDelivery.
	Kind string
	// Generation is random; engagement ids are made from it.
	Generation string `gorm:"type:uuid"`
	// LastNumber is that of the newest entry.
	LastNumber int64
	// AppliedNumber and Tail: entries up to it were folded by a finished run, except the tail's.
	AppliedNumber int64
	Tail          IntArray
	// DeliveredNumber: entries up to it were handed to a workflow.
	DeliveredNumber int64
	// Carry is the core's memory after the last record; nil before the first.
	Carry JSON
	// RecordCount counts record transactions, RecordToken names the last one.
	RecordCount int64
	RecordToken string
	// Floor is the end of the last recorded leg; nil before the first.
	Floor *time.Time
	// Wakes tells that a customer's message alone may begin a leg.
	Wakes bool
	// LastCustomerMessageAt and LastAgentMessageAt are the latest event times of each.
	LastCustomerMessageAt *time.Time
	LastAgentMessageAt    *time.Time
	// CreatedAt lies before every entry's receipt.
	CreatedAt time.Time
	UpdatedAt time.Time
}

// EntryRow is an event in the log.
type EntryRow struct {
	ConversationKey int64
	// Number is the entry's place in its conversation's log.
	Number     int64
	ReceivedAt time.Time
	// Source and EventID identify the event within the conversation.
	Source  string
	EventID string
	Type    string
	Time    time.Time
	// Lifecycle entries are dispatched at once.
	Lifecycle bool
	// ContentHash tells a repeat from a conflict.
	ContentHash []byte
	// Duplicates counts repeats, Conflicts those with other content.
	Duplicates int32
	Conflicts  int32
	// Entry is what the core needs, Data what the sender sent; nil where there was none.
	Entry JSON `gorm:"not null"`
	Data  JSON
	// Outcome is nil where it is applied or waiting.
	Outcome       *string
	OutcomeReason *string
}

// DispatchClaimRow is a conversation with entries of which no workflow knows.
type DispatchClaimRow struct {
	ConversationKey int64 `gorm:"primaryKey"`
	// WantedNumber is the highest entry to deliver.
	WantedNumber int64
	// DueAt is when to try next; LeaseUntil is when another dispatcher may.
	DueAt      time.Time
	LeaseUntil *time.Time
	// Fence counts claims, Attempts those since the last success.
	Fence    int64
	Attempts int32
}

// DeadLetterRow is an entry that could not be delivered or applied.
type DeadLetterRow struct {
	ConversationKey int64 `gorm:"primaryKey"`
	Number          int64 `gorm:"primaryKey"`
	// Kind is DeadDelivery, DeadFold or DeadSignal.
	Kind      string
	Reason    string
	CreatedAt time.Time
	// RedrivenAt is when it was tried again; nil while it is dead.
	RedrivenAt *time.Time
}

// TableName is the row's table.
func (OrganizationRow) TableName() string { return "organizations" }

// TableName is the row's table.
func (ConversationRow) TableName() string { return "conversations" }

// TableName is the row's table.
func (EntryRow) TableName() string { return "entries" }

// TableName is the row's table.
func (DispatchClaimRow) TableName() string { return "dispatch_claims" }

// TableName is the row's table.
func (DeadLetterRow) TableName() string { return "dead_letters" }
