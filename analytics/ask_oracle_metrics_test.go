package analytics_test

import (
	"math"
	"slices"
	"time"

	"engaged/analytics"
)

// oracleMetric is what a metric means.
type oracleMetric struct {
	table string
	// value is the number of a fact; ok is false for facts that do not count.
	value, business func(f *fact, p analytics.Parameters) (v float64, ok bool)
	scale           float64
	// part and whole tell which facts count above and below the line.
	part, whole func(f *fact, p analytics.Parameters) bool
	// above and below are the columns of a ratio of sums.
	above, below string
	// of computes a measure from the facts of a cell; o knows all others.
	of func(o *oracle, measure analytics.Measure, cell []piece, from, to time.Time) *float64
	// overlaps tells that facts count in each bucket into which they last.
	overlaps bool
	// expired tells that expired legs always count.
	expired bool
	// share is the attribute whose values share the whole, keep tells which facts do.
	share string
	keep  func(f *fact, p analytics.Parameters) bool
}

func column(table, name, business string) oracleMetric {
	read := func(name string) func(*fact, analytics.Parameters) (float64, bool) {
		return func(f *fact, _ analytics.Parameters) (float64, bool) { v, ok := f.numbers[name]; return v, ok }
	}
	return oracleMetric{table: table, scale: 1000, value: read(name), business: read(business)}
}

func (m oracleMetric) where(keep func(*fact) bool) oracleMetric {
	only := func(inner func(*fact, analytics.Parameters) (float64, bool)) func(*fact, analytics.Parameters) (float64, bool) {
		return func(f *fact, p analytics.Parameters) (float64, bool) {
			if !keep(f) {
				return 0, false
			}
			return inner(f, p)
		}
	}
	m.value, m.business = only(m.value), only(m.business)
	return m
}

func (m oracleMetric) plain() oracleMetric { m.scale = 1; return m }

func counted(table string, keep func(f *fact, p analytics.Parameters) bool) oracleMetric {
	return oracleMetric{table: table, scale: 1, value: func(f *fact, p analytics.Parameters) (float64, bool) { return 1, keep(f, p) }}
}

func rated(table string, part, whole func(f *fact, p analytics.Parameters) bool) oracleMetric {
	return oracleMetric{table: table, part: part, whole: whole}
}

func all(*fact, analytics.Parameters) bool { return true }

func with(attribute string, values ...string) func(*fact, analytics.Parameters) bool {
	return func(f *fact, _ analytics.Parameters) bool { return slices.Contains(values, f.one(attribute)) }
}

func onScale(f *fact, survey string) bool {
	scale := map[string][2]float64{"csat": {1, 5}, "nps": {0, 10}, "ces": {1, 5}}[survey]
	return f.is("survey", survey) && f.numbers["scale_min"] == scale[0] && f.numbers["scale_max"] == scale[1]
}

func scored(f *fact) bool { _, ok := f.numbers["score"]; return ok }

func writes(f *fact) bool { _, ok := f.numbers["agent_messages"]; return ok }

// seconds is a duration of a fact in the unit of parameters.
func seconds(f *fact, column string) float64 { return f.numbers[column] / 1000 }

var oracleMetrics = map[string]oracleMetric{
	"engagements":              counted("engagements", all),
	"closed_conversations":     counted("closed_conversations", all),
	"offers":                   counted("offers", all),
	"transfers_out":            counted("engagements", with("end_reason", "transferred")),
	"reopens":                  counted("engagements", with("start_reason", "reopened")),
	"expired_open_engagements": {table: "engagements", scale: 1, expired: true, value: pastLimit},

	"engagement_duration":           column("engagements", "duration_ms", "duration_business_ms"),
	"first_response_time":           column("engagements", "first_response_ms", ""),
	"offer_time":                    column("engagements", "offer_time_ms", ""),
	"time_to_accept_total":          column("engagements", "time_to_accept_ms", ""),
	"handoff_gap":                   column("engagements", "handoff_gap_ms", ""),
	"assignment_to_first_reply":     column("engagements", "first_reply_ms", "first_reply_business_ms"),
	"first_reply_in_business_hours": column("engagements", "first_reply_ms", "first_reply_business_ms").where(func(f *fact) bool { return f.flags["started_in_business_hours"] }),
	"longest_requester_wait":        column("engagements", "wait_longest_ms", "wait_longest_business_ms").where(func(f *fact) bool { return f.numbers["waits"] > 0 }),
	"handle_time":                   column("engagements", "handle_ms", ""),
	"talk_time":                     column("engagements", "talk_ms", ""),
	"hold_time":                     column("engagements", "hold_ms", ""),
	"wrap_up_time":                  column("engagements", "wrapup_ms", ""),
	"requester_wait":                column("requester_waits", "wait_ms", "wait_business_ms"),
	"requester_wait_answered":       column("requester_waits", "wait_ms", "wait_business_ms").where(func(f *fact) bool { return f.flags["answered"] }),
	"requester_wait_unanswered":     column("requester_waits", "wait_ms", "wait_business_ms").where(func(f *fact) bool { return !f.flags["answered"] }),
	"queue_wait":                    column("queue_visits", "wait_ms", ""),
	"speed_of_answer":               column("queue_visits", "wait_ms", "").where(func(f *fact) bool { return f.is("outcome", "answered") }),
	"time_to_abandon":               column("queue_visits", "wait_ms", "").where(func(f *fact) bool { return f.is("outcome", "abandoned") }),
	"agent_messages":                column("engagements", "agent_messages", "").plain(),
	"agent_replies":                 column("engagements", "agent_replies", "").plain(),
	"end_user_messages":             column("engagements", "customer_messages", "").plain(),
	"messages_per_engagement": {table: "engagements", scale: 1, value: func(f *fact, _ analytics.Parameters) (float64, bool) {
		agent, a := f.numbers["agent_messages"]
		customer, c := f.numbers["customer_messages"]
		return agent + customer, a && c
	}},
	"rating_average": {table: "ratings", scale: 1, value: func(f *fact, p analytics.Parameters) (float64, bool) {
		return f.numbers["score"], onScale(f, p.Text("survey")) && scored(f)
	}},

	"turn_ratio":             {table: "engagements", scale: 1, above: "agent_messages", below: "agent_replies"},
	"average_requester_wait": {table: "engagements", scale: 1000, above: "wait_total_ms", below: "agent_replies"},

	"transfer_rate":           rated("engagements", with("end_reason", "transferred"), all),
	"reopen_rate":             rated("engagements", with("start_reason", "reopened"), all),
	"inactivity_timeout_rate": rated("engagements", with("end_reason", "inactivity_timeout"), all),
	"solved_rate":             rated("engagements", with("end_reason", "status_solved"), all),
	"no_reply_rate": rated("engagements",
		func(f *fact, _ analytics.Parameters) bool { return writes(f) && f.numbers["agent_messages"] == 0 },
		func(f *fact, _ analytics.Parameters) bool { return writes(f) }),
	"completeness": rated("engagements", func(f *fact, _ analytics.Parameters) bool {
		return f.flags["offered_at"] && f.flags["queue_entered_at"] && (f.flags["first_reply_at"] || !writes(f))
	}, all),
	"offers_accepted":  rated("offers", with("outcome", "accepted"), all),
	"offers_declined":  rated("offers", with("outcome", "declined"), all),
	"offers_timed_out": rated("offers", with("outcome", "timed_out"), all),
	"offers_rescinded": rated("offers", with("outcome", "rescinded"), all),
	"acceptance_rate":  rated("offers", with("outcome", "accepted"), with("outcome", "accepted", "declined", "timed_out")),
	"waits_within_threshold": rated("requester_waits",
		func(f *fact, p analytics.Parameters) bool {
			column := "wait_ms"
			if p["business"] == true {
				column = "wait_business_ms"
			}
			return seconds(f, column) <= p.Number("threshold_seconds")
		}, all),
	"service_level": rated("queue_visits",
		func(f *fact, p analytics.Parameters) bool {
			within := seconds(f, "wait_ms") <= p.Number("threshold_seconds")
			return within && (f.is("outcome", "answered") || p.Text("variant") == "any_exit")
		},
		func(f *fact, p analytics.Parameters) bool {
			short := f.is("outcome", "abandoned") && seconds(f, "wait_ms") < p.Number("short_abandon_seconds")
			switch p.Text("variant") {
			case "any_exit":
				return true
			case "contacts":
				return !short
			case "abandons_excluded":
				return f.is("outcome", "answered")
			case "short_abandons_excluded":
				return f.is("outcome", "answered") || f.is("outcome", "abandoned") && !short
			case "with_flow_outs":
				return !f.is("outcome", "closed")
			default:
				return f.is("outcome", "answered") || f.is("outcome", "abandoned")
			}
		}),
	"abandonment_rate": rated("queue_visits", abandoned, func(f *fact, p analytics.Parameters) bool {
		return !f.is("outcome", "abandoned") || abandoned(f, p)
	}),
	"csat": rated("ratings", func(f *fact, _ analytics.Parameters) bool { return onScale(f, "csat") && f.numbers["score"] >= 4 },
		func(f *fact, _ analytics.Parameters) bool { return onScale(f, "csat") && scored(f) }),
	"rating_response_rate": rated("ratings",
		func(f *fact, p analytics.Parameters) bool {
			return onScale(f, p.Text("survey")) && f.flags["requested_at"] && scored(f)
		},
		func(f *fact, p analytics.Parameters) bool {
			return onScale(f, p.Text("survey")) && f.flags["requested_at"]
		}),

	"end_reason_mix":   {table: "engagements", share: "end_reason", keep: all},
	"start_reason_mix": {table: "engagements", share: "start_reason", keep: all},

	"nps":                                {table: "ratings", of: promoterScore},
	"conversation_assignments_per_agent": {table: "engagements", of: perAgent},
	"tickets_engaged":                    {table: "engagements", of: perTicket},
	"legs_per_ticket":                    {table: "engagements", of: perTicket},
	"offers_per_engagement":              {table: "engagements", of: perEngagement},
	"one_touch_rate":                     {table: "engagements", of: oneTouch},
	"repeat_contact_rate":                {table: "engagements", of: repeated},
	"concurrency":                        {table: "engagements", of: concurrent, overlaps: true},
	"backlog":                            {table: "queue_visits", of: queued, overlaps: true},
}

func pastLimit(f *fact, p analytics.Parameters) (float64, bool) {
	days := seconds(f, "duration_ms") / 86_400
	return 1, days > p.Number("limit_days") || f.flags["expired"] && days == p.Number("limit_days")
}

func abandoned(f *fact, p analytics.Parameters) bool {
	return f.is("outcome", "abandoned") && (p.Text("short_abandons") == "included" || seconds(f, "wait_ms") >= p.Number("short_abandon_seconds"))
}

func promoterScore(_ *oracle, measure analytics.Measure, cell []piece, _, _ time.Time) *float64 {
	n, score := 0.0, 0.0
	for _, f := range cell {
		if onScale(f.fact, "nps") && scored(f.fact) {
			n++
			switch s := f.numbers["score"]; {
			case s >= 9:
				score++
			case s <= 6:
				score--
			}
		}
	}
	if measure == analytics.Count {
		return &n
	}
	if n == 0 {
		return nil
	}
	return new(100 * score / n)
}

// tally counts the facts by a value.
func tally(cell []piece, by func(*fact) string) []float64 {
	counts := map[string]float64{}
	for _, f := range cell {
		counts[by(f.fact)]++
	}
	delete(counts, "-")
	var numbers []float64
	for _, n := range counts {
		numbers = append(numbers, n)
	}
	return numbers
}

func perAgent(_ *oracle, measure analytics.Measure, cell []piece, _, _ time.Time) *float64 {
	return aggregate(measure, tally(cell, func(f *fact) string {
		if f.one("agent_id") == "" {
			return "-"
		}
		return f.one("agent_id")
	}), 1)
}

func perTicket(_ *oracle, measure analytics.Measure, cell []piece, _, _ time.Time) *float64 {
	return aggregate(measure, tally(cell, func(f *fact) string { return f.one("ticket_id") }), 1)
}

func perEngagement(o *oracle, measure analytics.Measure, cell []piece, _, _ time.Time) *float64 {
	var numbers []float64
	for _, leg := range cell {
		var before time.Time
		for _, other := range o.facts {
			if other.table == "engagements" && other.key == leg.key && other.organization == leg.organization && other.numbers["ordinal"] < leg.numbers["ordinal"] {
				before = later(before, other.start)
			}
		}
		n := 0.0
		for _, offer := range o.facts {
			if offer.table == "offers" && offer.key == leg.key && offer.organization == leg.organization &&
				offer.at.After(before) && !offer.at.After(leg.start) && (o.q.IncludeExpired || !offer.flags["expired"]) {
				n++
			}
		}
		if n > 0 {
			numbers = append(numbers, n)
		}
	}
	return aggregate(measure, numbers, 1)
}

func oneTouch(o *oracle, measure analytics.Measure, cell []piece, _, _ time.Time) *float64 {
	solved, once := map[string]bool{}, 0.0
	for _, f := range cell {
		if !f.is("end_reason", "status_solved") || solved[f.one("ticket_id")] {
			continue
		}
		solved[f.one("ticket_id")] = true
		legs := 0
		for _, other := range o.own {
			if other.one("ticket_id") == f.one("ticket_id") && o.counts(other, false) {
				legs++
			}
		}
		if replies, ok := f.numbers["agent_replies"]; legs == 1 && ok && replies == 1 {
			once++
		}
	}
	return proportion(measure, once, float64(len(solved)))
}

func repeated(o *oracle, measure analytics.Measure, cell []piece, _, _ time.Time) *float64 {
	whole, part := 0.0, 0.0
	for _, f := range cell {
		if f.one("requester_id") == "" || f.is("end_reason", "transferred") {
			continue
		}
		whole++
		if slices.ContainsFunc(o.own, func(other *fact) bool {
			days := other.start.Sub(f.at).Hours() / 24
			return other.id != f.id && other.one("requester_id") == f.one("requester_id") && !other.is("start_reason", "transferred") &&
				days > 0 && days <= o.q.Parameters.Number("days") && o.counts(other, false)
		}) {
			part++
		}
	}
	return proportion(measure, part, whole)
}

// atOnce walks from instant to instant and returns for how long how many pieces lasted.
func atOnce(cell []piece) (weighted, busy, most float64) {
	var instants []time.Time
	for _, p := range cell {
		instants = append(instants, p.from, p.to)
	}
	slices.SortFunc(instants, time.Time.Compare)
	for i := 1; i < len(instants); i++ {
		n, length := 0.0, instants[i].Sub(instants[i-1]).Seconds()
		for _, p := range cell {
			if !p.from.After(instants[i-1]) && !p.to.Before(instants[i]) && length > 0 {
				n++
			}
		}
		weighted += n * length
		if n > 0 {
			busy += length
		}
		most = max(most, n)
	}
	return weighted, busy, most
}

func concurrent(_ *oracle, measure analytics.Measure, cell []piece, _, _ time.Time) *float64 {
	agents := map[string][]piece{}
	for _, p := range cell {
		agents[p.one("agent_id")] = append(agents[p.one("agent_id")], p)
	}
	var weighted, busy, most float64
	for _, pieces := range agents {
		w, b, m := atOnce(pieces)
		weighted, busy, most = weighted+w, busy+b, max(most, m)
	}
	if measure == analytics.Max {
		return &most
	}
	if busy == 0 {
		return nil
	}
	return new(weighted / busy)
}

func queued(_ *oracle, measure analytics.Measure, cell []piece, from, to time.Time) *float64 {
	weighted, _, most := atOnce(cell)
	if measure == analytics.Max {
		return &most
	}
	if to.Equal(from) {
		return nil
	}
	return new(weighted / to.Sub(from).Seconds())
}

// measure computes one measure of one cell.
func (o *oracle) measure(measure analytics.Measure, cell []piece, whole float64, from, to time.Time) expected {
	m, p := o.m, o.q.Parameters
	count := func(keep func(*fact, analytics.Parameters) bool) (n float64) {
		for _, f := range cell {
			if keep(f.fact, p) {
				n++
			}
		}
		return n
	}
	switch {
	case m.of != nil:
		return expected{values: []*float64{m.of(o, measure, cell, from, to)}}
	case m.share != "":
		return expected{values: []*float64{proportion(measure, o.kept(cell), whole)}}
	case m.part != nil:
		both := func(f *fact, p analytics.Parameters) bool { return m.part(f, p) && m.whole(f, p) }
		return expected{values: []*float64{proportion(measure, count(both), count(m.whole))}}
	case m.above != "":
		return expected{values: []*float64{o.ratio(cell)}}
	}
	read := m.value
	if o.q.BusinessHours {
		read = m.business
	}
	var values []float64
	shares := make([]int64, len(o.q.Edges)+1)
	for _, f := range cell {
		if v, ok := read(f.fact, p); ok {
			values = append(values, v*f.part)
			shares[rangeOf(o.q.Edges, v/m.scale)]++
		}
	}
	if measure == analytics.Distribution {
		return expected{shares: shares, values: []*float64{nil}}
	}
	return expected{values: []*float64{aggregate(measure, values, m.scale)}}
}

// kept is how many facts share a whole.
func (o *oracle) kept(pieces []piece) (n float64) {
	for _, f := range pieces {
		if o.m.keep(f.fact, o.q.Parameters) {
			n++
		}
	}
	return n
}

// rangeOf is the number of edges that are not above the value.
func rangeOf(edges []float64, value float64) (n int) {
	for _, edge := range edges {
		if edge <= value {
			n++
		}
	}
	return n
}

func (o *oracle) ratio(cell []piece) *float64 {
	above, below := 0.0, 0.0
	column := o.m.above
	if o.q.BusinessHours {
		column = "wait_total_business_ms"
	}
	for _, f := range cell {
		above, below = above+f.numbers[column], below+f.numbers[o.m.below]
	}
	if below == 0 {
		return nil
	}
	return new(above / below / o.m.scale)
}

// agree reports whether two numbers agree but for rounding.
func agree(a, b *float64, scale float64) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return math.Abs(*a-*b) <= 1e-9*max(math.Abs(*a), math.Abs(*b), scale)
}
