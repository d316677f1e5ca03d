package engagement

// queueEntered applies queue.entered.
func (f *folder) queueEntered(e *Entry) Outcome {
	f.s.Returnable = false
	if f.s.Visit != nil && f.s.Visit.Visit.QueueID == e.QueueID {
		return applied
	}
	f.endVisit(e.Time, VisitFlowedOut)
	f.enterQueue(e, e.QueueID)
	return applied
}

// enterQueue opens a visit unless the conversation waits in that queue already.
func (f *folder) enterQueue(e *Entry, queue string) {
	if f.s.Visit != nil {
		return
	}
	f.s.VisitCount++
	limit := f.settings(e.Time, f.s.Channel, f.s.TransferGroupID).OpenLimit
	f.s.Visit = &OpenVisit{
		Visit: Visit{
			Ordinal: f.s.VisitCount, QueueID: queue, Channel: f.s.Channel, TicketID: f.s.TicketID,
			Direction: f.s.Direction, EnteredAt: e.Time,
		},
		LimitAt: e.Time.Add(limit),
	}
	f.opened(e.Time)
}

// queueLeft applies queue.left.
func (f *folder) queueLeft(e *Entry) Outcome {
	f.s.Returnable = false
	if f.s.Visit == nil || f.s.Visit.Visit.QueueID != e.QueueID {
		return noLeg(ReasonNotFound)
	}
	f.endVisit(e.Time, orElse(e.Data.Reason, VisitClosed))
	return applied
}

// endVisit ends the open visit, if any.
func (f *folder) endVisit(at Instant, outcome string) {
	if f.s.Visit == nil {
		return
	}
	v := f.s.Visit.Visit
	f.s.Visit = nil
	v.LeftAt, v.Outcome = new(max(at, v.EnteredAt)), outcome
	v.Expired = outcome == VisitExpired
	f.visits = append(f.visits, v)
}

// answerVisit makes the open visit, if any, the one that the leg answered.
func (f *folder) answerVisit(leg *OpenLeg) {
	if f.s.Visit == nil {
		return
	}
	v := f.s.Visit.Visit
	f.s.Visit = nil
	v.LeftAt, v.Outcome = new(max(leg.Leg.StartedAt, v.EnteredAt)), VisitAnswered
	v.LegOrdinal, v.AgentID = leg.Leg.Ordinal, leg.Leg.AgentID
	leg.Visit, leg.Leg.QueueEnteredAt = &v, new(v.EnteredAt)
	leg.Leg.QueueID = orElse(leg.Leg.QueueID, v.QueueID)
}
