package analytics

// visitDuration is a metric of the queue visits for which a condition holds.
func visitDuration(id, name, description, where string) *Metric {
	return &Metric{
		ID: id, Name: name, Description: description,
		Unit: Seconds, Record: "queue_visits", Kind: Valued, Spans: true,
		Terms:    fixed(Term{Value: "wait_ms", Where: where}),
		Measures: durationMeasures, Filters: visitFilters,
	}
}

// shortAbandon is the parameter below which an abandonment is no real one.
var shortAbandon = Parameter{
	ID: "short_abandon_seconds", Description: "Abandonments after less than this are short, in seconds.", Default: 5, Least: 0, Most: 3600,
}

// queueMetrics say how queues were served.
var queueMetrics = []*Metric{
	visitDuration("speed_of_answer", "Speed of answer",
		"acceptance - entry into the queue, in seconds, of queue visits that were answered", "outcome = 'answered'"),
	visitDuration("queue_wait", "Queue wait",
		"exit - entry into the queue, in seconds, of all queue visits, whatever the exit", ""),
	{
		ID: "service_level", Name: "Service level",
		Description: "answered within threshold_seconds / (answered + abandoned) x 100; the variant changes what counts, see its description",
		Unit:        Percent, Record: "queue_visits", Kind: Rate, Terms: serviceLevel,
		Measures: rateMeasures, Filters: visitFilters,
		Parameters: []Parameter{
			serviceLevelVariant,
			{ID: "threshold_seconds", Description: "Exits after at most this are within, in seconds.", Default: 20, Least: 0, Most: 604_800},
			shortAbandon,
		},
	},
	{
		ID: "abandonment_rate", Name: "Abandonment rate",
		Description: "abandoned / queued x 100; with short_abandons excluded, short abandonments count on neither side",
		Unit:        Percent, Record: "queue_visits", Kind: Rate,
		Terms: func(p Parameters) []Term {
			if p.Text("short_abandons") == "included" {
				return []Term{{Where: "outcome = 'abandoned'"}, {}}
			}
			short := []any{milliseconds(p, shortAbandon.ID)}
			return []Term{
				{Where: "outcome = 'abandoned' AND wait_ms >= ?", Args: short},
				{Where: "NOT (outcome = 'abandoned' AND wait_ms < ?)", Args: short},
			}
		},
		Measures: rateMeasures, Filters: visitFilters,
		Parameters: []Parameter{
			{ID: "short_abandons", Description: "Whether short abandonments count.", Choices: []string{"included", "excluded"}},
			shortAbandon,
		},
	},
	visitDuration("time_to_abandon", "Time to abandon",
		"abandonment - entry into the queue, in seconds, of queue visits that were abandoned", "outcome = 'abandoned'"),
	{
		ID: "backlog", Name: "Backlog",
		Description: "Average = sum(seconds that conversations spent in the queue within the period) / seconds of the period that have passed; Max = most conversations in it at one time",
		Unit:        Counts, Record: "queue_visits", Kind: Custom,
		Measures: []Measure{Average, Max}, Filters: visitFilters,
	},
}

// The variants of service levels.
const (
	allAbandons         = "all_abandons"
	shortExcluded       = "short_abandons_excluded"
	abandonsExcluded    = "abandons_excluded"
	withFlowOuts        = "with_flow_outs"
	anyExit             = "any_exit"
	contactsModel       = "contacts"
	flowedOut           = "outcome IN ('flowed_out', 'overflowed')"
	answeredOrAbandoned = "outcome IN ('answered', 'abandoned')"
)

var serviceLevelVariant = Parameter{
	ID: "variant",
	Description: "What counts. all_abandons: answered within / (answered + abandoned). " +
		"short_abandons_excluded: the same without short abandonments. abandons_excluded: answered within / answered. " +
		"with_flow_outs: answered within / (answered + abandoned + flowed out). " +
		"any_exit: left by any exit within / queued. contacts: answered within / (queued - short abandonments). " +
		"Overflows count as flowed out.",
	Choices: []string{allAbandons, shortExcluded, abandonsExcluded, withFlowOuts, anyExit, contactsModel},
}

// serviceLevel compares queue visits by the variant.
func serviceLevel(p Parameters) []Term {
	threshold, short := milliseconds(p, "threshold_seconds"), milliseconds(p, shortAbandon.ID)
	within := Term{Where: "outcome = 'answered' AND wait_ms <= ?", Args: []any{threshold}}
	switch p.Text("variant") {
	case shortExcluded:
		return []Term{within, {Where: "(outcome = 'answered' OR outcome = 'abandoned' AND wait_ms >= ?)", Args: []any{short}}}
	case abandonsExcluded:
		return []Term{within, {Where: "outcome = 'answered'"}}
	case withFlowOuts:
		return []Term{within, {Where: "(" + answeredOrAbandoned + " OR " + flowedOut + ")"}}
	case anyExit:
		return []Term{{Where: "wait_ms <= ?", Args: []any{threshold}}, {}}
	case contactsModel:
		return []Term{within, {Where: "NOT (outcome = 'abandoned' AND wait_ms < ?)", Args: []any{short}}}
	default:
		return []Term{within, {Where: answeredOrAbandoned}}
	}
}
