package engagement

// applied is the outcome of an entry that took effect.
var applied = Outcome{Kind: Applied}

// noLeg is the outcome of an entry that found nothing it could belong to.
func noLeg(reason string) Outcome { return Outcome{Kind: NoLeg, Reason: reason} }

// superseded is the outcome of an entry that came too late to matter.
func superseded(reason string) Outcome { return Outcome{Kind: Superseded, Reason: reason} }

// apply lets one entry take effect and tells what became of it.
func (f *folder) apply(e *Entry) Outcome {
	if f.s.Floor != 0 && e.Time <= f.s.Floor {
		return f.late(e)
	}
	if f.moment.at != e.Time {
		f.moment = moment{at: e.Time, statusBefore: f.status()}
	}
	if e.Type == OfferAcceptRequested {
		// A command that is refused must leave no trace, so it brings no facts.
		return f.dispatch(e)
	}
	f.learn(e)
	f.touch(e)
	out := f.dispatch(e)
	f.touch(e)
	return out
}

// dispatch hands the entry to the rule of its type.
func (f *folder) dispatch(e *Entry) Outcome {
	switch e.Type {
	case QueueEntered:
		return f.queueEntered(e)
	case QueueLeft:
		return f.queueLeft(e)
	case OfferCreated:
		return f.offerCreated(e)
	case OfferAccepted:
		return f.offerAccepted(e)
	case OfferDeclined, OfferTimedOut, OfferRescinded:
		return f.offerRefused(e)
	case OfferAcceptRequested:
		return f.acceptRequested(e)
	case AgentAssigned:
		return f.agentAssigned(e)
	case AgentUnassigned:
		return f.agentUnassigned(e)
	case CustomerMessage:
		return f.customerMessage(e)
	case AgentMessage:
		return f.agentMessage(e)
	case ConversationTransferred:
		return f.transferred(e)
	case StatusChanged:
		return f.statusChanged(e)
	case HoldStarted, HoldEnded:
		return f.hold(e)
	case WrapupStarted:
		return f.wrapupStarted(e)
	case WrapupEnded:
		return f.wrapupEnded(e)
	case AgentEnded:
		return f.agentEnded(e)
	case ConversationRemoved:
		return f.removed(e)
	case ConversationClosed:
		return f.closed(e)
	case RatingRequested:
		return f.ratingRequested(e)
	case ConversationRated:
		return f.ratingGiven(e)
	case ConversationTagged:
		return f.tagged(e)
	case ClockReached:
		return applied
	default:
		panic("unknown event type " + string(e.Type))
	}
}

// late lets an entry that comes after its leg's record change what may still change: ratings, tags,
// closings and wrap-up.
func (f *folder) late(e *Entry) Outcome {
	switch e.Type {
	case RatingRequested:
		return f.ratingRequested(e)
	case ConversationRated:
		return f.ratingGiven(e)
	case ConversationTagged:
		return f.tagged(e)
	case WrapupStarted:
		return f.wrapupStarted(e)
	case WrapupEnded:
		return f.wrapupEnded(e)
	case ConversationClosed:
		return f.lateClosing(e, closedBy(e))
	case StatusChanged:
		if f.closesOnSolved(e) {
			return f.lateClosing(e, solvedBy(e))
		}
	default:
	}
	return Outcome{Kind: Late}
}

// learn takes in the facts about the conversation that any event may carry.
func (f *folder) learn(e *Entry) {
	s := &f.s
	s.TicketID = orElse(e.TicketID, s.TicketID, e.ConversationID)
	s.RequesterID = orElse(e.RequesterID, s.RequesterID)
	s.ContactPoint = orElse(e.ContactPoint, s.ContactPoint)
	s.Direction = orElse(s.Direction, e.Direction)
	if e.Channel != "" {
		s.Channel = ChannelOf(e.Channel).ID
		s.InitialChannel = orElse(s.InitialChannel, s.Channel)
	}
	if e.Tags != nil {
		s.Tags = tagSet(*e.Tags)
	}
}

// touch widens the range of entry numbers of the open leg.
func (f *folder) touch(e *Entry) {
	if f.s.Leg != nil {
		f.s.Leg.Leg.touch(e.Number)
	}
}

func (l *Leg) touch(number int64) {
	if l.FirstEntry == 0 || number < l.FirstEntry {
		l.FirstEntry = number
	}
	l.LastEntry = max(l.LastEntry, number)
}

// status returns the ticket status, new while it is unknown.
func (f *folder) status() string { return orElse(f.s.Status, StatusNew) }

// holds reports whether an agent holds the open leg.
func (f *folder) holds(agentID string) bool {
	return f.s.Leg != nil && f.s.Leg.Leg.AgentID == agentID
}

// agentType returns the type that intake stamped on the entry, human where it did not.
func agentType(e *Entry) string { return orElse(e.AgentType, AgentHuman) }
