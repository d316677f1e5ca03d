package models

import "time"

// RollupMarkRow says that records of a quarter hour have changed since they were last added up.
type RollupMarkRow struct {
	OrganizationID string
	// Record is the fact table.
	Record string
	// Cell is the start of the quarter hour.
	Cell time.Time
	// MarkedAt is when the change was made.
	MarkedAt time.Time
}

// RollupRow says what the cells under its id mean.
type RollupRow struct {
	ID             int32 `gorm:"primaryKey"`
	OrganizationID string
	// Record is the fact table.
	Record string
	// Version is a hash of what is kept, and how.
	Version string
	// Zone is the IANA zone whose days have cells, DaysThrough the start of the first that has none yet.
	Zone        string
	DaysThrough time.Time
	CreatedAt   time.Time
	// RetiredAt is when another row took its place; nil for the current one.
	RetiredAt *time.Time
}

// RollupKeyRow is a combination of values of a dimension set.
type RollupKeyRow struct {
	RollupID int32 `gorm:"primaryKey;autoIncrement:false"`
	// DimensionSet is the place of the set in the record's list.
	DimensionSet int32 `gorm:"primaryKey;type:int2;autoIncrement:false"`
	// Number is what cells call it.
	Number int32 `gorm:"primaryKey;autoIncrement:false"`
	// Combination holds a value for each attribute of the set; empty: none.
	Combination TextArray
}

// RollupCellRow is what one term comes to in one quarter hour or day, for all keys at once.
type RollupCellRow struct {
	RollupID     int32 `gorm:"primaryKey;autoIncrement:false"`
	DimensionSet int32 `gorm:"primaryKey;type:int2;autoIncrement:false"`
	// Grain is the cell's length in minutes: 15, or 1440 for a day of the zone.
	Grain int32 `gorm:"primaryKey;type:int2;autoIncrement:false"`
	// Term is the place of the term in the list that the version stands for.
	Term  int32     `gorm:"primaryKey;type:int2;autoIncrement:false"`
	Start time.Time `gorm:"primaryKey"`
	// Stats and Sketches are encoded by package analytics.
	Stats    []byte  `gorm:"not null"`
	Sketches *[]byte `gorm:"type:bytea"`
}

// TableName is the row's table.
func (RollupMarkRow) TableName() string { return "rollup_marks" }

// TableName is the row's table.
func (RollupRow) TableName() string { return "rollups" }

// TableName is the row's table.
func (RollupKeyRow) TableName() string { return "rollup_keys" }

// TableName is the row's table.
func (RollupCellRow) TableName() string { return "rollup_cells" }
