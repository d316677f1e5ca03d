package question

import (
	"strings"
	"time"

	"engaged/bench/internal/analytics/dataset"
)

// Question is one of the set.
type Question struct {
	// Name says it in a person's words.
	Name string
	// Rows tells that no rollup can hold the answer: it takes the rows themselves.
	Rows bool
	// Yearly tells that it asks for a year by day.
	Yearly bool
	// Ask is what our API is asked.
	Ask Ask
	// Statement is the same as SQL for both databases, see SQL. Its columns are the bucket, if Ask has
	// an interval, the groups and the measures, in the order of Ask.
	Statement string
	// Time is the column that places a row in the period, and by which buckets are made.
	Time string
}

// Ask is the body of POST /v1/reports/query.
type Ask struct {
	Metric      string            `json:"metric"`
	Measures    []string          `json:"measures"`
	Period      Period            `json:"period"`
	Timezone    string            `json:"timezone"`
	Filters     []Filter          `json:"filters,omitempty"`
	GroupBy     []string          `json:"group_by,omitempty"`
	Interval    string            `json:"interval,omitempty"`
	Attribution string            `json:"attribution,omitempty"`
	Exact       bool              `json:"exact,omitempty"`
	Parameters  map[string]string `json:"parameters,omitempty"`
}

// Period is half-open.
type Period struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

// Filter keeps the rows of which the attribute has one of the values.
type Filter struct {
	Attribute string   `json:"attribute"`
	Operator  string   `json:"operator"`
	Values    []string `json:"values"`
}

// is keeps one value.
func is(attribute, value string) Filter {
	return Filter{Attribute: attribute, Operator: "is", Values: []string{value}}
}

// Dialect is a database's.
type Dialect string

// The dialects.
const (
	Postgres Dialect = "postgres"
	DuckDB   Dialect = "duckdb"
)

// SQL is the statement in a dialect. Its arguments are the organization and the bounds of the period:
// {in} compares with them. {day}, {week}, {month}, {hour} and {quarter} are the beginning of the bucket;
// the first three by the zone's wall clock, the others, which in a zone of whole hours are the same
// everywhere, as an instant.
func (q Question) SQL(dialect Dialect) string {
	local := q.Time + " AT TIME ZONE '" + q.Ask.Timezone + "'"
	quarter := "date_bin('15 minutes', " + q.Time + ", '2000-01-01Z')"
	if dialect == DuckDB {
		if q.Ask.Timezone == dataset.Zone && q.Time != "started_at" {
			local = "local_at"
		}
		quarter = "time_bucket(INTERVAL '15 minutes', " + q.Time + ")"
	}
	return strings.NewReplacer(
		"{in}", "organization_id = $1 AND "+q.Time+" >= $2 AND "+q.Time+" < $3",
		"{day}", "date_trunc('day', "+local+")",
		"{week}", "date_trunc('week', "+local+")",
		"{month}", "date_trunc('month', "+local+")",
		"{hour}", "date_trunc('hour', "+q.Time+")",
		"{quarter}", quarter,
	).Replace(q.Statement)
}

// Columns is how many columns of the answer come before the measures.
func (q Question) Columns() int {
	n := len(q.Ask.GroupBy)
	if q.Ask.Interval != "" {
		n++
	}
	return n
}
