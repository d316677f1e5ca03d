package oracle

import (
	"cmp"
	"slices"

	"engaged/engagement"
)

// offer is an offer.created event, or an acceptance that counts as its own offer.
type offer struct {
	at     int
	event  engagement.Event
	assume bool
}

// fate is what has become of an offer.
type fate struct {
	outcome string
	at      engagement.Instant
	leg     *leg
}

func (s *story) findOffers() {
	for i, e := range s.events {
		if e.Type == engagement.OfferCreated {
			s.offers = append(s.offers, &offer{at: i, event: e})
		}
	}
}

// fateOf tells what had become of an offer before event number p; no outcome means open.
func (s *story) fateOf(o *offer, p int) fate {
	key := [2]int{o.at, p}
	f, ok := s.fates[key]
	if !ok {
		f = s.tellFate(o, p)
		s.fates[key] = f
	}
	return f
}

func (s *story) tellFate(o *offer, p int) fate {
	// Accepted is accepted, also when the offer was over before.
	for _, l := range s.legs {
		if l.start < p && l.offer == o {
			return fate{"accepted", l.StartedAt, l}
		}
	}
	limit := o.event.Time.Add(s.rulesAt(o.event.Time, s.known(o.at, channelOf), o.event.GroupID).openLimit)
	for i := o.at + 1; i <= p; i++ {
		if x := o.event.Data.ExpiresAt; x != nil && *x < limit && s.passed(*x, i) {
			return fate{outcome: "timed_out", at: *x}
		}
		if s.passed(limit, i) {
			return fate{outcome: "expired", at: limit}
		}
		if i == p {
			break
		}
		if outcome := s.resolves(i, o); outcome != "" {
			return fate{outcome: outcome, at: s.events[i].Time}
		}
	}
	return fate{}
}

// resolves tells the outcome that event number i gives to an offer open before it, if any.
func (s *story) resolves(i int, o *offer) string {
	e := s.events[i]
	named := map[engagement.EventType]string{
		engagement.OfferDeclined: "declined", engagement.OfferTimedOut: "timed_out", engagement.OfferRescinded: "rescinded",
	}
	switch {
	case s.legStartingAt(i) != nil:
		return "rescinded"
	case e.Type == engagement.OfferAccepted || e.Type == engagement.OfferAcceptRequested:
		// Who already holds the leg accepts what else they were offered, without a new leg.
		if s.holder(i) == e.AgentID && s.offerMeant(i) == o {
			return "accepted"
		}
	case named[e.Type] != "":
		if s.offerMeant(i) == o {
			return named[e.Type]
		}
	case e.Type == engagement.ConversationClosed || e.Type == engagement.ConversationRemoved:
		return "rescinded"
	case e.Type == engagement.StatusChanged && slices.Contains([]string{"solved", "closed", "deleted"}, e.Data.Status):
		return "rescinded"
	}
	return ""
}

// offerMeant finds the offer that event number i speaks of: the one it names, else the latest to
// that agent still open and created before that instant, else at it; failing those the latest one.
func (s *story) offerMeant(i int) *offer {
	e := s.events[i]
	theirs := slices.DeleteFunc(slices.Clone(s.offers), func(o *offer) bool {
		other := e.Data.OfferID != "" && e.Data.OfferID != o.event.Data.OfferID
		return o.at >= i || o.event.AgentID != e.AgentID || other
	})
	slices.SortStableFunc(theirs, func(a, b *offer) int {
		return cmp.Or(cmp.Compare(s.preference(a, i), s.preference(b, i)), cmp.Compare(b.at, a.at))
	})
	if len(theirs) == 0 {
		return nil
	}
	return theirs[0]
}

func (s *story) preference(o *offer, i int) int {
	switch {
	case s.fateOf(o, i).outcome != "":
		return 2
	case o.event.Time == s.events[i].Time:
		return 1
	default:
		return 0
	}
}

// offerGroup is the group that the offer names, else the one the conversation was transferred to,
// else the agent's.
func (s *story) offerGroup(o *offer) string {
	if o == nil {
		return ""
	}
	return cmp.Or(o.event.GroupID, s.transferGroup(o.at), s.Agents[o.event.AgentID].GroupID)
}

// offerQueue is the queue that the offer names, else the one the conversation waits in.
func (s *story) offerQueue(o *offer) string {
	if v := s.visitAt(o.at); v != nil {
		return cmp.Or(o.event.QueueID, v.QueueID)
	}
	return o.event.QueueID
}

func (s *story) offerRows() []engagement.Offer {
	slices.SortFunc(s.offers, func(a, b *offer) int { return cmp.Compare(a.at, b.at) })
	var rows []engagement.Offer
	for n, o := range s.offers {
		f := s.fateOf(o, len(s.events))
		if f.outcome == "" {
			continue
		}
		e := o.event
		row := engagement.Offer{
			Ordinal: n + 1, OfferID: e.Data.OfferID, AgentID: e.AgentID, AgentType: s.agentType(e.AgentID),
			GroupID: s.offerGroup(o), QueueID: s.offerQueue(o), Channel: s.known(o.at, channelOf), TicketID: s.ticket(o.at),
			ExpiresAt: e.Data.ExpiresAt, ResolvedAt: &f.at, Outcome: f.outcome, Expired: f.outcome == "expired",
		}
		if !o.assume {
			row.OfferedAt = &e.Time
		}
		if f.leg != nil {
			row.LegOrdinal = f.leg.Ordinal
			row.Expired = f.leg.Expired
		}
		rows = append(rows, row)
	}
	return rows
}
