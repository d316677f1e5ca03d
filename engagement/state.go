package engagement

import "slices"

// How much a conversation remembers. Legs and offers that fall out can no longer be amended; past
// the most open offers the oldest is rescinded.
const (
	mostOpenOffers   = 500
	rememberedLegs   = 16
	rememberedOffers = 128
)

// State is the memory of a conversation: what a new run must know, and the accumulators of
// whatever is open, so that the fold of a prefix continues as if it had never stopped. Its zero
// value is a conversation of which nothing is known yet.
type State struct {
	// AssigneeID is the agent to whom the conversation belongs, with or without an open leg; empty
	// after an unassignment, a removal or a transfer that was not direct.
	AssigneeID      string `json:"assignee_id,omitempty"`
	AssigneeType    string `json:"assignee_type,omitempty"`
	AssigneeGroupID string `json:"assignee_group_id,omitempty"`
	// Status is the ticket status; empty while unknown, which counts as new.
	Status string `json:"status,omitempty"`
	// Channel is the one that the latest event named, InitialChannel the first.
	Channel        string `json:"channel,omitempty"`
	InitialChannel string `json:"initial_channel,omitempty"`
	// Direction is that of the first event that named one.
	Direction string `json:"direction,omitempty"`
	// TicketID, RequesterID and ContactPoint are those that the latest event named.
	TicketID     string `json:"ticket_id,omitempty"`
	RequesterID  string `json:"requester_id,omitempty"`
	ContactPoint string `json:"contact_point,omitempty"`
	// Tags is the current set, sorted.
	Tags []string `json:"tags,omitempty"`

	// PendingSince is the earliest customer message that nobody has answered.
	PendingSince *Instant `json:"pending_since,omitempty"`
	// FirstCustomerMessageAt is the conversation's first, FirstAnswered whether a person has
	// answered it.
	FirstCustomerMessageAt *Instant `json:"first_customer_message_at,omitempty"`
	FirstAnswered          bool     `json:"first_answered,omitempty"`

	// Leg is the open leg, Visit the open queue visit, Offers the open offers by ordinal.
	Leg    *OpenLeg    `json:"leg,omitempty"`
	Visit  *OpenVisit  `json:"visit,omitempty"`
	Offers []OpenOffer `json:"offers,omitempty"`
	// PastOffers are the offers resolved lately, by resolution: an acceptance may still name one.
	PastOffers []Offer `json:"past_offers,omitempty"`
	// LastOfferQueueID is the queue of the latest offer.
	LastOfferQueueID string `json:"last_offer_queue_id,omitempty"`
	// TransferGroupID is the target group of a transfer that no leg has followed yet.
	TransferGroupID string `json:"transfer_group_id,omitempty"`
	// RecentLegs are the legs that ended lately, oldest first; the last one is the last leg.
	RecentLegs []LegRef `json:"recent_legs,omitempty"`
	// Returnable tells that the last leg ended by inactivity and nothing has happened since that
	// keeps a customer's message from returning to the same agent.
	Returnable bool `json:"returnable,omitempty"`

	// Ratings are the conversation's surveys, one of each.
	Ratings []Rating `json:"ratings,omitempty"`
	// Closed tells that the conversation is closed and nothing has opened it again since.
	Closed bool `json:"closed,omitempty"`
	// ClosedAt is the latest closing, OpenedAt the latest leg, visit, offer or status new or open.
	ClosedAt *Instant `json:"closed_at,omitempty"`
	OpenedAt *Instant `json:"opened_at,omitempty"`

	// LegCount, OfferCount, VisitCount and ClosingCount are the highest ordinals so far.
	LegCount     int `json:"leg_count,omitempty"`
	OfferCount   int `json:"offer_count,omitempty"`
	VisitCount   int `json:"visit_count,omitempty"`
	ClosingCount int `json:"closing_count,omitempty"`

	// Floor is the end of the last leg that ended: recorded with this state, it makes every entry
	// with a time up to it late. 0 before the first.
	Floor Instant `json:"floor,omitzero"`
	// Clock is how far the conversation's time has got; 0 before the first entry.
	Clock Instant `json:"clock,omitzero"`
	// Lag is the smallest received_at - time of any entry, never negative; nil before the first.
	Lag *Millis `json:"lag_ms,omitempty"`
}

// OpenLeg is the leg that has not ended, with what its end will need.
type OpenLeg struct {
	Leg Leg `json:"leg"`
	// Offer is the offer whose acceptance began the leg, Visit the queue visit that it answered.
	// Their rows are written with the leg's, since an expired leg marks them.
	Offer *Offer `json:"offer,omitempty"`
	Visit *Visit `json:"visit,omitempty"`
	// LastCustomerAt is the customer's latest message in the leg.
	LastCustomerAt *Instant `json:"last_customer_at,omitempty"`
	// UnansweredAgentAt is the agent's first message after the customer's latest.
	UnansweredAgentAt *Instant `json:"unanswered_agent_at,omitempty"`
	// HoldSince is the start of the hold that is running.
	HoldSince *Instant `json:"hold_since,omitempty"`
	// Wrapup tells that the agent is wrapping up already, WrapupEndedAt when they last finished.
	Wrapup        bool     `json:"wrapup,omitempty"`
	WrapupEndedAt *Instant `json:"wrapup_ended_at,omitempty"`
	// LimitAt is when the leg expires.
	LimitAt Instant `json:"limit_at"`
	// WrapupLimit is how long its wrap-up may stay open.
	WrapupLimit Millis `json:"wrapup_limit_ms"`
}

// OpenOffer is an offer that nobody has answered.
type OpenOffer struct {
	Offer Offer `json:"offer"`
	// LimitAt is when the offer expires for want of any answer.
	LimitAt Instant `json:"limit_at"`
}

// OpenVisit is the queue visit that goes on.
type OpenVisit struct {
	Visit Visit `json:"visit"`
	// LimitAt is when the visit expires.
	LimitAt Instant `json:"limit_at"`
}

// LegRef is what the conversation remembers of a leg that ended: enough to attribute a rating or
// closing to it and to amend its wrap-up and tags.
type LegRef struct {
	Ordinal   int      `json:"ordinal"`
	AgentID   string   `json:"agent_id"`
	AgentType string   `json:"agent_type"`
	GroupID   string   `json:"group_id,omitempty"`
	QueueID   string   `json:"queue_id,omitempty"`
	Channel   string   `json:"channel,omitempty"`
	StartedAt Instant  `json:"started_at"`
	EndedAt   Instant  `json:"ended_at"`
	EndReason string   `json:"end_reason"`
	Tags      []string `json:"tags,omitempty"`
	// WrapupSince is the start of the wrap-up that is open; nil without one.
	WrapupSince *Instant `json:"wrapup_since,omitempty"`
	// WrapupFrom is the start of the last wrap-up; nil before the first.
	WrapupFrom *Instant `json:"wrapup_from,omitempty"`
	// WrapupLimit is how long a wrap-up may stay open.
	WrapupLimit Millis `json:"wrapup_limit_ms"`
}

// Idle reports that nothing of the conversation is open: no leg, offer, visit or wrap-up.
func (s *State) Idle() bool {
	return s.Leg == nil && s.Visit == nil && len(s.Offers) == 0 &&
		!slices.ContainsFunc(s.RecentLegs, func(l LegRef) bool { return l.WrapupSince != nil })
}

// LastLeg returns the leg that ended last, or nil.
func (s *State) LastLeg() *LegRef {
	if len(s.RecentLegs) == 0 {
		return nil
	}
	return &s.RecentLegs[len(s.RecentLegs)-1]
}

// clone copies everything that the fold changes in place; instants behind pointers and sets of
// tags are replaced, never changed, and may be shared.
func (s State) clone() State {
	s.Offers = slices.Clone(s.Offers)
	s.PastOffers = slices.Clone(s.PastOffers)
	s.RecentLegs = slices.Clone(s.RecentLegs)
	s.Ratings = slices.Clone(s.Ratings)
	if s.Leg != nil {
		leg := *s.Leg
		leg.Leg.Waits = slices.Clone(leg.Leg.Waits)
		leg.Offer, leg.Visit = clonePointer(leg.Offer), clonePointer(leg.Visit)
		s.Leg = &leg
	}
	s.Visit = clonePointer(s.Visit)
	return s
}

func clonePointer[T any](p *T) *T {
	if p == nil {
		return nil
	}
	return new(*p)
}
