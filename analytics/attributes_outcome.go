package analytics

import "engaged/engagement"

// outcomeAttributes say how an offer, a queue visit, a conversation or a survey ended.
var outcomeAttributes = []*Attribute{
	{
		ID: "outcome", Name: "Outcome", Type: Enumerated,
		Description: "How an offer ended (accepted, declined, timed_out, rescinded, expired) or a queue visit (answered, flowed_out, abandoned, overflowed, closed, expired).",
		Values: labelled(
			engagement.OfferOutcomeAccepted, "Accepted", engagement.OfferOutcomeDeclined, "Declined",
			engagement.OfferOutcomeTimedOut, "Timed out", engagement.OfferOutcomeRescinded, "Rescinded",
			engagement.VisitAnswered, "Answered", engagement.VisitFlowedOut, "Flowed out",
			engagement.VisitAbandoned, "Abandoned", engagement.VisitOverflowed, "Overflowed",
			engagement.VisitClosed, "Closed", engagement.VisitExpired, "Expired",
		),
	},
	{
		ID: "closed_by", Name: "Closed by", Type: Enumerated,
		Description: "Who closed the conversation.",
		Values: []Labelled{
			{engagement.ClosedByAgent, engagement.ClosedByWire(engagement.ClosedByAgent), "Agent"},
			{engagement.ClosedByEndUser, engagement.ClosedByWire(engagement.ClosedByEndUser), "Customer"},
			{engagement.ClosedByUnknown, engagement.ClosedByWire(engagement.ClosedByUnknown), "Unknown"},
		},
	},
	{
		ID: "survey", Name: "Survey", Type: Enumerated,
		Description: "The kind of survey.",
		Values: labelled(
			engagement.SurveyCSAT, "Customer satisfaction", engagement.SurveyNPS, "Net promoter score",
			engagement.SurveyCES, "Customer effort",
		),
	},
	{
		ID: "score", Name: "Score", Type: Numeric,
		Description: "The score that the customer gave, on the survey's own scale.",
	},
}
