package analytics

// engagementMetrics say how many engagements there were and how long they took.
var engagementMetrics = []*Metric{
	{
		ID: "engagements", Name: "Engagements",
		Description: "count(engagements that ended in the period)",
		Unit:        Counts, Record: "engagements", Kind: Counted, Terms: rows(""),
		Measures: []Measure{Count}, Filters: engagementFilters,
	},
	engagementDuration("engagement_duration", "Engagement duration",
		"end - start of an engagement, in seconds", "duration_ms").inBusinessTime("duration_business_ms").spanning(),
}
