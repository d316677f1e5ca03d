package analytics

// The attributes by which metrics of deliveries are filtered and grouped.
var (
	deliveryTaskFilters = []string{"configuration_id", "queue_id", "journey_id", "channel", "dial_mode", "status", "result"}
	deliveryFilters     = []string{
		"configuration_id", "queue_id", "journey_id", "channel", "dial_mode", "status", "result", "disposition_code", "contact_id",
		"result_core", "attempt_number",
	}
	openDeliveryFilters = []string{
		"configuration_id", "queue_id", "journey_id", "channel", "dial_mode", "status", "contact_id", "attempt_number",
	}
)

// Conditions on attempts that are over.
const (
	// tried leaves out what expired or was cancelled before it was tried.
	tried = "status IN ('Complete', 'Error')"
	// connected is an answer, by a person or not.
	connected = "customer_connected_at IS NOT NULL"
	succeeded = "result IN ('LiveAnswer', 'CallEnded')"
)

// deliveryRate is a metric of attempts that compares rows.
func deliveryRate(id, name, description, part, whole string) *Metric {
	return &Metric{
		ID: id, Name: name, Description: description,
		Unit: Percent, Record: "deliveries", Kind: Rate, Terms: share(part, whole),
		Measures: rateMeasures, Filters: deliveryFilters,
	}
}

// deliveryShare says how many attempts have each value of an attribute.
func deliveryShare(id, name, description, attribute, where string) *Metric {
	return &Metric{
		ID: id, Name: name, Description: description,
		Unit: Percent, Record: "deliveries", Kind: Share, Terms: rows(where), Groups: []string{attribute},
		Measures: shareMeasures, Filters: deliveryFilters,
	}
}

// deliveryDuration is a metric of attempts that measures a column of milliseconds.
func deliveryDuration(id, name, description, column string) *Metric {
	return &Metric{
		ID: id, Name: name, Description: description,
		Unit: Seconds, Record: "deliveries", Kind: Valued, Terms: value(column),
		Measures: durationMeasures, Filters: deliveryFilters,
	}
}

// deliveryMetrics say what came of attempts to call.
var deliveryMetrics = []*Metric{
	{
		ID: "deliveries", Name: "Deliveries",
		Description: "count(attempts that were over in the period), made or not",
		Unit:        Counts, Record: "deliveries", Kind: Counted, Terms: rows(""),
		Measures: []Measure{Count}, Filters: deliveryFilters,
	},
	deliveryShare("delivery_status_mix", "Delivery statuses",
		"attempts with the status / attempts x 100, for each status", "status", ""),
	deliveryShare("delivery_result_mix", "Delivery results",
		"attempts with the result / attempts x 100, for each result", "result", ""),
	deliveryRate("delivery_completion_rate", "Delivery completion rate",
		"attempts that are Complete / attempts x 100", "status = 'Complete'", ""),
	deliveryRate("connect_rate", "Connect rate",
		"attempts that were answered, by a person or not / attempts that were tried (Complete or Error) x 100", connected, tried),
	{
		ID: "success_rate", Name: "Success rate",
		Description: "attempts with the result LiveAnswer or CallEnded / attempts that were tried x 100; the denominator is a choice, see its description",
		Unit:        Percent, Record: "deliveries", Kind: Rate,
		Terms: func(p Parameters) []Term {
			if p.Text("denominator") == "not_cancelled" {
				return share(succeeded, "status <> 'Cancelled'")(p)
			}
			return share(succeeded, tried)(p)
		},
		Measures: rateMeasures, Filters: deliveryFilters,
		Parameters: []Parameter{{
			ID: "denominator", Choices: []string{"tried", "not_cancelled"},
			Description: "What counts below the line. tried: attempts that are Complete or Error. not_cancelled: those and the expired ones.",
		}},
	},
	deliveryRate("expired_rate", "Expired rate", "attempts that are Expired / attempts x 100", "status = 'Expired'", ""),
	deliveryRate("cancelled_rate", "Cancelled rate", "attempts that are Cancelled / attempts x 100", "status = 'Cancelled'", ""),
	deliveryRate("error_rate", "Error rate", "attempts that are Error / attempts x 100", "status = 'Error'", ""),
	deliveryRate("bot_failed_rate", "AI agent failure rate", "attempts with the result BotFailed / attempts x 100", "result = 'BotFailed'", ""),
	deliveryDuration("attempt_latency", "Attempt latency",
		"start of the call - start of the window in which it was made, in seconds; attempts without a call do not count", "latency_ms"),
	deliveryRate("within_window_rate", "Within the window",
		"calls that were started from the start of their window on and before its end / calls that were started x 100",
		"started_at >= window_start AND started_at < window_end", "started_at IS NOT NULL"),
	deliveryDuration("delivery_duration", "Delivery duration",
		"end - start of the call, in seconds; attempts without a call do not count", "duration_ms").spanning(),
	{
		ID: "disposition_rate", Name: "Dispositions",
		Description: "attempts with the disposition code / attempts that are Complete x 100, for each disposition code and for none; an attempt with several counts under each",
		Unit:        Percent, Record: "deliveries", Kind: Share, Terms: rows("status = 'Complete'"), Groups: []string{"disposition_code"},
		Measures: rateMeasures, Filters: deliveryFilters,
	},
	{
		ID: "campaign_abandonment_rate", Name: "Campaign abandonment rate",
		Description: "calls in the mode Progressive that a person answered (LiveAnswer, Undetermined) and for which no agent was connected within threshold_seconds of the end of the greeting, or of the answer where none is known / calls in that mode that a person answered x 100; the denominator is a choice, see its description",
		Unit:        Percent, Record: "deliveries", Kind: Rate, Terms: campaignAbandonment,
		Measures: rateMeasures, Filters: deliveryFilters,
		Parameters: []Parameter{
			{ID: "threshold_seconds", Description: "An agent who is connected after at most this is in time, in seconds.", Default: 2, Least: 0, Most: 3600},
			{
				ID: "denominator", Choices: []string{"live_answers", "connected", "tried"},
				Description: "What counts below the line. live_answers: calls that a person answered, without machines. connected: all that were answered. tried: attempts that are Complete or Error.",
			},
		},
	},
}

// campaignAbandonment compares the calls of dialing for agents, since in Preview the agent is there before
// the call, and in Copilot none is to come. Two seconds from the end of the greeting, and machines on
// neither side, are those of 16 CFR 310.4(b)(4).
func campaignAbandonment(p Parameters) []Term {
	const forAgents = "mode = 'Progressive' AND "
	live := forAgents + "result IN ('LiveAnswer', 'Undetermined')"
	whole := live
	switch p.Text("denominator") {
	case "connected":
		whole = forAgents + connected
	case "tried":
		whole = forAgents + tried
	}
	return []Term{
		{Where: live + " AND coalesce(agent_wait_ms > ?, true)", Args: []any{milliseconds(p, "threshold_seconds")}},
		{Where: whole},
	}
}

// openDelivery is a metric of the attempts that are not over now.
func openDelivery(id, name, description, where string) *Metric {
	return &Metric{
		ID: id, Name: name, Description: description,
		Unit: Counts, Record: "deliveries", Kind: Open, Terms: rows(where),
		Measures: []Measure{Count}, Filters: openDeliveryFilters,
	}
}

const waitingDelivery = "status = 'Pending' AND scheduled_at <= now()"

// openDeliveryMetrics say what is still to be done.
var openDeliveryMetrics = []*Metric{
	openDelivery("outstanding_deliveries", "Outstanding deliveries",
		"count(attempts that are not over now): Pending or InProcess", ""),
	openDelivery("scheduled_deliveries", "Scheduled deliveries",
		"count(attempts that are Pending and may be made only from a later instant on)", "status = 'Pending' AND scheduled_at > now()"),
	openDelivery("waiting_deliveries", "Waiting deliveries",
		"count(attempts that are Pending although their time has come: they wait for their turn, or for the dialer)", waitingDelivery),
	{
		ID: "delivery_waiting_time", Name: "Waiting time of deliveries",
		Description: "now - instant from which an attempt may be made, in seconds, of attempts that are Pending although it has come",
		Unit:        Seconds, Record: "deliveries", Kind: Open,
		Terms:    fixed(Term{Value: "(extract(epoch FROM now() - scheduled_at) * 1000)", Where: waitingDelivery}),
		Measures: durationMeasures, Filters: openDeliveryFilters,
	},
}

// deliveryTaskMetrics say what came of requests, with all their attempts.
var deliveryTaskMetrics = []*Metric{
	{
		ID: "delivery_tasks", Name: "Delivery tasks",
		Description: "count(delivery tasks that were over in the period)",
		Unit:        Counts, Record: "delivery_tasks", Kind: Counted, Terms: rows(""),
		Measures: []Measure{Count}, Filters: deliveryTaskFilters,
	},
	{
		ID: "delivery_task_duration", Name: "Delivery task duration",
		Description: "end - receipt of the request, in seconds, of a delivery task with all its attempts",
		Unit:        Seconds, Record: "delivery_tasks", Kind: Valued, Terms: value("duration_ms"), Spans: true,
		Measures: durationMeasures, Filters: deliveryTaskFilters,
	},
	{
		ID: "attempts_per_task", Name: "Attempts per task",
		Description: "calls that were started / delivery tasks; Max, Median and P95 are of the number of calls of each task",
		Unit:        Ratios, Record: "delivery_tasks", Kind: Valued, Terms: value("calls"),
		Measures: []Measure{Average, Max, Median, P95}, Filters: deliveryTaskFilters,
	},
	{
		ID: "tasks_reached_rate", Name: "Tasks reached",
		Description: "delivery tasks in which a person answered a call (LiveAnswer, CallEnded) / delivery tasks x 100",
		Unit:        Percent, Record: "delivery_tasks", Kind: Rate, Terms: share("customer_reached", ""),
		Measures: rateMeasures, Filters: deliveryTaskFilters,
	},
}
