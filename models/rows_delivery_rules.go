package models

import "time"

// DeliveryConfigurationRow is an engagement configuration; what it says is in its versions.
type DeliveryConfigurationRow struct {
	ID             string `gorm:"type:uuid;primaryKey"`
	OrganizationID string
	Name           string
	Description    string
	// Version is the one that new tasks get and by which the configuration is paced.
	Version int32
	// Active false suspends it; SuspensionType is then api, admin or bot_failure.
	Active         bool
	SuspensionType string
	// SuspendedAt is when, SuspendedBy who; nil and empty while it is active.
	SuspendedAt *time.Time
	SuspendedBy string
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// DeliveryConfigurationVersionRow is an immutable version of a configuration.
type DeliveryConfigurationVersionRow struct {
	ConfigurationID string `gorm:"type:uuid;primaryKey"`
	// Version counts from 1.
	Version        int32 `gorm:"primaryKey"`
	OrganizationID string
	// Document is a DeliveryDocument.
	Document JSON `gorm:"not null"`
	// CreatedBy is the API key's name.
	CreatedBy string
	CreatedAt time.Time
}

// DeliveryConsentRow is one record of whether a contact or number may be called; the latest holds.
type DeliveryConsentRow struct {
	ID             int64 `gorm:"primaryKey"`
	OrganizationID string
	// ContactID or Number is empty.
	ContactID string
	Number    string
	OptedOut  bool
	// Source is who says so.
	Source     string
	RecordedAt time.Time
	CreatedAt  time.Time
}

// DeliveryDoNotContactRow is an entry of a do-not-contact list.
type DeliveryDoNotContactRow struct {
	ID             int64 `gorm:"primaryKey"`
	OrganizationID string
	// List is the list's name.
	List string
	// ContactID or Number is empty.
	ContactID string
	Number    string
	CreatedBy string
	CreatedAt time.Time
}

// DeliveryPolicyRow is a cancellation policy; empty conditions are not asked.
type DeliveryPolicyRow struct {
	ID               string `gorm:"type:uuid;primaryKey"`
	OrganizationID   string
	Name             string
	ConfigurationIDs TextArray `gorm:"column:configuration_ids"`
	Country          string
	State            string
	PostalCode       string
	// ExecutedAt is when it cancels whatever was accepted until then.
	ExecutedAt time.Time
	// Until is how long it goes on cancelling; nil: not at all.
	Until     *time.Time
	CreatedBy string
	CreatedAt time.Time
}

// DeliveryCapacityRow is what was told last of a queue's agents.
type DeliveryCapacityRow struct {
	OrganizationID string `gorm:"primaryKey"`
	QueueID        string `gorm:"primaryKey"`
	// At is when it was so, by the teller's clock.
	At time.Time
	// ReadyAgents could take a call, QueuedCalls wait for one, BusyAgents are in one.
	ReadyAgents int32
	QueuedCalls int32
	BusyAgents  int32
	// ValidUntil is when it has grown stale.
	ValidUntil time.Time
	UpdatedAt  time.Time
}

// TableName is the row's table.
func (DeliveryConfigurationRow) TableName() string { return "delivery_configurations" }

// TableName is the row's table.
func (DeliveryConfigurationVersionRow) TableName() string { return "delivery_configuration_versions" }

// TableName is the row's table.
func (DeliveryConsentRow) TableName() string { return "delivery_consents" }

// TableName is the row's table.
func (DeliveryDoNotContactRow) TableName() string { return "delivery_do_not_contact" }

// TableName is the row's table.
func (DeliveryPolicyRow) TableName() string { return "delivery_policies" }

// TableName is the row's table.
func (DeliveryCapacityRow) TableName() string { return "delivery_capacity" }
