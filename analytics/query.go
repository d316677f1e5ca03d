package analytics

import "time"

// Operator compares an attribute.
type Operator string

// The operators. Is matches any of the values, IsNot none of them; Empty and NotEmpty take none;
// Range takes Least and Most of a numeric attribute, both inclusive.
const (
	Is       Operator = "is"
	IsNot    Operator = "is_not"
	Empty    Operator = "empty"
	NotEmpty Operator = "not_empty"
	Range    Operator = "range"
)

// Filter keeps the rows that match.
type Filter struct {
	// Attribute is the attribute's id.
	Attribute string
	// Operator compares; empty means Is.
	Operator Operator
	// Values are compared with, as stored or as on the wire.
	Values []string
	// Least and Most bound a Range; nil: unbounded.
	Least, Most *float64
}

// Interval is the length of a bucket, by the caller's wall clock.
type Interval string

// The intervals. No buckets is the empty one.
const (
	Quarter  Interval = "15m"
	HalfHour Interval = "30m"
	Hour     Interval = "hour"
	Day      Interval = "day"
	Week     Interval = "week"
	Month    Interval = "month"
)

// Attribution says in which bucket a row counts that lasted for a while.
type Attribution string

// The attributions: all of it where it ended (default), all of it where it started, or each bucket
// its part (sums of durations only).
const (
	AtEnd    Attribution = "end"
	AtStart  Attribution = "start"
	Prorated Attribution = "prorated"
)

// Period is the half-open interval [Start, End). The zero value is all time.
type Period struct {
	Start, End time.Time
}

// Query is one question about one metric.
type Query struct {
	// Organization is the tenant whose rows answer.
	Organization string
	// Metric is the metric's id.
	Metric string
	// Measures are the numbers wanted; none means the metric's first.
	Measures []Measure
	// Period bounds the rows by the instant that places them; the zero value is all time.
	Period Period
	// Location is the zone of buckets; nil is UTC.
	Location *time.Location
	// Filters must all match.
	Filters []Filter
	// Conversations, where set, keeps the rows of these conversations.
	Conversations []string
	// GroupBy are attributes; a row of the answer for each combination that has data.
	GroupBy []string
	// Interval makes a row for each bucket of the period, also of empty ones; it needs a period.
	Interval Interval
	// Attribution says in which bucket a row counts; empty means AtEnd.
	Attribution Attribution
	// BusinessHours measures durations in business time.
	BusinessHours bool
	// IncludeExpired also counts legs that ran into the open limit.
	IncludeExpired bool
	// Parameters are the metric's; what is missing takes its default.
	Parameters Parameters
	// Edges are the ascending inner bounds of a Distribution, in the metric's unit: n edges make
	// n + 1 ranges, each half-open to the right.
	Edges []float64
	// Exact forbids approximation: percentiles are computed from rows.
	Exact bool
	// OrderBy sorts rows that have no buckets: a measure, descending, or an attribute, ascending.
	// Empty: by group. Ties go by group.
	OrderBy string
	// Ascending turns the order of a measure round.
	Ascending bool
	// Limit bounds the rows; 0 means the largest allowed, MaxRows.
	Limit int
	// After is the place of the last row of the page before; empty: from the start.
	After string
}

// The bounds of a query.
const (
	// MaxRows is how many rows an answer may have.
	MaxRows = 50_000
	// MaxBuckets is how many buckets a period may be cut into.
	MaxBuckets = 40_000
	// MaxFilters is how many filters a query may have, MaxFilterValues how many values all of them.
	MaxFilters      = 50
	MaxFilterValues = 1_000
	// MaxGroupBy is how many attributes a query may group by.
	MaxGroupBy = 8
	// MaxEdges is how many edges a distribution may have.
	MaxEdges = 100
)

// Answer is what became of a query.
type Answer struct {
	// Query is the question with all defaults filled in.
	Query Query
	// Measures are those of each row, in order.
	Measures []Measure
	// Bounds are the ascending bounds of the buckets: bucket i is [Bounds[i], Bounds[i+1]). Without an
	// interval there are none.
	Bounds []time.Time
	// Rows come by bucket and then by group, or as OrderBy says.
	Rows []Row
	// Next, where there is more, is After of the next page.
	Next string
	// Plan is how it was answered.
	Plan Plan
	// DataThrough is the instant up to which every record is included, by recorded_at: the start of
	// the oldest transaction that was still writing, about a second ago at most, else that instant.
	DataThrough time.Time
	// ChangedSince tells that records have come for a bucket, or for the period of an answer without
	// buckets, an hour or more after it had passed: the newest such change, zero if none.
	ChangedSince time.Time
}

// Row is one bucket and group.
type Row struct {
	// Bucket is where the bucket begins; zero without an interval.
	Bucket time.Time
	// Group holds a value for each attribute of GroupBy; nil: the rows have none.
	Group []*string
	// Line numbers the groups of an answer: rows of the same group have the same one. Pages may begin at
	// any.
	Line int
	// Values holds a number for each measure.
	Values []Number
	// SampleSize is the number of rows (of values, for a Valued metric) behind the numbers.
	SampleSize int64
}

// Number is one measured number.
type Number struct {
	// Value is null where it is not defined, such as an average of nothing.
	Value *float64
	// Approximate tells that it may be off, relatively, by Error at most.
	Approximate bool
	Error       float64
	// Shares are the rows in each range of a Distribution.
	Shares []int64
}

// Plan is how a query was answered, for explain.
type Plan struct {
	// Source is rollup, rows, mixed (both), custom or live.
	Source string
	// Reason says why.
	Reason string
	// DimensionSet is the rollup's; empty without one.
	DimensionSet string
	// Days, Quarters and Raw count the stretches read from day cells, 15-minute cells and rows.
	Days, Quarters, Raw int
	// Start and End are the resolved bounds.
	Start, End time.Time
	// SQL is the statement over rows, with its arguments left out; empty if none ran.
	SQL string
}
