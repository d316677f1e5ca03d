package api

import (
	"math"

	"engaged/analytics"
)

// groups are the groups of the rows by their Line; nil for lines on other pages.
func (r *report) groups() [][]*string {
	var groups [][]*string
	for i := range r.answer.Rows {
		row := &r.answer.Rows[i]
		for len(groups) <= row.Line {
			groups = append(groups, nil)
		}
		groups[row.Line] = row.Group
	}
	return groups
}

// previous is the row of the other period that belongs to a row; without one it holds what the
// measures say of no rows.
func (r *report) previous(row *analytics.Row) analytics.Row {
	if found, ok := r.before[keyOf(*row, r.answer.Bounds)]; ok {
		return found
	}
	none := analytics.Row{Values: make([]analytics.Number, len(r.answer.Measures))}
	for i, measure := range r.answer.Measures {
		none.Values[i] = nothing(measure)
	}
	return none
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

// changeOf compares a number with another; what is not defined is nil.
func changeOf(value, other *float64) (absolute, relative *float64) {
	if value == nil || other == nil {
		return nil, nil
	}
	absolute = new(*value - *other)
	if *other != 0 {
		relative = new(*absolute / math.Abs(*other))
	}
	return absolute, relative
}

// previousCount is how many values the range of another distribution holds.
func previousCount(other analytics.Number, i int) int64 {
	if i < len(other.Shares) {
		return other.Shares[i]
	}
	return 0
}
