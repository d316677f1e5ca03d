package analytics

import (
	"slices"
	"time"
)

// resolved is a query after it was checked.
type resolved struct {
	// query has every default filled in; attributes go by id and values are as stored.
	query  Query
	metric *Metric
	record *Record
	// terms are the metric's for the query's parameters; none for metrics with SQL of their own.
	terms []Term
	// bounds are those of the buckets, see request.
	bounds []time.Time
}

// The bounds of a query that only the checks know.
const (
	// maxConversations is how many conversations a query may be limited to.
	maxConversations = 10_000
	// maxValueLength is how long a value may be, in bytes.
	maxValueLength = 1024
)

// resolve checks a query against the catalogue and fills in its defaults. Whatever is wrong with it is
// an *InvalidQuery. It does not change the slices and maps that it is given.
func resolve(q Query) (resolved, error) {
	metric, ok := MetricByID(q.Metric)
	if !ok {
		return resolved{}, invalid("metric", "unknown_metric", "unknown metric id %s; the catalogue lists all of them", quoted(q.Metric))
	}
	record, _ := RecordByID(metric.Record) // the catalogue's test holds that every metric has one
	r := resolved{query: q, metric: metric, record: record}
	for _, check := range []func() error{
		r.checkMeasures, r.checkPeriod, r.checkAttribution, r.checkFilters, r.checkConversations, r.checkGroups,
		r.checkParameters, r.checkEdges, r.checkOrder,
	} {
		if err := check(); err != nil {
			return resolved{}, err
		}
	}
	r.query.IncludeExpired = q.IncludeExpired || metric.IncludesExpired
	switch {
	case q.BusinessHours:
		r.terms = metric.Business(r.query.Parameters)
	case metric.Terms != nil:
		r.terms = metric.Terms(r.query.Parameters)
	}
	return r, nil
}

// checkMeasures fills in the metric's first measure; duplicates count once.
func (r *resolved) checkMeasures() error {
	var measures []Measure
	for i, measure := range r.query.Measures {
		if _, known := measureDescriptions[measure]; !known {
			return invalid(at("measures", i), "unknown_measure", "%s is not a measure; %s offers %s", quoted(string(measure)), r.metric.ID, listed(r.metric.Measures))
		}
		if !r.metric.offers(measure) {
			return invalid(at("measures", i), "measure_not_offered", "%s does not offer %s; it offers %s", r.metric.ID, measure, listed(r.metric.Measures))
		}
		if !slices.Contains(measures, measure) {
			measures = append(measures, measure)
		}
	}
	if len(measures) == 0 {
		measures = r.metric.Measures[:1:1]
	}
	r.query.Measures = measures
	return nil
}

// checkConversations takes a list or none; an empty list would mean nothing.
func (r *resolved) checkConversations() error {
	conversations := r.query.Conversations
	if conversations == nil {
		return nil
	}
	if r.takesNoRows() {
		return invalid("conversations", "no_conversations", "%s cannot be limited to conversations", r.metric.ID)
	}
	if len(conversations) == 0 || len(conversations) > maxConversations {
		return invalid("conversations", "invalid_conversations", "give 1 to %d conversations", maxConversations)
	}
	for i, id := range conversations {
		if !storable(id) {
			return invalid(at("conversations", i), "invalid_value", "a conversation id is valid UTF-8 of at most %d bytes", maxValueLength)
		}
	}
	return nil
}

// takesNoRows tells that the metric is not made from the rows of a record.
func (r *resolved) takesNoRows() bool { return r.metric.Kind == Watermark }

// describesNow tells that the metric has no period.
func (r *resolved) describesNow() bool { return r.metric.Kind == Open || r.metric.Kind == Watermark }
