package api

import (
	"math"

	"engaged/analytics"
)

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
