package engagement

import "slices"

// offerAccepted applies offer.accepted: a fact, which cannot be refused unless it has lost.
func (f *folder) offerAccepted(e *Entry) Outcome {
	f.s.Returnable = false
	i := f.openOffer(e)
	if f.holds(e.AgentID) && !f.namesOtherChannel(e) {
		if i < 0 {
			return Outcome{Kind: Duplicate, Reason: ReasonHeld}
		}
		// Accepting an offer of what one already has begins nothing.
		f.writeOffer(f.resolveOffer(i, e.Time, OfferOutcomeAccepted))
		return applied
	}
	if leg := f.s.Leg; leg != nil && leg.Leg.AgentID != e.AgentID && f.offeredTo(e, i) <= leg.Leg.StartedAt {
		return superseded(ReasonTaken)
	}
	f.accept(e, i)
	return applied
}

// offeredTo returns when the offer that an acceptance means was created: that of the open one at
// the index, else of a past one, else the acceptance's own instant.
func (f *folder) offeredTo(e *Entry, i int) Instant {
	if i >= 0 {
		return *f.s.Offers[i].Offer.OfferedAt
	}
	if past := f.pastOffer(e); past >= 0 {
		if at := f.s.PastOffers[past].OfferedAt; at != nil {
			return *at
		}
		return *f.s.PastOffers[past].ResolvedAt
	}
	return e.Time
}

// acceptRequested applies offer.accept_requested: a command, which takes effect only if the offer
// is known and open and no other agent holds the leg.
func (f *folder) acceptRequested(e *Entry) Outcome {
	i := f.openOffer(e)
	other := f.s.Leg != nil && !f.holds(e.AgentID)
	switch {
	case f.holds(e.AgentID) && i < 0:
		return Outcome{Kind: Applied, Reason: ReasonHeld}
	case i < 0 && f.pastOffer(e) < 0:
		return superseded(ReasonNotFound)
	case other:
		return superseded(ReasonTaken)
	case i < 0:
		return superseded(ReasonOver)
	}
	f.touch(e)
	f.offerAccepted(e)
	f.touch(e)
	return applied
}

// accept begins a leg by the acceptance of the open offer at the index, else of one that is over,
// else of one that nobody has told of.
func (f *folder) accept(e *Entry, i int) {
	var o Offer
	past := f.pastOffer(e)
	switch {
	case i >= 0:
		o = f.resolveOffer(i, e.Time, OfferOutcomeAccepted)
	case past >= 0 && f.s.PastOffers[past].Outcome != OfferOutcomeAccepted:
		o = f.takeBack(past, e.Time)
	default:
		o = resolved(f.newOffer(e), e.Time, OfferOutcomeAccepted)
	}
	f.begin(e, beginning{
		agentID:   e.AgentID,
		agentType: orElse(e.AgentType, o.AgentType),
		groupID:   orElse(e.GroupID, f.s.TransferGroupID, o.GroupID, e.AgentGroupID),
		channel:   orElse(e.Channel, o.Channel),
		reason:    StartRoutingAccepted,
		offer:     &o,
	})
	f.rememberOffer(o)
}

// takeBack makes an offer that was over the accepted one. Its row, if this fold made it, is
// withdrawn: the leg writes it anew.
func (f *folder) takeBack(past int, at Instant) Offer {
	o := f.s.PastOffers[past]
	f.s.PastOffers = without(f.s.PastOffers, past)
	f.offers = slices.DeleteFunc(f.offers, func(row Offer) bool { return row.Ordinal == o.Ordinal })
	return resolved(o, at, OfferOutcomeAccepted)
}

// namesOtherChannel reports whether an assignment or acceptance names another channel than the
// open leg's.
func (f *folder) namesOtherChannel(e *Entry) bool {
	return e.Channel != "" && f.s.Leg.Leg.Channel != "" && ChannelOf(e.Channel).ID != f.s.Leg.Leg.Channel
}
