package api

import (
	"math"
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
	// bounds are those of the buckets; none without an interval.
	bounds []time.Time
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
	for i, attribute := range r.attributes() {
		for _, row := range r.answer.Rows {
			l.want(attribute, row.Group[i])
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

// bucket is the bucket of a row; nil without an interval.
func (r *report) bucket(row analytics.Row) *ReportPeriod {
	i := bucketOf(row.Bucket, r.bounds)
	if i < 0 || i+1 >= len(r.bounds) {
		return nil
	}
	return r.period(analytics.Period{Start: r.bounds[i], End: r.bounds[i+1]}, "")
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

// row writes a row in the terms of the wire.
func (r *report) row(row analytics.Row, attributes []*analytics.Attribute, l *labels) ReportRow {
	shown := ReportRow{
		Bucket: r.bucket(row), SampleSize: row.SampleSize,
		Values: make(map[analytics.Measure]ReportValue, len(row.Values)),
	}
	if len(attributes) > 0 {
		shown.Group = make(map[string]GroupValue, len(attributes))
	}
	for i, attribute := range attributes {
		shown.Group[attribute.ID] = l.of(attribute, row.Group[i])
	}
	var before *analytics.Row
	if r.before != nil {
		shown.PreviousSampleSize = new(int64)
		if found, ok := r.before[keyOf(row, r.bounds)]; ok {
			before, *shown.PreviousSampleSize = &found, found.SampleSize
		}
	}
	for i, measure := range r.answer.Measures {
		shown.Values[measure] = r.value(row, before, i)
	}
	return shown
}

// value writes one number of a row, beside that of the row before.
func (r *report) value(row analytics.Row, before *analytics.Row, i int) ReportValue {
	number := row.Values[i]
	shown := ReportValue{Value: number.Value, Approximate: number.Approximate, Error: errorOf(number)}
	other := nothing(r.answer.Measures[i])
	if before != nil {
		other = before.Values[i]
	}
	if r.answer.Measures[i] == analytics.Distribution {
		shown.Ranges = r.ranges(number.Shares, other.Shares)
		return shown
	}
	if r.before != nil {
		shown.Compare = changeOf(number.Value, other)
	}
	return shown
}

// nothing is what a measure says of no rows.
func nothing(measure analytics.Measure) analytics.Number {
	switch measure {
	case analytics.Count, analytics.Sum, analytics.Numerator, analytics.Denominator:
		return analytics.Number{Value: new(0.0)}
	default:
		return analytics.Number{}
	}
}

func errorOf(n analytics.Number) *float64 {
	if !n.Approximate {
		return nil
	}
	return &n.Error
}

// changeOf compares a number with another.
func changeOf(value *float64, other analytics.Number) *ReportChange {
	c := &ReportChange{Previous: other.Value, Approximate: other.Approximate, Error: errorOf(other)}
	if value == nil || other.Value == nil {
		return c
	}
	c.Absolute = new(*value - *other.Value)
	if *other.Value != 0 {
		c.Relative = new(*c.Absolute / math.Abs(*other.Value))
	}
	return c
}

// ranges writes a distribution.
func (r *report) ranges(counts, before []int64) []ReportRange {
	edges := r.answer.Query.Edges
	shown := make([]ReportRange, 0, len(counts))
	for i, n := range counts {
		one := ReportRange{Count: n}
		if i > 0 {
			one.From = &edges[i-1]
		}
		if i < len(edges) {
			one.To = &edges[i]
		}
		if r.before != nil {
			one.Previous = new(int64)
			if i < len(before) {
				*one.Previous = before[i]
			}
		}
		shown = append(shown, one)
	}
	return shown
}
