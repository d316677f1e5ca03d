package models

import "time"

// DeliverySweepRow is a change of rules that waiting attempts have to be asked about.
type DeliverySweepRow struct {
	ID             int64 `gorm:"primaryKey"`
	OrganizationID string
	// PolicyID is the policy that was written; nil: ContactIDs and Numbers are meant.
	PolicyID   *string   `gorm:"type:uuid"`
	ContactIDs TextArray `gorm:"column:contact_ids"`
	Numbers    TextArray
	// AfterKey: tasks up to it were asked in the present pass.
	AfterKey int64
	// KnownFrom: transactions from it on knew the change when they began; nil before the first pass. Settled
	// tells that all others were over when the present pass began.
	KnownFrom  *int64
	Settled    bool
	DueAt      time.Time
	LeaseUntil *time.Time
	// Fence counts claims.
	Fence     int64
	CreatedAt time.Time
}

// TableName is the row's table.
func (DeliverySweepRow) TableName() string { return "delivery_sweeps" }
