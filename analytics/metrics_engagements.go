package analytics

import (
	"math"

	"engaged/engagement"
)

// openFilters are those of engagements that have not ended.
var openFilters = []string{
	"agent_id", "queue_id", "channel", "initial_direction", "tag_id", "contact_point", "group_id", "agent_type", "ticket_id",
	"requester_id", "started_in_business_hours", "initial_channel", "start_reason", "ticket_status_start",
}

// engagementMetrics say how many engagements there were and how long they took.
var engagementMetrics = []*Metric{
	{
		ID: "engagements", Name: "Engagements",
		Description: "count(engagements that ended in the period)",
		Unit:        Counts, Record: "engagements", Kind: Counted, Terms: rows(""),
		Measures: []Measure{Count}, Filters: engagementFilters,
	},
	{
		ID: "tickets_engaged", Name: "Tickets engaged",
		Description: "count(distinct tickets of the engagements); a ticket with engagements in several groups or buckets counts in each and once in the total",
		Unit:        Counts, Record: "engagements", Kind: Custom,
		Measures: []Measure{Count}, Filters: engagementFilters,
	},
	{
		ID: "legs_per_ticket", Name: "Engagements per ticket",
		Description: "engagements / tickets_engaged; Max, Median and P95 are of the number of engagements of each ticket in the period",
		Unit:        Ratios, Record: "engagements", Kind: Custom,
		Measures: []Measure{Average, Max, Median, P95}, Filters: engagementFilters,
	},
	engagementDuration("engagement_duration", "Engagement duration",
		"end - start of an engagement, in seconds", "duration_ms").inBusinessTime("duration_business_ms").spanning(),
	{
		ID: "active_engagements", Name: "Active engagements",
		Description: "count(engagements that are open now)",
		Unit:        Counts, Record: "engagements", Kind: Open, Terms: rows(""),
		Measures: []Measure{Count}, Filters: openFilters,
	},
	{
		ID: "engagement_age", Name: "Age of open engagements",
		Description: "now - start of an engagement that is open now, in seconds",
		Unit:        Seconds, Record: "engagements", Kind: Open, Terms: value(openAge),
		Measures: durationMeasures, Filters: openFilters,
	},
	{
		ID: "expired_open_engagements", Name: "Engagements past the open limit",
		Description: "count(engagements that the open limit ended after limit_days or more, or that took longer than limit_days)",
		Unit:        Counts, Record: "engagements", Kind: Counted, IncludesExpired: true,
		Terms: func(p Parameters) []Term {
			limit := int64(math.Round(p.Number("limit_days") * 86_400_000))
			return []Term{{Where: "((expired AND duration_ms >= ?) OR duration_ms > ?)", Args: []any{limit, limit}}}
		},
		Measures: []Measure{Count}, Filters: engagementFilters,
		Parameters: []Parameter{{ID: "limit_days", Description: "The limit, in days.", Default: 14, Least: 1, Most: 366}},
	},
	{
		ID: "concurrency", Name: "Concurrency",
		Description: "sum(seconds of engagements) / sum(seconds in which the agent had at least one), within the period; Max = most engagements of one agent at one time",
		Unit:        Ratios, Record: "engagements", Kind: Custom,
		Measures: []Measure{Average, Max}, Filters: engagementFilters,
	},
}

// shareOf says how many rows have each value of an attribute.
func shareOf(id, name, attribute string) *Metric {
	return &Metric{
		ID: id, Name: name,
		Description: "engagements with the " + attribute + " / engagements with any, x 100, for each " + attribute,
		Unit:        Percent, Record: "engagements", Kind: Share, Terms: rows(""), Groups: []string{attribute},
		Measures: shareMeasures, Filters: engagementFilters,
	}
}

// engagementCount counts engagements for which a condition holds.
func engagementCount(id, name, description, where string, args ...any) *Metric {
	return &Metric{
		ID: id, Name: name, Description: description,
		Unit: Counts, Record: "engagements", Kind: Counted, Terms: rows(where, args...),
		Measures: []Measure{Count}, Filters: engagementFilters,
	}
}

// outcomeMetrics say how engagements began and ended.
var outcomeMetrics = []*Metric{
	engagementCount("transfers_out", "Transfers out",
		"count(engagements that ended as transferred)", endedBy(engagement.EndTransferred)),
	engagementRate("transfer_rate", "Transfer rate",
		"engagements that ended as transferred / engagements x 100", endedBy(engagement.EndTransferred), ""),
	engagementDuration("handoff_gap", "Handoff gap",
		"start - end of the engagement before it in the conversation, in seconds, where that one was transferred; counted on the later engagement",
		"handoff_gap_ms"),
	engagementCount("reopens", "Reopens",
		"count(engagements that began as reopened)", "start_reason = '"+engagement.StartReopened+"'"),
	engagementRate("reopen_rate", "Reopen rate",
		"engagements that began as reopened / engagements x 100", "start_reason = '"+engagement.StartReopened+"'", ""),
	engagementRate("inactivity_timeout_rate", "Inactivity timeout rate",
		"engagements that ended by inactivity_timeout / engagements x 100", endedBy(engagement.EndInactivityTimeout), ""),
	engagementRate("solved_rate", "Solved rate",
		"engagements that ended by status_solved / engagements x 100", endedBy(engagement.EndStatusSolved), ""),
	shareOf("end_reason_mix", "End reasons", "end_reason"),
	shareOf("start_reason_mix", "Start reasons", "start_reason"),
	{
		ID: "one_touch_rate", Name: "One-touch rate",
		Description: "tickets whose only engagement ended by status_solved with exactly 1 agent reply / tickets with an engagement that ended by status_solved x 100",
		Unit:        Percent, Record: "engagements", Kind: Custom,
		Measures: rateMeasures, Filters: engagementFilters,
	},
	{
		ID: "repeat_contact_rate", Name: "Repeat contact rate",
		Description: "engagements after whose end the same requester began another one within the days, in any conversation and not by a transfer / engagements of a known requester that did not end as transferred, x 100",
		Unit:        Percent, Record: "engagements", Kind: Custom,
		Measures: rateMeasures, Filters: engagementFilters,
		Parameters: []Parameter{{ID: "days", Description: "How many days a return counts as a repeat.", Default: 7, Least: 1, Most: 90}},
	},
}

// endedBy is the condition of an end reason.
func endedBy(reason string) string { return "end_reason = '" + reason + "'" }
