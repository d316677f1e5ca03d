package engagement

// closed applies conversation.closed.
func (f *folder) closed(e *Entry) Outcome {
	by := closedBy(e)
	if f.s.Leg != nil {
		f.end(e.Time, map[string]string{
			ClosedByAgent:   EndAgentClosed,
			ClosedByEndUser: EndCustomerClosed,
			ClosedByUnknown: EndUnknown,
		}[by])
	}
	f.s.Returnable = false
	outcome := f.close(e, by)
	f.rescindOffers(e.Time)
	if by == ClosedByEndUser {
		f.endVisit(e.Time, VisitAbandoned)
	} else {
		f.endVisit(e.Time, VisitClosed)
	}
	return outcome
}

// close writes a closing row unless the conversation is closed already.
func (f *folder) close(e *Entry, by string) Outcome {
	if f.s.Closed {
		return noLeg(ReasonClosed)
	}
	f.s.Closed, f.s.ClosedAt = true, new(e.Time)
	f.writeClosing(e, by)
	return applied
}

// lateClosing writes the row of a closing that comes after its leg's record. It does not close what
// has opened since.
func (f *folder) lateClosing(e *Entry, by string) Outcome {
	if f.s.Closed || f.s.ClosedAt != nil && *f.s.ClosedAt >= e.Time {
		return noLeg(ReasonClosed)
	}
	f.s.Closed = f.s.OpenedAt == nil || *f.s.OpenedAt <= e.Time
	f.s.ClosedAt = new(e.Time)
	f.writeClosing(e, by)
	return applied
}

// writeClosing makes the row of a closing.
func (f *folder) writeClosing(e *Entry, by string) {
	f.s.ClosingCount++
	leg := f.legAt(e.Time)
	c := Closing{
		Ordinal: f.s.ClosingCount, ClosedAt: e.Time, ClosedBy: by, QueueID: leg.QueueID,
		Channel: orElse(leg.Channel, f.s.Channel), InitialChannel: f.s.InitialChannel,
		Direction: f.s.Direction, ContactPoint: f.s.ContactPoint, TicketID: orElse(e.TicketID, f.s.TicketID, e.ConversationID), Tags: f.s.Tags,
	}
	if e.AgentID != "" || by == ClosedByAgent {
		c.AgentID, c.AgentType, c.GroupID = f.author(e, leg)
	}
	if v := f.s.Visit; v != nil && v.Visit.EnteredAt <= e.Time {
		c.QueueID = v.Visit.QueueID
	}
	f.closings = append(f.closings, c)
}

// closedBy returns who closed the conversation, unknown by default.
func closedBy(e *Entry) string { return orElse(e.Data.ClosedBy, ClosedByUnknown) }

// solvedBy returns who closed the conversation by solving it.
func solvedBy(e *Entry) string {
	switch {
	case e.Actor != nil && e.Actor.Type == "end_user":
		return ClosedByEndUser
	case e.AgentID != "", e.Actor != nil && (e.Actor.Type == "agent" || e.Actor.Type == "supervisor"):
		return ClosedByAgent
	default:
		return ClosedByUnknown
	}
}

// closesOnSolved reports whether an entry is a status solved that counts as a closing.
func (f *folder) closesOnSolved(e *Entry) bool {
	if e.Data.Status != StatusSolved {
		return false
	}
	leg := f.legAt(e.Time)
	return f.settings(e.Time, orElse(leg.Channel, f.s.Channel), leg.GroupID).CloseOnSolved
}
