package engagement

// end closes the open leg and everything in it.
func (f *folder) end(at Instant, reason string) {
	open := f.s.Leg
	f.s.Leg = nil
	leg := f.dress(open.Leg)
	end := max(at, leg.StartedAt)
	leg.EndedAt, leg.EndReason, leg.StatusEnd = &end, reason, f.status()
	leg.Expired = reason == EndExpired
	hours := f.schedule(leg.SettingsVersion, leg.ScheduleID)
	if open.HoldSince != nil {
		leg.Hold += max(0, end.Sub(*open.HoldSince))
	}
	leg.closeWait(end, false, hours)
	leg.BusinessDuration = new(hours.Between(leg.StartedAt, end))
	ref := LegRef{
		Ordinal: leg.Ordinal, AgentID: leg.AgentID, AgentType: leg.AgentType, GroupID: leg.GroupID,
		QueueID: leg.QueueID, Channel: leg.Channel, StartedAt: leg.StartedAt, EndedAt: end,
		EndReason: reason, Tags: leg.Tags, WrapupLimit: open.WrapupLimit,
	}
	if open.Wrapup {
		ref.WrapupSince, ref.WrapupFrom = &end, &end
	} else if open.WrapupEndedAt != nil && *open.WrapupEndedAt == end {
		// Both ends of a leg are inside: this wrap-up is none that was over before the end.
		leg.Wrapup = new(Millis(0))
	}
	f.writeWithLeg(open, leg)
	f.legs = append(f.legs, leg)
	f.s.RecentLegs = append(f.s.RecentLegs, ref)
	if extra := len(f.s.RecentLegs) - rememberedLegs; extra > 0 {
		f.s.RecentLegs = f.s.RecentLegs[extra:]
	}
	f.s.Returnable = reason == EndInactivityTimeout
}

// writeWithLeg writes the rows that waited for the leg's end.
func (f *folder) writeWithLeg(open *OpenLeg, leg Leg) {
	if open.Offer != nil {
		open.Offer.Expired = leg.Expired
		f.offers = append(f.offers, *open.Offer)
	}
	if open.Visit != nil {
		open.Visit.Expired = leg.Expired
		f.visits = append(f.visits, *open.Visit)
	}
}

// dress puts what is known of the conversation now into a leg.
func (f *folder) dress(leg Leg) Leg {
	leg.TicketID, leg.RequesterID = f.s.TicketID, f.s.RequesterID
	leg.InitialChannel, leg.Direction = f.s.InitialChannel, f.s.Direction
	leg.ContactPoint, leg.Tags = f.s.ContactPoint, f.s.Tags
	return leg
}

// justEnded returns the legs of this fold that ended at the current instant, oldest first: they
// hold what happens at that instant, whatever its rank.
func (f *folder) justEnded() []*Leg {
	var legs []*Leg
	first := len(f.legs)
	for first > 0 && *f.legs[first-1].EndedAt == f.moment.at {
		first--
	}
	for i := first; i < len(f.legs); i++ {
		legs = append(legs, &f.legs[i])
	}
	return legs
}

// agentEnded applies agent.ended.
func (f *folder) agentEnded(e *Entry) Outcome {
	if f.s.Leg == nil {
		f.s.Returnable = false
		return noLeg("")
	}
	if e.AgentID != "" && !f.holds(e.AgentID) {
		return noLeg(ReasonOtherAgent)
	}
	f.end(e.Time, EndAgentClosed)
	return applied
}

// removed applies conversation.removed.
func (f *folder) removed(e *Entry) Outcome {
	if f.s.Leg != nil {
		f.end(e.Time, EndRemoved)
	}
	f.unassign()
	f.s.Returnable = false
	f.rescindOffers(e.Time)
	f.endVisit(e.Time, VisitClosed)
	return applied
}

// agentUnassigned applies agent.unassigned.
func (f *folder) agentUnassigned(e *Entry) Outcome {
	switch {
	case f.s.Leg != nil && !f.holds(e.AgentID):
		return noLeg(ReasonOtherAgent)
	case f.s.Leg != nil:
		f.end(e.Time, EndRemoved)
	case f.s.AssigneeID != e.AgentID:
		return noLeg("")
	}
	f.unassign()
	f.s.Returnable = false
	return applied
}

// unassign forgets the assignee.
func (f *folder) unassign() { f.s.AssigneeID, f.s.AssigneeType, f.s.AssigneeGroupID = "", "", "" }
