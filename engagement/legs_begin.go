package engagement

// beginning says how a leg begins.
type beginning struct {
	agentID, agentType, groupID string
	// channel, where it is not empty, is the one that the beginning names.
	channel string
	reason  string
	// offer is the offer that the agent accepted, already resolved; nil without one.
	offer *Offer
}

// begin ends the leg that is open, if any, and begins the next at the entry's instant.
func (f *folder) begin(e *Entry, b beginning) {
	at := e.Time
	if f.s.Leg != nil {
		f.end(at, EndTransferred)
	}
	f.rescindOffers(at)
	f.s.LegCount++
	channel := orElse(ChannelOf(b.channel).ID, f.s.Channel)
	rules := f.settings(at, channel, b.groupID)
	leg := &OpenLeg{
		Leg: Leg{
			Ordinal:         f.s.LegCount,
			AgentID:         b.agentID,
			AgentType:       b.agentType,
			GroupID:         b.groupID,
			Channel:         channel,
			StartedAt:       at,
			StartReason:     b.reason,
			StatusStart:     f.moment.statusBefore,
			SettingsVersion: rules.Version,
			Settle:          rules.Settle,
		},
		LimitAt:     at.Add(rules.OpenLimit),
		WrapupLimit: rules.WrapupLimit,
	}
	if rules.Inactivity {
		leg.Leg.InactivityPeriod, leg.Leg.InactivityAnchor = new(rules.InactivityPeriod), rules.InactivityAnchor
	}
	hours := f.schedule(rules.Version, rules.ScheduleID)
	if hours != nil {
		leg.Leg.ScheduleID = rules.ScheduleID
	}
	leg.Leg.StartedInBusinessHours = hours.Open(at)
	f.s.Leg = leg
	f.takeOffer(leg, b)
	f.answerVisit(leg)
	leg.Leg.QueueID = orElse(leg.Leg.QueueID, e.QueueID)
	if last := f.s.LastLeg(); last != nil && last.EndReason == EndTransferred {
		leg.Leg.HandoffGap = new(at.Sub(last.EndedAt))
	}
	f.s.AssigneeID, f.s.AssigneeType, f.s.AssigneeGroupID = b.agentID, b.agentType, b.groupID
	f.s.TransferGroupID, f.s.Returnable = "", false
	f.opened(at)
	f.takeMessages(leg)
}

// takeOffer makes the accepted offer the leg's.
func (f *folder) takeOffer(leg *OpenLeg, b beginning) {
	if b.offer == nil {
		return
	}
	o := *b.offer
	o.LegOrdinal = leg.Leg.Ordinal
	leg.Offer, leg.Leg.QueueID = &o, o.QueueID
	if o.OfferedAt != nil {
		leg.Leg.OfferedAt = o.OfferedAt
		leg.Leg.OfferTime = new(leg.Leg.StartedAt.Sub(*o.OfferedAt))
	}
}

// takeMessages opens the wait of a customer who is waiting already, and takes in the messages at
// the leg's first instant that came before it in rank.
func (f *folder) takeMessages(leg *OpenLeg) {
	at := leg.Leg.StartedAt
	if f.moment.agentSpoke {
		// Those messages were written during the leg after all: only its own agent's answer.
		f.s.PendingSince, f.s.FirstAnswered = f.moment.pendingBefore, f.moment.answeredBefore
	}
	if f.s.PendingSince != nil {
		f.openWait(leg, at)
	}
	for _, m := range f.moment.loose {
		switch {
		case m.Type == CustomerMessage:
			f.countCustomerMessage(leg, at)
		case m.AgentID == leg.Leg.AgentID:
			f.countAgentMessage(leg, m)
			f.answer()
		default:
			f.outcomes[m.Number] = noLeg(ReasonOtherAgent)
			continue
		}
		leg.Leg.touch(m.Number)
		f.outcomes[m.Number] = applied
	}
	f.moment.loose, f.moment.agentSpoke = nil, false
}

// opened notes that the conversation is open again.
func (f *folder) opened(at Instant) {
	f.s.Closed = false
	if f.s.OpenedAt == nil || *f.s.OpenedAt < at {
		f.s.OpenedAt = &at
	}
}
