package question

import (
	"time"

	"engaged/bench/internal/analytics/dataset"
)

// elsewhere is a zone in which neither days nor hours are the reporting zone's.
const elsewhere = "Asia/Kolkata"

// Set returns the questions for a data set that ends at an instant. Ticket and Requester are ids that occur
// in it.
func Set(end time.Time, ticket, requester string) ([]Question, error) {
	p, err := newPeriods(end)
	if err != nil {
		return nil, err
	}
	abroad, err := p.in(elsewhere, 30)
	if err != nil {
		return nil, err
	}
	all := append(p.totals(), p.series()...)
	all = append(all, p.others()...)
	all = append(all, Question{
		Name: "30 days by day and queue, in Kolkata", Time: "ended_at",
		Ask:       Ask{Metric: "engagements", Measures: []string{"Count"}, Period: abroad, Timezone: elsewhere, GroupBy: []string{"queue_id"}, Interval: "day"},
		Statement: "SELECT {day}, queue_id, count(*) " + legs + " GROUP BY 1, 2",
	})
	all = append(all, p.rows(ticket, requester)...)
	all = append(all, p.tickets()...)
	for i := range all {
		if all[i].Ask.Timezone == "" {
			all[i].Ask.Timezone = dataset.Zone
		}
	}
	return all, nil
}

// Nothing is a question that no row answers: what asking alone costs.
func Nothing(end time.Time) (Question, error) {
	p, err := newPeriods(end)
	return Question{
		Name: "a day without data", Time: "ended_at",
		Ask:       Ask{Metric: "engagements", Measures: []string{"Count"}, Period: p.empty(), Timezone: dataset.Zone},
		Statement: "SELECT count(*) " + legs,
	}, err
}

// What the catalogue counts unless it is asked otherwise.
const (
	legs      = "FROM engagements WHERE {in} AND agent_type <> 'bot' AND NOT expired"
	offers    = "FROM offers WHERE {in} AND agent_type <> 'bot' AND NOT expired"
	waits     = "FROM requester_waits WHERE {in} AND agent_type <> 'bot' AND NOT expired"
	visits    = "FROM queue_visits WHERE {in} AND NOT expired"
	ratings   = "FROM ratings WHERE {in} AND agent_type <> 'bot'"
	closings  = "FROM closed_conversations WHERE {in} AND agent_type <> 'bot'"
	responses = " AND scale_max = 5 AND scale_min = 1 AND survey = 'csat' AND score IS NOT NULL"
)

// totals have no buckets.
func (p periods) totals() []Question {
	return []Question{
		{
			Name: "90 days by queue", Time: "ended_at",
			Ask:       Ask{Metric: "engagement_duration", Measures: []string{"Count", "Average", "Max"}, Period: p.days(90), GroupBy: []string{"queue_id"}},
			Statement: "SELECT queue_id, count(*), avg(duration_ms) / 1000, max(duration_ms) / 1000.0 " + legs + " GROUP BY 1",
		},
		{
			Name: "90 days by agent", Time: "ended_at",
			Ask:       Ask{Metric: "handle_time", Measures: []string{"Count", "Average"}, Period: p.days(90), GroupBy: []string{"agent_id"}},
			Statement: "SELECT agent_id, count(*), avg(handle_ms) / 1000 " + legs + " GROUP BY 1",
		},
		{
			Name: "90 days by queue, median and P90 of the first reply", Time: "ended_at",
			Ask:       Ask{Metric: "assignment_to_first_reply", Measures: []string{"Median", "P90"}, Period: p.days(90), GroupBy: []string{"queue_id"}},
			Statement: "SELECT queue_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY first_reply_ms) / 1000, percentile_cont(0.9) WITHIN GROUP (ORDER BY first_reply_ms) / 1000 " + legs + " GROUP BY 1",
		},
		{
			Name: "90 days by queue, service level", Time: "left_at",
			Ask:       Ask{Metric: "service_level", Measures: []string{"Percentage", "Numerator", "Denominator"}, Period: p.days(90), GroupBy: []string{"queue_id"}},
			Statement: "SELECT queue_id, 100.0 * count(*) FILTER (WHERE outcome = 'answered' AND wait_ms <= 20000) / nullif(count(*) FILTER (WHERE outcome IN ('answered', 'abandoned')), 0), count(*) FILTER (WHERE outcome = 'answered' AND wait_ms <= 20000), count(*) FILTER (WHERE outcome IN ('answered', 'abandoned')) " + visits + " GROUP BY 1",
		},
		{
			Name: "30 days by queue and channel, wait in the queue", Time: "left_at",
			Ask:       Ask{Metric: "queue_wait", Measures: []string{"Average", "P90"}, Period: p.days(30), GroupBy: []string{"queue_id", "channel"}},
			Statement: "SELECT queue_id, channel, avg(wait_ms) / 1000, percentile_cont(0.9) WITHIN GROUP (ORDER BY wait_ms) / 1000 " + visits + " GROUP BY 1, 2",
		},
		{
			Name: "a year in one number, average and P95 of the handle time", Time: "ended_at",
			Ask:       Ask{Metric: "handle_time", Measures: []string{"Average", "P95"}, Period: p.year()},
			Statement: "SELECT avg(handle_ms) / 1000, percentile_cont(0.95) WITHIN GROUP (ORDER BY handle_ms) / 1000 " + legs,
		},
	}
}

// series have buckets and are of engagements.
func (p periods) series() []Question {
	return []Question{
		{
			Name: "a year by day and queue", Time: "ended_at", Yearly: true,
			Ask:       Ask{Metric: "handle_time", Measures: []string{"Count", "Average"}, Period: p.year(), GroupBy: []string{"queue_id"}, Interval: "day"},
			Statement: "SELECT {day}, queue_id, count(*), avg(handle_ms) / 1000 " + legs + " GROUP BY 1, 2",
		},
		{
			Name: "a year by day and channel", Time: "ended_at", Yearly: true,
			Ask:       Ask{Metric: "engagements", Measures: []string{"Count"}, Period: p.year(), GroupBy: []string{"channel"}, Interval: "day"},
			Statement: "SELECT {day}, channel, count(*) " + legs + " GROUP BY 1, 2",
		},
		{
			Name: "a year by day, all of a duration", Time: "ended_at", Yearly: true,
			Ask:       Ask{Metric: "engagement_duration", Measures: []string{"Count", "Sum", "Average", "Min", "Max", "StdDev"}, Period: p.year(), Interval: "day"},
			Statement: "SELECT {day}, count(*), sum(duration_ms) / 1000.0, avg(duration_ms) / 1000, min(duration_ms) / 1000.0, max(duration_ms) / 1000.0, stddev_pop(duration_ms) / 1000 " + legs + " GROUP BY 1",
		},
		{
			Name: "a year by day and queue, solved", Time: "ended_at", Yearly: true,
			Ask:       Ask{Metric: "solved_rate", Measures: []string{"Percentage"}, Period: p.year(), GroupBy: []string{"queue_id"}, Interval: "day"},
			Statement: "SELECT {day}, queue_id, 100.0 * count(*) FILTER (WHERE end_reason = 'status_solved') / count(*) " + legs + " GROUP BY 1, 2",
		},
		{
			Name: "a year by day, one queue on one channel", Time: "ended_at", Yearly: true,
			Ask:       Ask{Metric: "average_requester_wait", Measures: []string{"Average"}, Period: p.year(), Filters: []Filter{is("queue_id", "queue-03"), is("channel", "chat")}, Interval: "day"},
			Statement: "SELECT {day}, sum(wait_total_ms) / 1000.0 / nullif(sum(agent_replies), 0) " + legs + " AND queue_id = 'queue-03' AND channel = 'chat' GROUP BY 1",
		},
		{
			Name: "a year by week, median and P95 of the handle time", Time: "ended_at",
			Ask:       Ask{Metric: "handle_time", Measures: []string{"Median", "P95"}, Period: p.year(), Interval: "week"},
			Statement: "SELECT {week}, percentile_cont(0.5) WITHIN GROUP (ORDER BY handle_ms) / 1000, percentile_cont(0.95) WITHIN GROUP (ORDER BY handle_ms) / 1000 " + legs + " GROUP BY 1",
		},
		{
			Name: "a year by month and agent", Time: "ended_at",
			Ask:       Ask{Metric: "handle_time", Measures: []string{"Average"}, Period: p.year(), GroupBy: []string{"agent_id"}, Interval: "month"},
			Statement: "SELECT {month}, agent_id, avg(handle_ms) / 1000 " + legs + " GROUP BY 1, 2",
		},
		{
			Name: "90 days by day and agent", Time: "ended_at",
			Ask:       Ask{Metric: "engagements", Measures: []string{"Count"}, Period: p.days(90), GroupBy: []string{"agent_id"}, Interval: "day"},
			Statement: "SELECT {day}, agent_id, count(*) " + legs + " GROUP BY 1, 2",
		},
		{
			Name: "14 days by hour and channel", Time: "ended_at",
			Ask:       Ask{Metric: "engagement_duration", Measures: []string{"Count", "Average"}, Period: p.days(14), GroupBy: []string{"channel"}, Interval: "hour"},
			Statement: "SELECT {hour}, channel, count(*), avg(duration_ms) / 1000 " + legs + " GROUP BY 1, 2",
		},
		{
			Name: "a day by quarter of an hour and queue", Time: "ended_at",
			Ask:       Ask{Metric: "engagements", Measures: []string{"Count"}, Period: p.weekday(), GroupBy: []string{"queue_id"}, Interval: "15m"},
			Statement: "SELECT {quarter}, queue_id, count(*) " + legs + " GROUP BY 1, 2",
		},
	}
}
