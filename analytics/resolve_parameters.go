package analytics

import (
	"maps"
	"math"
	"slices"
	"strconv"
)

// checkParameters completes the metric's parameters.
func (r *resolved) checkParameters() error {
	for _, id := range slices.Sorted(maps.Keys(r.query.Parameters)) {
		if _, ok := r.metric.parameter(id); ok {
			continue
		}
		ids := make([]string, len(r.metric.Parameters))
		for i, p := range r.metric.Parameters {
			ids[i] = p.ID
		}
		if len(ids) == 0 {
			return invalid("parameters", "unknown_parameter", "%s has no parameters", r.metric.ID)
		}
		return invalid("parameters", "unknown_parameter", "%s is not a parameter of %s; it has %s", quoted(id), r.metric.ID, listed(ids))
	}
	complete := make(Parameters, len(r.metric.Parameters))
	for _, p := range r.metric.Parameters {
		value, err := p.check(r.query.Parameters[p.ID])
		if err != nil {
			return err
		}
		complete[p.ID] = value
	}
	r.query.Parameters = complete
	return nil
}

// check returns the parameter's value for what was given; nil means the default.
func (p Parameter) check(given any) (any, error) {
	field := "parameters." + p.ID
	if p.Choices != nil {
		choice, ok := given.(string)
		switch {
		case given == nil:
			return p.Choices[0], nil
		case !ok || !slices.Contains(p.Choices, choice):
			return nil, invalid(field, "invalid_parameter", "%s is one of %s", p.ID, listed(p.Choices))
		default:
			return choice, nil
		}
	}
	number := p.Default
	switch given := given.(type) {
	case nil:
	case float64:
		number = given
	case int:
		number = float64(given)
	default:
		number = math.NaN()
	}
	if !(number >= p.Least && number <= p.Most) { // NaN is refused, too
		return nil, invalid(field, "invalid_parameter", "%s is a number from %s to %s", p.ID, plain(p.Least), plain(p.Most))
	}
	return number, nil
}

// plain prints a number as a query has it.
func plain(number float64) string { return strconv.FormatFloat(number, 'f', -1, 64) }

// checkEdges checks the ranges of a distribution.
func (r *resolved) checkEdges() error {
	edges := r.query.Edges
	wanted := slices.Contains(r.query.Measures, Distribution)
	switch {
	case wanted && len(edges) == 0:
		return invalid("edges", "invalid_edges", "a Distribution needs edges, such as [60, 300, 600]")
	case !wanted && len(edges) > 0:
		return invalid("edges", "invalid_edges", "edges are for the measure Distribution")
	case len(edges) > MaxEdges:
		return invalid("edges", "invalid_edges", "a Distribution has at most %d edges", MaxEdges)
	}
	for i, edge := range edges {
		if !finite(edge) {
			return invalid(at("edges", i), "invalid_edges", "an edge is a finite number")
		}
		if i > 0 && edge <= edges[i-1] {
			return invalid(at("edges", i), "invalid_edges", "edges ascend")
		}
	}
	return nil
}

// checkOrder also checks the limit.
func (r *resolved) checkOrder() error {
	q := &r.query
	if q.Limit < 0 || q.Limit > MaxRows {
		return invalid("limit", "invalid_limit", "limit is a number from 1 to %d", MaxRows)
	}
	if q.Limit == 0 {
		q.Limit = MaxRows
	}
	if q.OrderBy == "" {
		return nil
	}
	if q.Interval != "" {
		return invalid("order_by", "invalid_order", "rows of buckets come by time; ask without an interval, or without order_by")
	}
	if a, ok := AttributeByID(q.OrderBy); ok && slices.Contains(q.GroupBy, a.ID) {
		q.OrderBy = a.ID
		return nil
	}
	if measure := Measure(q.OrderBy); measure != Distribution && slices.Contains(q.Measures, measure) {
		return nil
	}
	return invalid("order_by", "invalid_order", "%s is neither a number nor a group of this query; order by one of %s",
		quoted(q.OrderBy), listed(slices.Concat(q.GroupBy, texts(q.Measures))))
}

func texts(measures []Measure) []string {
	ids := make([]string, 0, len(measures))
	for _, measure := range measures {
		if measure != Distribution {
			ids = append(ids, string(measure))
		}
	}
	return ids
}
