package analytics

import "slices"

// The measures that metrics of a kind offer.
var (
	durationMeasures = []Measure{Average, Min, Max, Sum, StdDev, Count, Median, P75, P90, P95, P99, Distribution}
	countMeasures    = []Measure{Sum, Average, Min, Max, Count, Median, P95}
	rateMeasures     = []Measure{Percentage, Numerator, Denominator, ConfidenceLow, ConfidenceHigh}
	shareMeasures    = []Measure{Count, Percentage}
)

// The attributes by which metrics of a record are filtered and grouped.
var (
	wireFilters       = []string{"agent_id", "queue_id", "channel", "initial_direction", "tag_id", "contact_point"}
	waitFilters       = slices.Concat(wireFilters, []string{"group_id", "agent_type", "ticket_id", "requester_id", "started_in_business_hours"})
	engagementFilters = slices.Concat(waitFilters, []string{"initial_channel", "start_reason", "end_reason", "ticket_status_start", "ticket_status_end"})
	offerFilters      = []string{"agent_id", "queue_id", "channel", "group_id", "agent_type", "ticket_id", "outcome"}
	visitFilters      = []string{"agent_id", "queue_id", "channel", "initial_direction", "ticket_id", "outcome"}
	ratingFilters     = slices.Concat(wireFilters, []string{"group_id", "agent_type", "initial_channel", "ticket_id", "score"})
)

// termsFunc makes the terms of a metric.
type termsFunc = func(Parameters) []Term

// fixed are terms that no parameter changes.
func fixed(terms ...Term) termsFunc {
	return func(Parameters) []Term { return terms }
}

// value is one term: the number in a column.
func value(sql string) termsFunc { return fixed(Term{Value: sql}) }

// rows is one term: the rows for which a condition holds; all of them if it is empty.
func rows(where string, args ...any) termsFunc { return fixed(Term{Where: where, Args: args}) }

// share is two terms: the rows for which both conditions hold, over those for which the second does.
func share(part, whole string) termsFunc {
	both := part
	if whole != "" {
		both += " AND " + whole
	}
	return fixed(Term{Where: both}, Term{Where: whole})
}

// engagementDuration is a metric of engagements that measures a column of milliseconds.
func engagementDuration(id, name, description, column string) *Metric {
	return &Metric{
		ID: id, Name: name, Description: description,
		Unit: Seconds, Record: "engagements", Kind: Valued, Terms: value(column),
		Measures: durationMeasures, Filters: engagementFilters,
	}
}

// engagementRate is a metric of engagements that compares rows.
func engagementRate(id, name, description, part, whole string) *Metric {
	return &Metric{
		ID: id, Name: name, Description: description,
		Unit: Percent, Record: "engagements", Kind: Rate, Terms: share(part, whole),
		Measures: rateMeasures, Filters: engagementFilters,
	}
}

// inBusinessTime adds the column that measures in business time.
func (m *Metric) inBusinessTime(column string) *Metric {
	m.Business = value(column)
	return m
}

// spanning says that the values last from the record's start to its time.
func (m *Metric) spanning() *Metric {
	m.Spans = true
	return m
}
