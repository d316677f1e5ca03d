package api

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"engaged/analytics"
)

// rowEncoder appends the rows of an answer as JSON: what ReportRow says, as encoding/json writes it.
// An answer may have 50,000 rows, so what they share is encoded once: groups, the names of measures,
// and a bucket for all of its rows.
type rowEncoder struct {
	report *report
	// groups are the members of the rows' groups by Line; empty without group_by.
	groups [][]byte
	// values are the measures in the order of their names.
	values []valueEncoder
	// bucket is the member of the bucket that begins at start; empty without an interval.
	bucket []byte
	start  time.Time
}

// valueEncoder appends the numbers of one measure.
type valueEncoder struct {
	// place is the measure's in a row, name the beginning of its member.
	place  int
	name   []byte
	ranges *rangeEncoder
}

func newRowEncoder(r *report, l *labels) (*rowEncoder, error) {
	e := &rowEncoder{report: r}
	for i, measure := range r.answer.Measures {
		value := valueEncoder{place: i, name: fmt.Appendf(nil, "%q:", measure)}
		if measure == analytics.Distribution {
			value.ranges = newRangeEncoder(r.answer.Query.Edges)
		}
		e.values = append(e.values, value)
	}
	slices.SortFunc(e.values, func(a, b valueEncoder) int {
		return cmp.Compare(r.answer.Measures[a.place], r.answer.Measures[b.place])
	})
	attributes := r.attributes()
	for _, group := range r.groups() {
		var member []byte
		if len(group) > 0 {
			named := make(map[string]GroupValue, len(group))
			for i, attribute := range attributes {
				named[attribute.ID] = l.of(attribute, group[i])
			}
			text, err := json.Marshal(named)
			if err != nil {
				return nil, err
			}
			member = fmt.Appendf(nil, `"group":%s,`, text)
		}
		e.groups = append(e.groups, member)
	}
	return e, nil
}

// append appends the members of a row and the bracket that ends it.
func (e *rowEncoder) append(b []byte, row *analytics.Row) []byte {
	b = append(b, e.bucketOf(row)...)
	b = append(b, e.groups[row.Line]...)
	b = append(b, `"values":`...)
	var before *analytics.Row
	if e.report.before != nil {
		before = new(e.report.previous(row))
	}
	separator := byte('{')
	for i := range e.values {
		value := &e.values[i]
		b = append(b, separator)
		b = append(b, value.name...)
		var other *analytics.Number
		if before != nil {
			other = &before.Values[value.place]
		}
		b = value.append(b, &row.Values[value.place], other)
		separator = ','
	}
	b = append(b, `},"sample_size":`...)
	b = strconv.AppendInt(b, row.SampleSize, 10)
	if before != nil {
		b = append(b, `,"previous_sample_size":`...)
		b = strconv.AppendInt(b, before.SampleSize, 10)
	}
	return append(b, '}')
}

// bucketOf returns the member of a row's bucket. Rows come by bucket.
func (e *rowEncoder) bucketOf(row *analytics.Row) []byte {
	if e.report.answer.Bounds == nil || e.bucket != nil && row.Bucket.Equal(e.start) {
		return e.bucket
	}
	start, end := e.report.bucket(row)
	e.start = row.Bucket
	e.bucket = fmt.Appendf(e.bucket[:0], `"bucket":{"start":"%s","end":"%s"},`, start, end)
	return e.bucket
}

// append appends a number, beside that of the other period if there is one: what ReportValue says.
func (e *valueEncoder) append(b []byte, n, other *analytics.Number) []byte {
	b = append(b, `{"value":`...)
	b = appendNumber(b, n.Value)
	b = append(b, `,"approximate":`...)
	b = appendError(b, n)
	switch {
	case e.ranges != nil:
		b = e.ranges.append(b, n, other)
	case other != nil:
		absolute, relative := changeOf(n.Value, other.Value)
		b = append(b, `,"compare":{"previous":`...)
		b = appendNumber(b, other.Value)
		b = append(b, `,"absolute":`...)
		b = appendNumber(b, absolute)
		b = append(b, `,"relative":`...)
		b = appendNumber(b, relative)
		b = append(b, `,"approximate":`...)
		b = appendError(b, other)
		b = append(b, '}')
	}
	return append(b, '}')
}
