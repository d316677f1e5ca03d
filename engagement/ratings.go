package engagement

// ratingRequested applies conversation.rating_requested: the latest request before the answer counts.
func (f *folder) ratingRequested(e *Entry) Outcome {
	r := f.rating(e)
	switch {
	case r.RatedAt != nil && e.Time >= *r.RatedAt:
		// Who has answered is asked no more: the answer keeps its own request.
		return applied
	case r.RequestedAt != nil && e.Time < *r.RequestedAt:
		return superseded(ReasonOver)
	}
	r.RequestedAt = new(e.Time)
	if r.RatedAt == nil {
		f.attribute(r, e)
	}
	f.rated[r.Survey] = true
	return applied
}

// ratingGiven applies conversation.rated.
func (f *folder) ratingGiven(e *Entry) Outcome {
	r := f.rating(e)
	if r.RatedAt != nil && e.Time < *r.RatedAt {
		return superseded(ReasonOver)
	}
	r.RatedAt, r.Score, r.CommentLength = new(e.Time), clonePointer(e.Data.Score), e.Data.CommentLength
	f.attribute(r, e)
	f.rated[r.Survey] = true
	return applied
}

// rating returns the conversation's rating of the event's survey, made if there is none.
func (f *folder) rating(e *Entry) *Rating {
	survey := orElse(e.Data.Survey, SurveyCSAT)
	for i := range f.s.Ratings {
		if f.s.Ratings[i].Survey == survey {
			return &f.s.Ratings[i]
		}
	}
	f.s.Ratings = append(f.s.Ratings, Rating{Survey: survey})
	return &f.s.Ratings[len(f.s.Ratings)-1]
}

// attribute says whom and what a rating is about: the last leg begun by its instant, unless the
// event names another agent.
func (f *folder) attribute(r *Rating, e *Entry) {
	scale := scaleOf(e.Data)
	r.ScaleMin, r.ScaleMax = scale.Min, scale.Max
	leg := f.legAt(e.Time)
	r.AgentID, r.AgentType, r.GroupID = f.author(e, leg)
	r.QueueID = orElse(f.s.LastOfferQueueID, leg.QueueID)
	r.Channel = orElse(leg.Channel, f.s.Channel)
	r.InitialChannel, r.Direction, r.ContactPoint = f.s.InitialChannel, f.s.Direction, f.s.ContactPoint
	r.TicketID = orElse(e.TicketID, f.s.TicketID, e.ConversationID)
	r.Tags = f.s.Tags
}

// author returns the event's agent, or that of a leg if the event names none or the same.
func (f *folder) author(e *Entry, leg LegRef) (id, kind, group string) {
	if e.AgentID == "" || e.AgentID == leg.AgentID {
		return leg.AgentID, leg.AgentType, leg.GroupID
	}
	return e.AgentID, agentType(e), orElse(e.GroupID, e.AgentGroupID)
}

// legAt returns the last leg begun by an instant; empty if there is none.
func (f *folder) legAt(at Instant) LegRef {
	if f.s.Leg != nil && f.s.Leg.Leg.StartedAt <= at {
		l := f.s.Leg.Leg
		return LegRef{AgentID: l.AgentID, AgentType: l.AgentType, GroupID: l.GroupID, QueueID: l.QueueID, Channel: l.Channel}
	}
	for i := len(f.s.RecentLegs) - 1; i >= 0; i-- {
		if f.s.RecentLegs[i].StartedAt <= at {
			return f.s.RecentLegs[i]
		}
	}
	return LegRef{}
}

// scaleOf returns the scale of a survey, by default 1 to 5, for nps 0 to 10.
func scaleOf(d Data) Scale {
	switch {
	case d.Scale != nil:
		return *d.Scale
	case d.Survey == SurveyNPS:
		return Scale{Min: 0, Max: 10}
	default:
		return Scale{Min: 1, Max: 5}
	}
}
