package engagement

import "slices"

// offerCreated applies offer.created.
func (f *folder) offerCreated(e *Entry) Outcome {
	for i := range f.s.Offers {
		o := &f.s.Offers[i].Offer
		if e.Data.OfferID != "" && o.OfferID == e.Data.OfferID && o.AgentID == e.AgentID {
			return Outcome{Kind: Duplicate}
		}
	}
	if len(f.s.Offers) == mostOpenOffers {
		f.writeOffer(f.resolveOffer(0, e.Time, OfferOutcomeRescinded))
	}
	o := f.newOffer(e)
	o.OfferedAt, o.ExpiresAt = new(e.Time), clonePointer(e.Data.ExpiresAt)
	limit := f.settings(e.Time, o.Channel, o.GroupID).OpenLimit
	f.s.Offers = append(f.s.Offers, OpenOffer{Offer: o, LimitAt: e.Time.Add(limit)})
	f.s.Returnable = false
	f.opened(e.Time)
	return applied
}

// newOffer makes the next offer from the event that names it.
func (f *folder) newOffer(e *Entry) Offer {
	f.s.OfferCount++
	queue := e.QueueID
	if queue == "" && f.s.Visit != nil {
		queue = f.s.Visit.Visit.QueueID
	}
	f.s.LastOfferQueueID = queue
	return Offer{
		Ordinal:   f.s.OfferCount,
		OfferID:   e.Data.OfferID,
		AgentID:   e.AgentID,
		AgentType: agentType(e),
		GroupID:   orElse(e.GroupID, f.s.TransferGroupID, e.AgentGroupID),
		QueueID:   queue,
		Channel:   orElse(ChannelOf(e.Channel).ID, f.s.Channel),
		TicketID:  f.s.TicketID,
	}
}

// offerRefused applies offer.declined, offer.timed_out and offer.rescinded.
func (f *folder) offerRefused(e *Entry) Outcome {
	f.s.Returnable = false
	i := f.openOffer(e)
	if i < 0 {
		if f.pastOffer(e) < 0 {
			return noLeg(ReasonNotFound)
		}
		return superseded(ReasonOver)
	}
	outcome := map[EventType]string{
		OfferDeclined:  OfferOutcomeDeclined,
		OfferTimedOut:  OfferOutcomeTimedOut,
		OfferRescinded: OfferOutcomeRescinded,
	}[e.Type]
	f.writeOffer(f.resolveOffer(i, e.Time, outcome))
	return applied
}

// openOffer returns the index of the open offer that an event means, or -1: the one of its
// offer_id, else the latest to its agent that was created before its instant, else at it.
func (f *folder) openOffer(e *Entry) int {
	best, known := -1, f.knowsOffer(e)
	for i := range f.s.Offers {
		o := &f.s.Offers[i].Offer
		if o.AgentID != e.AgentID || *o.OfferedAt > e.Time {
			continue
		}
		if e.Data.OfferID != "" && o.OfferID == e.Data.OfferID {
			return i
		}
		// Where only one side names an offer_id it says nothing about which offer is meant.
		anonymous := e.Data.OfferID == "" || o.OfferID == "" && !known
		if anonymous && (best < 0 || *o.OfferedAt < e.Time || *f.s.Offers[best].Offer.OfferedAt == e.Time) {
			best = i
		}
	}
	return best
}

// knowsOffer reports whether an event's offer_id is that of an offer that is over.
func (f *folder) knowsOffer(e *Entry) bool {
	return e.Data.OfferID != "" && slices.ContainsFunc(f.s.PastOffers, func(o Offer) bool {
		return o.AgentID == e.AgentID && o.OfferID == e.Data.OfferID
	})
}

// pastOffer returns the index of the resolved offer that an event means, the latest of those to its
// agent, or -1.
func (f *folder) pastOffer(e *Entry) int {
	best, known := -1, f.knowsOffer(e)
	for i := range f.s.PastOffers {
		o := &f.s.PastOffers[i]
		if o.AgentID != e.AgentID || o.OfferedAt != nil && *o.OfferedAt > e.Time {
			continue
		}
		meant := e.Data.OfferID == "" || o.OfferID == e.Data.OfferID || o.OfferID == "" && !known
		if meant && (best < 0 || o.Ordinal > f.s.PastOffers[best].Ordinal) {
			best = i
		}
	}
	return best
}

// resolveOffer closes the open offer at an index and returns it.
func (f *folder) resolveOffer(i int, at Instant, outcome string) Offer {
	o := f.s.Offers[i].Offer
	f.s.Offers = without(f.s.Offers, i)
	return resolved(o, at, outcome)
}

// without returns a list without its element at an index; nil, as JSON has it, if none is left.
func without[T any](list []T, i int) []T {
	if len(list) == 1 {
		return nil
	}
	return slices.Delete(list, i, i+1)
}

func resolved(o Offer, at Instant, outcome string) Offer {
	if o.OfferedAt != nil {
		at = max(at, *o.OfferedAt)
	}
	o.ResolvedAt, o.Outcome = &at, outcome
	o.Expired = outcome == OfferOutcomeExpired
	return o
}

// writeOffer makes a resolved offer a row and remembers it.
func (f *folder) writeOffer(o Offer) {
	f.offers = append(f.offers, o)
	f.rememberOffer(o)
}

func (f *folder) rememberOffer(o Offer) {
	f.s.PastOffers = append(f.s.PastOffers, o)
	if extra := len(f.s.PastOffers) - rememberedOffers; extra > 0 {
		f.s.PastOffers = f.s.PastOffers[extra:]
	}
}

// rescindOffers rescinds every open offer.
func (f *folder) rescindOffers(at Instant) {
	f.expireOffers(at, OfferOutcomeRescinded, func(OpenOffer) bool { return true })
}

// expireOffers resolves the open offers that a test picks.
func (f *folder) expireOffers(at Instant, outcome string, picked func(OpenOffer) bool) {
	var left []OpenOffer
	for _, o := range f.s.Offers {
		if picked(o) {
			f.writeOffer(resolved(o.Offer, at, outcome))
		} else {
			left = append(left, o)
		}
	}
	f.s.Offers = left
}
