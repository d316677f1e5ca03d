package engagement

// wrapupStarted applies wrapup.started: it belongs to the agent's last leg, which may still be open.
func (f *folder) wrapupStarted(e *Entry) Outcome {
	if f.holds(e.AgentID) && e.Time >= f.s.Leg.Leg.StartedAt {
		f.s.Leg.Wrapup, f.s.Leg.WrapupEndedAt = true, nil
		return applied
	}
	ref := f.lastLegOf(e.AgentID)
	if ref == nil {
		return noLeg("")
	}
	if ref.WrapupSince == nil {
		start := max(ref.EndedAt, e.Time)
		ref.WrapupSince, ref.WrapupFrom = &start, &start
	}
	return applied
}

// wrapupEnded applies wrapup.ended: it ends the agent's open wrap-up, else sets that of their last
// leg.
func (f *folder) wrapupEnded(e *Entry) Outcome {
	ref := f.wrappingUp(e.AgentID)
	if ref == nil && f.holds(e.AgentID) && e.Time >= f.s.Leg.Leg.StartedAt {
		f.s.Leg.Wrapup, f.s.Leg.WrapupEndedAt = false, new(e.Time)
		return applied
	}
	if ref == nil {
		ref = f.lastLegOf(e.AgentID)
	}
	if ref == nil {
		return noLeg("")
	}
	f.setWrapup(ref, e.Time)
	return applied
}

// setWrapup ends a leg's wrap-up at an instant.
func (f *folder) setWrapup(ref *LegRef, at Instant) {
	from := ref.EndedAt
	if ref.WrapupFrom != nil {
		from = *ref.WrapupFrom
	}
	ref.WrapupSince = nil
	value := max(0, at.Sub(from))
	if leg := f.row(ref.Ordinal); leg != nil {
		leg.Wrapup = &value
		return
	}
	f.amend(ref.Ordinal).Wrapup = &value
}

// expireWrapups closes the wrap-ups that have run into their limit.
func (f *folder) expireWrapups(at Instant) {
	for i := range f.s.RecentLegs {
		ref := &f.s.RecentLegs[i]
		if ref.WrapupSince != nil && ref.WrapupSince.Add(ref.WrapupLimit) <= at {
			f.setWrapup(ref, at)
		}
	}
}

// lastLegOf returns the agent's latest leg that ended, or nil.
func (f *folder) lastLegOf(agentID string) *LegRef {
	for i := len(f.s.RecentLegs) - 1; i >= 0; i-- {
		if f.s.RecentLegs[i].AgentID == agentID {
			return &f.s.RecentLegs[i]
		}
	}
	return nil
}

// wrappingUp returns the agent's latest leg whose wrap-up is open, or nil.
func (f *folder) wrappingUp(agentID string) *LegRef {
	for i := len(f.s.RecentLegs) - 1; i >= 0; i-- {
		if ref := &f.s.RecentLegs[i]; ref.AgentID == agentID && ref.WrapupSince != nil {
			return ref
		}
	}
	return nil
}

// row returns the leg's row if this fold made it.
func (f *folder) row(ordinal int) *Leg {
	for i := range f.legs {
		if f.legs[i].Ordinal == ordinal {
			return &f.legs[i]
		}
	}
	return nil
}

// amend returns the amendment of a leg that was recorded before.
func (f *folder) amend(ordinal int) *Amendment {
	for i := range f.amendments {
		if f.amendments[i].LegOrdinal == ordinal {
			return &f.amendments[i]
		}
	}
	f.amendments = append(f.amendments, Amendment{LegOrdinal: ordinal})
	return &f.amendments[len(f.amendments)-1]
}
