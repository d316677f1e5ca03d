package models

import "time"

// APIKey is a key as it is kept: the key itself is shown once and never stored.
type APIKey struct {
	ID             int64 `gorm:"primaryKey"`
	OrganizationID string
	// Prefix is the key's public part, by which it is found.
	Prefix string
	// Hash is SHA-256 of the whole key.
	Hash []byte
	// Name says what the key is for.
	Name string
	// Scopes are what the key may do.
	Scopes    TextArray
	CreatedAt time.Time
	// RevokedAt is when it ceased to work; nil while it does.
	RevokedAt *time.Time
}

// DirectoryEntry is what an organization calls one of its agents, groups, queues, tags or channels.
type DirectoryEntry struct {
	OrganizationID string `gorm:"primaryKey"`
	// Kind is agent, group, queue, tag or channel.
	Kind string `gorm:"primaryKey"`
	// ID is the caller's own id.
	ID string `gorm:"primaryKey"`
	// Name is what people read.
	Name string
	// Type of an agent: human or bot; empty for other kinds.
	Type string
	// GroupID is an agent's group.
	GroupID string
	// UpdatedAt is when the entry was last written.
	UpdatedAt time.Time `gorm:"autoUpdateTime:false"`
}

// SettingsVersionRow is one immutable version of an organization's settings.
type SettingsVersionRow struct {
	OrganizationID string `gorm:"primaryKey"`
	Version        int32  `gorm:"primaryKey;autoIncrement:false"`
	// EffectiveFrom is the instant from which legs that begin use it.
	EffectiveFrom time.Time
	// Settings is OrganizationSettings as JSON.
	Settings JSON `gorm:"not null"`
	// CreatedBy is who made it.
	CreatedBy string
}

// Audit is one entry of the audit log: who changed what.
type Audit struct {
	ID             int64 `gorm:"primaryKey"`
	OrganizationID string
	// At is when, by Postgres' clock.
	At time.Time
	// Actor is who: a key's prefix or the command line.
	Actor string
	// Action is what was done, such as settings.put.
	Action string
	// Subject is what it was done to.
	Subject string
	// Detail is what else there is to say; never a secret or personal data.
	Detail JSON `gorm:"not null"`
}

// TableName is the row's table.
func (APIKey) TableName() string { return "api_keys" }

// TableName is the row's table.
func (DirectoryEntry) TableName() string { return "directory" }

// TableName is the row's table.
func (SettingsVersionRow) TableName() string { return "settings_versions" }

// TableName is the row's table.
func (Audit) TableName() string { return "audit_log" }
