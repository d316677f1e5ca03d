package analytics

import "math"

// replyMetrics say how soon agents wrote.
var replyMetrics = []*Metric{
	engagementDuration("assignment_to_first_reply", "Assignment to first reply",
		"first message of the agent - start, in seconds; engagements without one do not count", "first_reply_ms").inBusinessTime("first_reply_business_ms"),
	{
		ID: "first_reply_in_business_hours", Name: "First reply in business hours",
		Description: "first message of the agent - start, in seconds, of engagements that began in business hours",
		Unit:        Seconds, Record: "engagements", Kind: Valued,
		Terms:    fixed(Term{Value: "first_reply_ms", Where: "started_in_business_hours"}),
		Business: fixed(Term{Value: "first_reply_business_ms", Where: "started_in_business_hours"}),
		Measures: durationMeasures, Filters: engagementFilters,
	},
	engagementRate("no_reply_rate", "No reply rate",
		"engagements without a message of the agent / engagements x 100, on channels with messages", "agent_messages = 0", "agent_messages IS NOT NULL"),
}

// requesterWait is a metric of the waits for which a condition holds.
func requesterWait(id, name, description, where string) *Metric {
	return &Metric{
		ID: id, Name: name, Description: description,
		Unit: Seconds, Record: "requester_waits", Kind: Valued, Spans: true,
		Terms:    fixed(Term{Value: "wait_ms", Where: where}),
		Business: fixed(Term{Value: "wait_business_ms", Where: where}),
		Measures: durationMeasures, Filters: waitFilters,
	}
}

// withinThreshold are the waits that a column says are short enough, over all waits.
func withinThreshold(column string) termsFunc {
	return func(p Parameters) []Term {
		return []Term{{Where: column + " <= ?", Args: []any{milliseconds(p, "threshold_seconds")}}, {}}
	}
}

// milliseconds is a parameter in seconds as facts hold it.
func milliseconds(p Parameters, id string) int64 { return int64(math.Round(p.Number(id) * 1000)) }

// waitMetrics say how long customers waited for answers.
var waitMetrics = []*Metric{
	requesterWait("requester_wait", "Requester wait",
		"end of a wait - its beginning, in seconds: from the earliest unanswered message of the customer to the agent's reply or to the end of the engagement", ""),
	requesterWait("requester_wait_answered", "Requester wait, answered",
		"reply - earliest unanswered message of the customer, in seconds, of waits that a reply ended", "answered"),
	requesterWait("requester_wait_unanswered", "Requester wait, unanswered",
		"end of the engagement - earliest unanswered message of the customer, in seconds, of waits that no reply ended", "NOT answered"),
	{
		ID: "average_requester_wait", Name: "Average requester wait",
		Description: "sum(requester waits) / sum(agent replies), in seconds",
		Unit:        Seconds, Record: "engagements", Kind: Ratio,
		Terms:    fixed(Term{Value: "wait_total_ms"}, Term{Value: "agent_replies"}),
		Business: fixed(Term{Value: "wait_total_business_ms"}, Term{Value: "agent_replies"}),
		Measures: []Measure{Average}, Filters: engagementFilters,
	},
	{
		ID: "longest_requester_wait", Name: "Longest requester wait",
		Description: "max(waits of an engagement), in seconds; engagements without a wait do not count",
		Unit:        Seconds, Record: "engagements", Kind: Valued,
		Terms:    fixed(Term{Value: "wait_longest_ms", Where: "waits > 0"}),
		Business: fixed(Term{Value: "wait_longest_business_ms", Where: "waits > 0"}),
		Measures: []Measure{Max, Average, P95}, Filters: engagementFilters,
	},
	{
		ID: "waits_within_threshold", Name: "Waits within the threshold",
		Description: "waits that took at most threshold_seconds / waits x 100",
		Unit:        Percent, Record: "requester_waits", Kind: Rate,
		Terms: withinThreshold("wait_ms"), Business: withinThreshold("wait_business_ms"),
		Measures: rateMeasures, Filters: waitFilters,
		Parameters: []Parameter{{ID: "threshold_seconds", Description: "The longest wait that is within, in seconds.", Default: 60, Least: 0, Most: 1_209_600}},
	},
}
