package models

import "time"

// WebhookEndpointRow is somebody who is told of events over HTTP.
type WebhookEndpointRow struct {
	ID             string `gorm:"type:uuid;primaryKey"`
	OrganizationID string
	URL            string
	Description    string
	EventTypes     TextArray
	// ConfigurationIDs are those whose events it gets; empty: all.
	ConfigurationIDs TextArray
	// OrderLeaseMS is how long an order that it has taken may wait for its start, in milliseconds.
	OrderLeaseMS int32 `gorm:"column:order_lease_ms"`
	Enabled      bool
	// DisabledReason is one of the Disabled constants; empty while it is enabled.
	DisabledReason string
	DisabledAt     *time.Time
	// FailingSince is the first failure since the last success; nil: the last attempt succeeded.
	FailingSince *time.Time
	// Secret and PreviousSecret are sealed; the latter signs too until PreviousUntil.
	Secret         []byte
	PreviousSecret *[]byte
	PreviousUntil  *time.Time
	CreatedAt      time.Time
	UpdatedAt      time.Time
}

// WebhookMessageRow is one event for one endpoint, and the log of its delivery.
type WebhookMessageRow struct {
	// ID is made of endpoint and event.
	ID             string `gorm:"primaryKey"`
	EndpointID     string `gorm:"type:uuid"`
	OrganizationID string
	Type           string
	// DeliveryID is the attempt to call, Fence that of the order that the message carries.
	DeliveryID *string `gorm:"type:uuid"`
	Fence      *int64
	Body       string
	// Status is a WebhookStatus.
	Status string
	DueAt  time.Time
	// ExpiresAt is when there is no point in telling any more; nil: never.
	ExpiresAt *time.Time
	// LeaseUntil is until when somebody is sending it, Claim counts who did.
	LeaseUntil *time.Time
	Claim      int64
	// Tries are the failed attempts since it was last made due by hand.
	Tries int32
	// AttemptCount is of all attempts, Attempts are the latest.
	AttemptCount int32
	Attempts     JSON `gorm:"not null"`
	CreatedAt    time.Time
	EndedAt      *time.Time
}

// TableName is the row's table.
func (WebhookEndpointRow) TableName() string { return "webhook_endpoints" }

// TableName is the row's table.
func (WebhookMessageRow) TableName() string { return "webhook_messages" }
