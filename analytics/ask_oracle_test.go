package analytics_test

import (
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"engaged/analytics"
)

// oracle answers queries from facts in memory: slowly, by the definitions.
type oracle struct {
	facts []*fact
	// own are those of the query's organization and record table.
	own []*fact
	q   analytics.Query
	m   oracleMetric
}

// expected is what the oracle says about one row of an answer.
type expected struct {
	values []*float64
	shares []int64
}

// label names the bucket of an instant by the wall clock.
func label(at time.Time, i analytics.Interval, zone *time.Location) string {
	local := at.In(zone)
	minutes := local.Hour()*60 + local.Minute()
	switch i {
	case analytics.Quarter:
		return local.Format("2006-01-02 ") + strconv.Itoa(minutes/15) + local.Format("-0700")
	case analytics.HalfHour:
		return local.Format("2006-01-02 ") + strconv.Itoa(minutes/30) + local.Format("-0700")
	case analytics.Hour:
		return local.Format("2006-01-02 15 -0700")
	case analytics.Day:
		return local.Format("2006-01-02")
	case analytics.Week:
		return local.AddDate(0, 0, -(int(local.Weekday())+6)%7).Format("2006-01-02")
	case analytics.Month:
		return local.Format("2006-01")
	default:
		return ""
	}
}

// labels are the buckets of a period in order, found by walking through it.
func labels(q analytics.Query) (found []string, starts []time.Time) {
	for at := q.Period.Start; at.Before(q.Period.End); {
		if name := label(at, q.Interval, q.Location); len(found) == 0 || found[len(found)-1] != name {
			found, starts = append(found, name), append(starts, at)
		}
		at = at.Truncate(time.Minute).Add(time.Minute)
	}
	return found, starts
}

// counts reports whether a fact passes everything but the period.
func (o *oracle) counts(f *fact, filtered bool) bool {
	byType := slices.Contains(o.q.GroupBy, "agent_type")
	for _, filter := range o.q.Filters {
		byType = byType || filter.Attribute == "agent_type"
		if filtered && !passes(f, filter) {
			return false
		}
	}
	if filtered && o.q.Conversations != nil && !o.inConversations(f) {
		return false
	}
	if !byType && f.is("agent_type", "bot") && f.table != "closed_conversations" {
		return false
	}
	return o.q.IncludeExpired || o.m.expired || !f.flags["expired"]
}

// inConversations reports whether a fact, or an attempt of a task, belongs to a conversation of the query.
func (o *oracle) inConversations(f *fact) bool {
	attempt := func(other *fact) bool {
		return other.table == "deliveries" && other.task == f.id && slices.Contains(o.q.Conversations, other.conversation)
	}
	return slices.Contains(o.q.Conversations, f.conversation) || f.table == "delivery_tasks" && slices.ContainsFunc(o.facts, attempt)
}

func passes(f *fact, filter analytics.Filter) bool {
	values := f.attributes[filter.Attribute]
	matches := slices.ContainsFunc(filter.Values, func(v string) bool {
		for _, has := range values {
			a, err := strconv.ParseFloat(v, 64)
			b, err2 := strconv.ParseFloat(has, 64)
			if v == has || (filter.Attribute == "score" || filter.Attribute == "attempt_number") && err == nil && err2 == nil && a == b {
				return true
			}
		}
		return false
	})
	switch filter.Operator {
	case analytics.IsNot:
		return !matches
	case analytics.Empty:
		return len(values) == 0
	case analytics.NotEmpty:
		return len(values) > 0
	case analytics.Range:
		number, ok := f.numbers[filter.Attribute]
		return ok && (filter.Least == nil || number >= *filter.Least) && (filter.Most == nil || number <= *filter.Most)
	default:
		return matches
	}
}

// groupsOf are the groups under which a fact counts.
func groupsOf(f *fact, by []string) []string {
	groups := []string{""}
	for i, attribute := range by {
		values := f.attributes[attribute]
		if len(values) == 0 {
			values = []string{""}
		}
		var more []string
		for _, before := range groups {
			for _, value := range values {
				if i > 0 {
					value = before + "|" + value
				}
				more = append(more, value)
			}
		}
		groups = more
	}
	return groups
}

// groupOf is a row's group as groupsOf writes it.
func groupOf(row analytics.Row) string {
	texts := make([]string, len(row.Group))
	for i, value := range row.Group {
		if value != nil {
			texts[i] = *value
		}
	}
	return strings.Join(texts, "|")
}

// piece is a fact within a cell, and the part of its length that lies there.
type piece struct {
	*fact
	from, to time.Time
	part     float64
}

// cells sorts the facts into buckets and groups. With overlaps, a fact lies in each bucket into which
// it lasts.
func (o *oracle) cells(overlaps bool, by []string) map[[2]string][]piece {
	cells := map[[2]string][]piece{}
	_, starts := labels(o.q)
	for _, f := range o.own {
		if !o.counts(f, true) {
			continue
		}
		for _, group := range groupsOf(f, by) {
			if overlaps && !o.q.Period.Start.IsZero() {
				for i, from := range starts {
					to := o.q.Period.End
					if i+1 < len(starts) {
						to = starts[i+1]
					}
					p := piece{fact: f, from: later(f.start, from), to: earlier(f.at, to), part: 1}
					if f.start.Equal(f.at) && !f.at.Before(from) && f.at.Before(to) || p.from.Before(p.to) {
						if length := f.at.Sub(f.start); length > 0 {
							p.part = float64(p.to.Sub(p.from)) / float64(length)
						}
						key := [2]string{label(from, o.q.Interval, o.q.Location), group}
						cells[key] = append(cells[key], p)
					}
				}
				continue
			}
			at := f.at
			if o.q.Attribution == analytics.AtStart {
				at = f.start
			}
			if !o.q.Period.Start.IsZero() && (at.Before(o.q.Period.Start) || !at.Before(o.q.Period.End)) {
				continue
			}
			key := [2]string{label(at, o.q.Interval, o.q.Location), group}
			cells[key] = append(cells[key], piece{fact: f, from: f.start, to: f.at, part: 1})
		}
	}
	return cells
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// aggregate computes a measure of values.
func aggregate(measure analytics.Measure, values []float64, scale float64) *float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	n := float64(len(values))
	switch {
	case measure == analytics.Count:
		return &n
	case measure == analytics.Sum:
		return new(sum / scale)
	case n == 0:
		return nil
	}
	sorted := slices.Clone(values)
	sort.Float64s(sorted)
	switch measure {
	case analytics.Average:
		return new(sum / n / scale)
	case analytics.Min:
		return new(sorted[0] / scale)
	case analytics.Max:
		return new(sorted[len(sorted)-1] / scale)
	case analytics.StdDev:
		squares := 0.0
		for _, v := range values {
			squares += (v - sum/n) * (v - sum/n)
		}
		return new(math.Sqrt(squares/n) / scale)
	}
	percent := map[analytics.Measure]float64{analytics.Median: 50, analytics.P75: 75, analytics.P90: 90, analytics.P95: 95, analytics.P99: 99}[measure]
	place := percent * (n - 1) / 100
	low := int(place)
	high := min(low+1, len(sorted)-1)
	return new((sorted[low] + (place-float64(low))*(sorted[high]-sorted[low])) / scale)
}

// proportion computes a measure of a part of a whole.
func proportion(measure analytics.Measure, part, whole float64) *float64 {
	switch {
	case measure == analytics.Count || measure == analytics.Numerator:
		return &part
	case measure == analytics.Denominator:
		return &whole
	case whole == 0:
		return nil
	case measure == analytics.Percentage:
		return new(part / whole * 100)
	}
	// The bounds are the two solutions of (p - x)^2 = z^2 x (1 - x) / n.
	const z = 1.959963984540054
	p := part / whole
	a, b, c := 1+z*z/whole, -(2*p + z*z/whole), p*p
	root := math.Sqrt(max(b*b-4*a*c, 0))
	if measure == analytics.ConfidenceLow {
		return new(100 * max((-b-root)/(2*a), 0))
	}
	return new(100 * min((-b+root)/(2*a), 1))
}
