package api

import (
	"sort"
	"strings"
	"time"

	"engaged/analytics"
	"engaged/engagement"
)

// report is an answered question.
type report struct {
	question
	answer analytics.Answer
	// before are the rows of the period that is compared with; nil without one.
	before map[rowKey]analytics.Row
}

// rowKey names a row by the number of its bucket and its group.
type rowKey struct {
	bucket int
	group  string
}

// bucketOf is the number of the bucket that begins at an instant.
func bucketOf(at time.Time, bounds []time.Time) int {
	return sort.Search(len(bounds), func(i int) bool { return bounds[i].After(at) }) - 1
}

func keyOf(row analytics.Row, bounds []time.Time) rowKey {
	var group strings.Builder
	for _, value := range row.Group {
		if value != nil {
			group.WriteString(*value)
		}
		// Values hold no NUL: Postgres cannot store it.
		group.WriteByte(0)
	}
	return rowKey{bucketOf(row.Bucket, bounds), group.String()}
}

// attributes are those that the rows are grouped by.
func (r *report) attributes() []*analytics.Attribute {
	var list []*analytics.Attribute
	for _, id := range r.answer.Query.GroupBy {
		attribute, _ := analytics.AttributeByID(id)
		list = append(list, attribute)
	}
	return list
}

// want notes every value of the rows that needs a label.
func (r *report) want(l *labels) {
	attributes := r.attributes()
	for _, group := range r.groups() {
		for i := range group {
			l.want(attributes[i], group[i])
		}
	}
}

// period writes bounds in the zone of the query.
func (r *report) period(p analytics.Period, preset analytics.Preset) *ReportPeriod {
	if p == (analytics.Period{}) {
		return nil
	}
	return &ReportPeriod{Preset: preset, Start: r.local(p.Start), End: r.local(p.End)}
}

func (r *report) local(t time.Time) string {
	return t.In(r.answer.Query.Location).Format(time.RFC3339Nano)
}

// bucket writes the bounds of a row's bucket.
func (r *report) bucket(row *analytics.Row) (start, end string) {
	i := bucketOf(row.Bucket, r.answer.Bounds)
	return r.local(r.answer.Bounds[i]), r.local(r.answer.Bounds[i+1])
}

// head is what the answer says beside its rows.
func (r *report) head() ReportHead {
	metric, _ := analytics.MetricByID(r.answer.Query.Metric)
	head := ReportHead{
		Name: r.name, Query: r.echo(), Unit: metric.Unit, Next: r.answer.Next,
		DataThrough: someInstant(r.answer.DataThrough), ChangedSince: someInstant(r.answer.ChangedSince),
	}
	if r.explain {
		p := r.answer.Plan
		head.Plan = &ReportPlan{
			Source: p.Source, Reason: p.Reason, DimensionSet: p.DimensionSet, SQL: p.SQL,
			DayCells: p.Days, QuarterCells: p.Quarters, RowStretches: p.Raw,
			Start: someInstant(p.Start), End: someInstant(p.End),
		}
	}
	return head
}

// echo is the query as it was answered.
func (r *report) echo() ReportQuery {
	q := r.answer.Query
	echo := ReportQuery{
		Metric: q.Metric, Measures: r.answer.Measures, Period: r.period(q.Period, r.preset), Compare: r.compare,
		ComparedWith: r.period(r.other, ""), Timezone: q.Location.String(), Filters: []ReportFilter{},
		GroupBy: append([]string{}, q.GroupBy...), Interval: q.Interval, Attribution: q.Attribution,
		BusinessHours: q.BusinessHours, IncludeExpired: q.IncludeExpired, Parameters: q.Parameters, Edges: q.Edges,
		Exact: q.Exact, OrderBy: q.OrderBy, Limit: q.Limit,
	}
	for _, f := range q.Filters {
		echo.Filters = append(echo.Filters, ReportFilter{f.Attribute, f.Operator, f.Values, f.Least, f.Most})
	}
	if echo.Parameters == nil {
		echo.Parameters = analytics.Parameters{}
	}
	_, byAttribute := analytics.AttributeByID(q.OrderBy)
	switch {
	case q.OrderBy == "":
	case byAttribute || q.Ascending:
		echo.Direction = "asc"
	default:
		echo.Direction = "desc"
	}
	return echo
}

func someInstant(t time.Time) *engagement.Instant {
	if t.IsZero() {
		return nil
	}
	return new(engagement.At(t))
}
