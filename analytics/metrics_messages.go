package analytics

// messageCount is a metric that counts messages of engagements.
func messageCount(id, name, what, column string) *Metric {
	return &Metric{
		ID: id, Name: name,
		Description: "sum(" + what + "); engagements on channels without messages do not count",
		Unit:        Counts, Record: "engagements", Kind: Valued, Terms: value(column),
		Measures:            countMeasures,
		MeasureDescriptions: map[Measure]string{Count: "Engagements on channels with messages"},
		Filters:             engagementFilters,
	}
}

// messageMetrics say how much was written.
var messageMetrics = []*Metric{
	messageCount("agent_messages", "Agent messages", "public messages of the agent that were not automatic", "agent_messages"),
	messageCount("agent_replies", "Agent replies", "messages of the agent that ended a wait of the customer", "agent_replies"),
	messageCount("end_user_messages", "Customer messages", "messages of the customer that were not automatic", "customer_messages"),
	{
		ID: "messages_per_engagement", Name: "Messages per engagement",
		Description: "(agent messages + customer messages) / engagements, on channels with messages",
		Unit:        Ratios, Record: "engagements", Kind: Valued, Terms: value("agent_messages + customer_messages"),
		Measures: []Measure{Average, Median}, Filters: engagementFilters,
	},
	{
		ID: "turn_ratio", Name: "Messages per reply",
		Description: "sum(agent messages) / sum(agent replies)",
		Unit:        Ratios, Record: "engagements", Kind: Ratio,
		Terms:    fixed(Term{Value: "agent_messages"}, Term{Value: "agent_replies"}),
		Measures: []Measure{Average}, Filters: engagementFilters,
	},
}

// handlingMetrics say what agents' time went into.
var handlingMetrics = []*Metric{
	engagementDuration("handle_time", "Handle time",
		"(end - start) + wrap-up of an engagement = talk + hold + wrap-up, in seconds", "handle_ms"),
	engagementDuration("talk_time", "Talk time",
		"(end - start) - hold of an engagement, in seconds", "talk_ms"),
	engagementDuration("hold_time", "Hold time",
		"sum(end of a hold - its beginning) within an engagement, in seconds", "hold_ms"),
	engagementDuration("wrap_up_time", "Wrap-up time",
		"end of the wrap-up - end of the contact, in seconds; engagements without a wrap-up do not count", "wrapup_ms"),
}
