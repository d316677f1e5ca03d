package models

import "time"

// DeliveryAttemptLogRow is one line of what was decided and done about an attempt; never changed.
type DeliveryAttemptLogRow struct {
	ID             int64 `gorm:"primaryKey"`
	OrganizationID string
	TaskKey        int64
	DeliveryID     string `gorm:"type:uuid"`
	Seq            int32
	At             time.Time
	// Kind is verdict, ordered, claimed, started, refused or lost.
	Kind string
	// Detail is the whole verdict, or who claimed.
	Detail JSON `gorm:"not null"`
}

// DeliveryWaitingRow is an attempt that waits for a dial token.
type DeliveryWaitingRow struct {
	TaskKey         int64 `gorm:"primaryKey"`
	OrganizationID  string
	ConfigurationID string `gorm:"type:uuid"`
	Seq             int32
	// Callback, Priority, AcceptedAt and ScheduledAt give its turn.
	Callback    bool
	Priority    string
	AcceptedAt  time.Time
	ScheduledAt time.Time
	// DueAt is from when on it may get a token.
	DueAt time.Time
	// Candidate is a delivery.Candidate.
	Candidate JSON `gorm:"not null"`
	// SeenNumber: where the log holds entries after it, the row is out of date.
	SeenNumber int64
}

// DeliveryTokenRow is an order of an attempt; it counts as a live call until it is released.
type DeliveryTokenRow struct {
	DeliveryID string `gorm:"type:uuid;primaryKey"`
	// Fence is the number of the attempt.ordered entry.
	Fence           int64 `gorm:"primaryKey"`
	OrganizationID  string
	ConfigurationID string `gorm:"type:uuid"`
	TaskKey         int64
	TaskID          string `gorm:"type:uuid"`
	Seq             int32
	ContactID       string
	Number          string
	GrantedAt       time.Time
	// NotAfter is when the call must not be started any more.
	NotAfter time.Time
	// ClaimedBy is the dialer; nil before a claim. A claim that has not started by LeaseUntil is lost.
	ClaimedBy  *string
	ClaimedAt  *time.Time
	LeaseUntil *time.Time
	// StartedAt is the call's start, AnsweredAt when it stopped being dialed.
	StartedAt  *time.Time
	AnsweredAt *time.Time
	// LostAt is when the claim was lost; the call may still ring until CountsUntil.
	LostAt      *time.Time
	CountsUntil *time.Time
	ReleasedAt  *time.Time
	// WebhookEndpointID is the endpoint that is told of the order; nil: dialers claim it.
	WebhookEndpointID *string `gorm:"type:uuid"`
}

// DeliveryPacingRow is the claim of whoever grants a configuration's tokens.
type DeliveryPacingRow struct {
	ConfigurationID string `gorm:"type:uuid;primaryKey"`
	OrganizationID  string
	DueAt           time.Time
	LeaseUntil      *time.Time
	// Fence counts claims.
	Fence int64
	// ServedAt is when a token was granted last.
	ServedAt *time.Time
}

// TableName is the row's table.
func (DeliveryAttemptLogRow) TableName() string { return "delivery_attempt_log" }

// TableName is the row's table.
func (DeliveryWaitingRow) TableName() string { return "delivery_waiting" }

// TableName is the row's table.
func (DeliveryTokenRow) TableName() string { return "delivery_tokens" }

// TableName is the row's table.
func (DeliveryPacingRow) TableName() string { return "delivery_pacing" }
