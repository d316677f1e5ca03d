package engagement

// Ticket statuses.
const (
	StatusNew     = "new"
	StatusOpen    = "open"
	StatusPending = "pending"
	StatusHold    = "hold"
	StatusSolved  = "solved"
	StatusClosed  = "closed"
	StatusDeleted = "deleted"
)

// How an offer ended.
const (
	OfferOutcomeAccepted  = "accepted"
	OfferOutcomeDeclined  = "declined"
	OfferOutcomeTimedOut  = "timed_out"
	OfferOutcomeRescinded = "rescinded"
	OfferOutcomeExpired   = "expired"
)

// How a queue visit ended.
const (
	VisitAnswered   = "answered"
	VisitFlowedOut  = "flowed_out"
	VisitAbandoned  = "abandoned"
	VisitOverflowed = "overflowed"
	VisitClosed     = "closed"
	VisitExpired    = "expired"
)

// Who closed a conversation.
const (
	ClosedByAgent   = "agent"
	ClosedByEndUser = "end_user"
	ClosedByUnknown = "unknown"
)

// Surveys.
const (
	SurveyCSAT = "csat"
	SurveyNPS  = "nps"
	SurveyCES  = "ces"
)

// Types of agents.
const (
	AgentHuman = "human"
	AgentBot   = "bot"
)

// Kinds of deadlines.
const (
	DeadlineInactivity  = "inactivity"
	DeadlineOfferExpiry = "offer_expiry"
	DeadlineWrapupLimit = "wrapup_limit"
	DeadlineOpenLimit   = "open_limit"
)

// Reasons of outcomes: why an entry changed nothing.
const (
	ReasonNotFound = "not_found"
	ReasonOver     = "over"
	ReasonTaken    = "taken"
	// ReasonHeld tells that the agent holds the leg already.
	ReasonHeld = "held"
	// ReasonClosed tells that the conversation is closed already.
	ReasonClosed = "already_closed"
	// ReasonOtherAgent tells that another agent holds the leg.
	ReasonOtherAgent = "other_agent"
)

// Values of the events' data that the rules look at.
const (
	visibilityInternal = "internal"
	modeDirect         = "direct"
	modeOffer          = "offer"

	assignRouting     = "routing"
	assignAssigned    = "assigned"
	assignManual      = "manual"
	assignReopened    = "reopened"
	assignTransferred = "transferred"
)

// paused reports whether a status is one from which the customer's ticket can be reopened.
func paused(status string) bool {
	return status == StatusPending || status == StatusHold || status == StatusSolved
}

// orElse returns the first text that is not empty.
func orElse(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
