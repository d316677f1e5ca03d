package question

// others are series of other records.
func (p periods) others() []Question {
	return []Question{
		{
			Name: "a year by day and queue, conversations closed", Time: "closed_at", Yearly: true,
			Ask:       Ask{Metric: "closed_conversations", Measures: []string{"Count"}, Period: p.year(), GroupBy: []string{"queue_id"}, Interval: "day"},
			Statement: "SELECT {day}, queue_id, count(*) " + closings + " GROUP BY 1, 2",
		},
		{
			Name: "a year by week and queue, abandoned", Time: "left_at",
			Ask:       Ask{Metric: "abandonment_rate", Measures: []string{"Percentage"}, Period: p.year(), GroupBy: []string{"queue_id"}, Interval: "week"},
			Statement: "SELECT {week}, queue_id, 100.0 * count(*) FILTER (WHERE outcome = 'abandoned') / count(*) " + visits + " GROUP BY 1, 2",
		},
		{
			Name: "a year by month and group, offers accepted", Time: "resolved_at",
			Ask:       Ask{Metric: "acceptance_rate", Measures: []string{"Percentage"}, Period: p.year(), GroupBy: []string{"group_id"}, Interval: "month"},
			Statement: "SELECT {month}, group_id, 100.0 * count(*) FILTER (WHERE outcome = 'accepted') / nullif(count(*) FILTER (WHERE outcome IN ('accepted', 'declined', 'timed_out')), 0) " + offers + " GROUP BY 1, 2",
		},
		{
			Name: "a year by week and channel, requester wait", Time: "closed_at",
			Ask:       Ask{Metric: "requester_wait", Measures: []string{"Average", "P95"}, Period: p.year(), GroupBy: []string{"channel"}, Interval: "week"},
			Statement: "SELECT {week}, channel, avg(wait_ms) / 1000, percentile_cont(0.95) WITHIN GROUP (ORDER BY wait_ms) / 1000 " + waits + " GROUP BY 1, 2",
		},
		{
			Name: "a year by month and queue, satisfied", Time: "created_at",
			Ask:       Ask{Metric: "csat", Measures: []string{"Percentage", "Denominator"}, Period: p.year(), GroupBy: []string{"queue_id"}, Interval: "month"},
			Statement: "SELECT {month}, queue_id, 100.0 * count(*) FILTER (WHERE score >= 4) / count(*), count(*) " + ratings + responses + " GROUP BY 1, 2",
		},
		{
			Name: "a year by month, net promoters", Time: "created_at",
			Ask:       Ask{Metric: "nps", Measures: []string{"Value"}, Period: p.year(), Interval: "month"},
			Statement: "SELECT {month}, 100.0 * (count(*) FILTER (WHERE score >= 9) - count(*) FILTER (WHERE score <= 6)) / count(*) " + ratings + " AND survey = 'nps' AND scale_min = 0 AND scale_max = 10 AND score IS NOT NULL GROUP BY 1",
		},
	}
}

// rows are questions that no rollup holds.
func (p periods) rows(ticket, requester string) []Question {
	return []Question{
		{
			Name: "90 days by queue, one tag", Rows: true, Time: "ended_at",
			Ask:       Ask{Metric: "engagement_duration", Measures: []string{"Count", "Average"}, Period: p.days(90), Filters: []Filter{is("tag_id", "topic-07")}, GroupBy: []string{"queue_id"}},
			Statement: "SELECT queue_id, count(*), avg(duration_ms) / 1000 " + legs + " AND 'topic-07' = ANY (tags) GROUP BY 1",
		},
		{
			Name: "90 days by tag", Rows: true, Time: "ended_at",
			Ask:       Ask{Metric: "engagements", Measures: []string{"Count"}, Period: p.days(90), GroupBy: []string{"tag_id"}},
			Statement: "SELECT tag, count(*) FROM (SELECT unnest(tags) AS tag " + legs + ") t GROUP BY 1 UNION ALL SELECT NULL, count(*) " + legs + " AND tags[1] IS NULL HAVING count(*) > 0",
		},
		{
			Name: "a year of one ticket by agent", Rows: true, Time: "ended_at",
			Ask:       Ask{Metric: "engagement_duration", Measures: []string{"Count", "Sum"}, Period: p.year(), Filters: []Filter{is("ticket_id", ticket)}, GroupBy: []string{"agent_id"}},
			Statement: "SELECT agent_id, count(*), sum(duration_ms) / 1000.0 " + legs + " AND ticket_id = '" + ticket + "' GROUP BY 1",
		},
		{
			Name: "a year of one requester by end reason", Rows: true, Time: "ended_at",
			Ask:       Ask{Metric: "engagements", Measures: []string{"Count"}, Period: p.year(), Filters: []Filter{is("requester_id", requester)}, GroupBy: []string{"end_reason"}},
			Statement: "SELECT end_reason, count(*) " + legs + " AND requester_id = '" + requester + "' GROUP BY 1",
		},
		{
			Name: "90 days by end reason and queue", Rows: true, Time: "ended_at",
			Ask:       Ask{Metric: "engagements", Measures: []string{"Count"}, Period: p.days(90), GroupBy: []string{"end_reason", "queue_id"}},
			Statement: "SELECT end_reason, queue_id, count(*) " + legs + " GROUP BY 1, 2",
		},
		{
			Name: "30 days by queue, exact P95 of the handle time", Rows: true, Time: "ended_at",
			Ask:       Ask{Metric: "handle_time", Measures: []string{"P95"}, Period: p.days(30), GroupBy: []string{"queue_id"}, Exact: true},
			Statement: "SELECT queue_id, percentile_cont(0.95) WITHIN GROUP (ORDER BY handle_ms) / 1000 " + legs + " GROUP BY 1",
		},
		{
			Name: "a year by queue, exact median of the duration", Rows: true, Time: "ended_at",
			Ask:       Ask{Metric: "engagement_duration", Measures: []string{"Median"}, Period: p.year(), GroupBy: []string{"queue_id"}, Exact: true},
			Statement: "SELECT queue_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_ms) / 1000 " + legs + " GROUP BY 1",
		},
		{
			Name: "90 days by day, begun in business hours", Rows: true, Time: "ended_at",
			Ask:       Ask{Metric: "first_reply_in_business_hours", Measures: []string{"Count", "Average"}, Period: p.days(90), Filters: []Filter{is("started_in_business_hours", "true")}, Interval: "day"},
			Statement: "SELECT {day}, count(first_reply_ms), avg(first_reply_ms) / 1000 " + legs + " AND started_in_business_hours GROUP BY 1",
		},
	}
}

// tickets are questions about tickets and requesters, which do not add up over groups or days.
func (p periods) tickets() []Question {
	// A return begins within seven days, in any conversation, and not by a transfer.
	const repeats = `SELECT count(DISTINCT e.id) FILTER (WHERE n.id IS NOT NULL), count(DISTINCT e.id)
FROM (SELECT id, requester_id, ended_at ` + legs + ` AND requester_id <> '' AND end_reason <> 'transferred') e
LEFT JOIN (SELECT id, requester_id, started_at FROM engagements
  WHERE organization_id = $1 AND started_at >= $2 AND started_at <= $3::timestamptz + INTERVAL '7 days' AND start_reason <> 'transferred'
    AND agent_type <> 'bot' AND NOT expired) n
ON n.requester_id = e.requester_id AND n.started_at >= e.ended_at AND n.started_at <= e.ended_at + INTERVAL '7 days' AND n.id <> e.id`
	return []Question{
		{
			Name: "90 days by queue, tickets", Rows: true, Time: "ended_at",
			Ask:       Ask{Metric: "tickets_engaged", Measures: []string{"Count"}, Period: p.days(90), GroupBy: []string{"queue_id"}},
			Statement: "SELECT queue_id, count(DISTINCT ticket_id) " + legs + " GROUP BY 1",
		},
		{
			Name: "30 days, engagements per ticket", Rows: true, Time: "ended_at",
			Ask:       Ask{Metric: "legs_per_ticket", Measures: []string{"Average", "Max", "P95"}, Period: p.days(30)},
			Statement: "SELECT avg(n), max(n), percentile_cont(0.95) WITHIN GROUP (ORDER BY n) FROM (SELECT count(*) AS n " + legs + " GROUP BY ticket_id) t",
		},
		{
			Name: "30 days of messaging, one touch", Rows: true, Time: "ended_at",
			Ask:       Ask{Metric: "one_touch_rate", Measures: []string{"Numerator", "Denominator"}, Period: p.days(30), Filters: []Filter{is("channel", "messaging")}},
			Statement: "SELECT count(*) FILTER (WHERE n = 1 AND replies = 1), count(*) FROM (SELECT count(*) AS n, max(agent_replies) AS replies " + legs + " AND channel = 'messaging' GROUP BY ticket_id HAVING bool_or(end_reason = 'status_solved')) t",
		},
		{
			Name: "7 days, repeat contact", Rows: true, Time: "ended_at",
			Ask:       Ask{Metric: "repeat_contact_rate", Measures: []string{"Numerator", "Denominator"}, Period: p.days(7)},
			Statement: repeats,
		},
		{
			Name: "30 days by day where it began", Rows: true, Time: "started_at",
			Ask:       Ask{Metric: "engagement_duration", Measures: []string{"Count", "Average"}, Period: p.days(30), Interval: "day", Attribution: "start"},
			Statement: "SELECT {day}, count(*), avg(duration_ms) / 1000 " + legs + " GROUP BY 1",
		},
	}
}
