package analytics

// compatibleMetrics are those of the reference API, under its ids.
var compatibleMetrics = []*Metric{
	{
		ID: "csat", Name: "Customer satisfaction",
		Description: "(Number of satisfied customers (4 and 5)/ Number of survey responses) x 100 = % of satisfied customers",
		Unit:        Percent, Record: "ratings", Kind: Rate, Terms: share("score >= 4", answered("csat")),
		Measures: rateMeasures, Filters: wireFilters,
		Extra: []string{"group_id", "agent_type", "initial_channel", "ticket_id", "score"},
	},
	{
		ID: "closed_conversations", Name: "Closed conversations",
		Description: "Closed conversation data",
		Unit:        Counts, Record: "closed_conversations", Kind: Counted, Terms: rows(""),
		Measures:            []Measure{Count},
		MeasureDescriptions: map[Measure]string{Count: "Conversation closed count"},
		Filters:             []string{"queue_id", "channel", "initial_direction", "tag_id", "contact_point"},
		Extra:               []string{"agent_id", "group_id", "agent_type", "initial_channel", "ticket_id", "closed_by"},
	},
	{
		ID: "conversation_assignments_per_agent", Name: "Assignments per agent",
		Description: "Engagements of each agent: Count = number of agents with any, Sum = their engagements, Average = engagements / agents",
		Unit:        Counts, Record: "engagements", Kind: Nested, Terms: rows(""), Groups: []string{"agent_id"},
		Measures: []Measure{Count, Sum, Average, Min, Max},
		MeasureDescriptions: map[Measure]string{
			Count: "Number of agents", Sum: "Number of assignments", Average: "Assignments per agent",
			Min: "Fewest assignments of an agent", Max: "Most assignments of an agent",
		},
		Filters: engagementFilters,
	},
	engagementDuration("first_response_time", "First response time",
		"First public message of a human agent - first message of the customer in the conversation, in seconds; counted on the engagement that made the response",
		"first_response_ms"),
}
