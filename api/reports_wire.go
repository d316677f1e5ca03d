package api

import (
	"engaged/analytics"
	"engaged/engagement"
)

// ReportQuery echoes a query with everything filled in that was left out.
type ReportQuery struct {
	Metric   string              `json:"metric"`
	Measures []analytics.Measure `json:"measures"`
	// Period is null for all time, and for metrics that say what is true now.
	Period *ReportPeriod `json:"period"`
	// ComparedWith is the period of the previous values; absent without a comparison.
	ComparedWith  *ReportPeriod         `json:"compared_with,omitempty"`
	Compare       analytics.Comparison  `json:"compare,omitempty"`
	Timezone      string                `json:"timezone"`
	Filters       []ReportFilter        `json:"filters"`
	GroupBy       []string              `json:"group_by"`
	Interval      analytics.Interval    `json:"interval,omitempty"`
	Attribution   analytics.Attribution `json:"attribution"`
	BusinessHours bool                  `json:"business_hours"`
	// IncludeExpired counts legs that ran into the open limit.
	IncludeExpired bool                 `json:"include_expired"`
	Parameters     analytics.Parameters `json:"parameters"`
	Edges          []float64            `json:"edges,omitempty"`
	Exact          bool                 `json:"exact"`
	OrderBy        string               `json:"order_by,omitempty"`
	Direction      string               `json:"direction,omitempty"`
	Limit          int                  `json:"limit"`
}

// ReportPeriod is half-open; its bounds have the offset of the query's zone.
type ReportPeriod struct {
	// Preset is the one that was asked for; absent if none was.
	Preset analytics.Preset `json:"preset,omitempty"`
	Start  string           `json:"start"`
	End    string           `json:"end"`
}

// ReportFilter keeps the rows that match.
type ReportFilter struct {
	Attribute string             `json:"attribute"`
	Operator  analytics.Operator `json:"operator"`
	Values    []string           `json:"values,omitempty"`
	Min       *float64           `json:"min,omitempty"`
	Max       *float64           `json:"max,omitempty"`
}

// ReportHead is what an answer says beside its rows.
type ReportHead struct {
	// Name is the query's; absent if it has none.
	Name string `json:"name,omitempty"`
	// Query is the query as it was answered.
	Query ReportQuery `json:"query"`
	// Unit is that of every measure that is not a count or a percentage.
	Unit analytics.Unit `json:"unit"`
	// DataThrough is the instant up to which everything that was recorded is included.
	DataThrough *engagement.Instant `json:"data_through"`
	// ChangedSince tells that records came later for a part of the period that had passed already: the
	// newest such change, null if there is none.
	ChangedSince *engagement.Instant `json:"changed_since"`
	// Plan is how it was answered; present if explain was asked.
	Plan *ReportPlan `json:"plan,omitempty"`
	// Next is after of the next page; absent on the last.
	Next string `json:"next,omitempty"`
}

// ReportPlan is how a query was answered.
type ReportPlan struct {
	// Source is rollup, rows, mixed, custom or live; Reason says why.
	Source string `json:"source"`
	Reason string `json:"reason"`
	// DimensionSet is the rollup's.
	DimensionSet string `json:"dimension_set,omitempty"`
	// DayCells, QuarterCells and RowStretches count the stretches of time read from day cells, from
	// 15-minute cells and from rows.
	DayCells     int `json:"day_cells"`
	QuarterCells int `json:"quarter_cells"`
	RowStretches int `json:"row_stretches"`
	// Start and End are the bounds; null for all time.
	Start *engagement.Instant `json:"start"`
	End   *engagement.Instant `json:"end"`
	// SQL is the statement over rows, without its arguments.
	SQL string `json:"sql,omitempty"`
}

// ReportRow is one bucket and group.
type ReportRow struct {
	// Bucket is absent without an interval.
	Bucket *ReportPeriod `json:"bucket,omitempty"`
	// Group holds the value of each attribute of group_by; absent without.
	Group map[string]GroupValue `json:"group,omitempty"`
	// Values holds a number for each measure.
	Values map[analytics.Measure]ReportValue `json:"values"`
	// SampleSize is the number of rows behind the numbers; the other that of the compared period.
	SampleSize         int64  `json:"sample_size"`
	PreviousSampleSize *int64 `json:"previous_sample_size,omitempty"`
}

// ReportValue is one number.
type ReportValue struct {
	// Value is null where it is not defined, such as an average of nothing.
	Value *float64 `json:"value"`
	// Approximate tells that it may be off, relatively, by Error at most.
	Approximate bool     `json:"approximate"`
	Error       *float64 `json:"error,omitempty"`
	// Ranges are those of a Distribution.
	Ranges []ReportRange `json:"ranges,omitempty"`
	// Compare is present if the query compares.
	Compare *ReportChange `json:"compare,omitempty"`
}

// ReportRange counts the values in [From, To); null: unbounded.
type ReportRange struct {
	From     *float64 `json:"from"`
	To       *float64 `json:"to"`
	Count    int64    `json:"count"`
	Previous *int64   `json:"previous,omitempty"`
}

// ReportChange compares a number with that of another period; what is not defined is null.
type ReportChange struct {
	// Previous is the other number.
	Previous *float64 `json:"previous"`
	// Absolute is the number less Previous.
	Absolute *float64 `json:"absolute"`
	// Relative is Absolute as a part of Previous: 0.25 is a quarter more.
	Relative *float64 `json:"relative"`
	// Approximate tells that Previous may be off, relatively, by Error at most.
	Approximate bool     `json:"approximate"`
	Error       *float64 `json:"error,omitempty"`
}
