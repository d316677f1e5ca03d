package analytics

import "engaged/engagement"

// offerOutcome counts the offers with an outcome.
func offerOutcome(id, name, outcome string) *Metric {
	return &Metric{
		ID: id, Name: name,
		Description: "count(offers " + outcome + "); Percentage = those / offers x 100",
		Unit:        Percent, Record: "offers", Kind: Rate, Terms: share(offerWas(outcome), ""),
		Measures: []Measure{Count, Percentage, Denominator, ConfidenceLow, ConfidenceHigh}, Filters: offerFilters,
	}
}

func offerWas(outcome string) string { return "outcome = '" + outcome + "'" }

// offerMetrics say what became of offers.
var offerMetrics = []*Metric{
	engagementDuration("offer_time", "Offer time to agent",
		"start - latest offer to the agent who accepted, in seconds; engagements without an offer do not count", "offer_time_ms"),
	{
		ID: "offers", Name: "Offers",
		Description: "count(offers that were accepted, declined or over in the period)",
		Unit:        Counts, Record: "offers", Kind: Counted, Terms: rows(""),
		Measures: []Measure{Count}, Filters: offerFilters,
	},
	offerOutcome("offers_accepted", "Offers accepted", engagement.OfferOutcomeAccepted),
	offerOutcome("offers_declined", "Offers declined", engagement.OfferOutcomeDeclined),
	offerOutcome("offers_timed_out", "Offers timed out", engagement.OfferOutcomeTimedOut),
	offerOutcome("offers_rescinded", "Offers rescinded", engagement.OfferOutcomeRescinded),
	{
		ID: "acceptance_rate", Name: "Acceptance rate",
		Description: "accepted / (accepted + declined + timed_out) x 100; rescinded offers were taken from the agent and do not count",
		Unit:        Percent, Record: "offers", Kind: Rate,
		Terms:    share(offerWas(engagement.OfferOutcomeAccepted), "outcome IN ('accepted', 'declined', 'timed_out')"),
		Measures: rateMeasures, Filters: offerFilters,
	},
	{
		ID: "offers_per_engagement", Name: "Offers per engagement",
		Description: "offers / engagements that had an offer; an engagement's offers are those of its conversation that were over by its start and not by the start of the engagement before it",
		Unit:        Ratios, Record: "engagements", Kind: Custom,
		Measures: []Measure{Average, Max, P95}, Filters: engagementFilters,
	},
	engagementDuration("time_to_accept_total", "Time to accept, in all",
		"start - entry into the queue, in seconds, with the time of all offers that failed before", "time_to_accept_ms"),
}
