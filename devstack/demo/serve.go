package demo

import "engaged/engagement"

// serve plays an agent's leg and returns the agent of the next one, or "" when it is over.
func (s *script) serve(agent string) string {
	if agent == "901" || agent == "902" {
		s.pass(second)
		s.by(agent, engagement.AgentMessage)
		s.pass(30 * second)
		s.customer()
		return s.transfer(agent)
	}
	s.talk(agent)
	switch n := s.random.IntN(100); {
	case n < 15:
		return s.transfer(agent)
	case n < 19:
		s.pass(minute)
		next := s.human(agent)
		s.assign(next, "manual")
		return next
	case n < 22:
		s.pass(minute)
		s.by(agent, engagement.AgentUnassigned)
		s.pass(10 * second)
		s.queue(s.channel.queue)
		return s.route(agent)
	case n < 32 && s.channel.talks:
		return s.silence(agent)
	case n < 35:
		s.tag([]string{"unfinished"}, nil)
		return ""
	default:
		return s.finish(agent)
	}
}

// talk is the conversation proper.
func (s *script) talk(agent string) {
	if !s.channel.talks {
		s.pass(3 * minute)
		if s.chance(25) {
			s.by(agent, engagement.HoldStarted)
			s.pass(40 * second)
			s.by(agent, engagement.HoldEnded)
		}
		s.pass(2 * minute)
		return
	}
	for range 1 + s.random.IntN(6) {
		s.pass(s.channel.pace)
		s.by(agent, engagement.AgentMessage)
		switch {
		case s.chance(15):
			s.pass(4 * second)
			s.by(agent, engagement.AgentMessage)
		case s.chance(10):
			s.add(engagement.AgentMessage, func(e *engagement.Event) { e.AgentID, e.Data.Visibility = agent, "internal" })
		case s.chance(5):
			s.add(engagement.AgentMessage, func(e *engagement.Event) { e.AgentID, e.Data.Automatic = agent, true })
		}
		for range 1 + s.random.IntN(2) {
			s.pass(s.channel.pace)
			s.customer()
		}
	}
	if s.chance(80) {
		s.pass(s.channel.pace)
		s.by(agent, engagement.AgentMessage)
	}
}

// transfer hands the conversation over and returns who takes it.
func (s *script) transfer(agent string) string {
	s.pass(20 * second)
	to, mode := engagement.Target{}, ""
	next := s.human(agent)
	switch s.random.IntN(4) {
	case 0:
		to.AgentID = next
	case 1:
		to.AgentID, mode = next, "offer"
	case 2:
		to.GroupID = s.one(groups...)
	default:
		to.QueueID = s.one("chats", "calls", "escalations")
	}
	s.add(engagement.ConversationTransferred, func(e *engagement.Event) {
		e.Actor = &engagement.Actor{Type: "agent", ID: agent}
		e.Data.To, e.Data.Mode = &to, mode
	})
	switch {
	case to.AgentID != "" && mode == "":
		if s.chance(30) {
			s.pass(second)
			s.assign(next, "")
		}
		return next
	case to.AgentID != "":
		s.propose(next)
		s.pass(8 * second)
		s.by(next, engagement.OfferAccepted)
		return next
	default:
		return s.route(agent)
	}
}

// silence is a customer who stops answering, and at times comes back.
func (s *script) silence(agent string) string {
	s.now = s.now.Add(11 * minute)
	s.pass(20 * minute)
	switch {
	case s.chance(40):
		return ""
	case s.chance(50):
		s.customer()
		return agent
	default:
		s.queue(s.channel.queue)
		s.customer()
		return s.route("")
	}
}

// finish ends the leg; some conversations come back.
func (s *script) finish(agent string) string {
	s.pass(20 * second)
	switch {
	case !s.channel.talks:
		s.add(engagement.ConversationClosed, func(e *engagement.Event) { e.Data.ClosedBy = s.one("agent", "end_user", "unknown") })
		s.wrapUp(agent)
		return ""
	case s.chance(10):
		s.by(agent, engagement.AgentEnded)
		return ""
	case s.chance(10):
		s.add(engagement.ConversationClosed, func(e *engagement.Event) { e.Data.ClosedBy = s.one("agent", "end_user") })
		return ""
	case s.chance(2):
		s.add(engagement.ConversationRemoved, nil)
		return ""
	}
	s.status(s.one("solved", "solved", "solved", "pending", "hold"))
	if !s.chance(18) {
		return ""
	}
	s.pass(2 * hour)
	s.customer()
	if s.chance(20) {
		s.now++
	}
	s.status("open")
	return agent
}

func (s *script) wrapUp(agent string) {
	switch {
	case s.chance(70):
		s.pass(second)
		s.by(agent, engagement.WrapupStarted)
		s.pass(45 * second)
		s.by(agent, engagement.WrapupEnded)
	case s.chance(40):
		s.by(agent, engagement.WrapupStarted)
	}
}

// survey asks for a rating, and gets some.
func (s *script) survey() {
	if s.chance(10) {
		s.pass(20 * minute)
		s.tag([]string{"reviewed"}, []string{"vip"})
	}
	if !s.chance(35) {
		return
	}
	survey := s.one("csat", "csat", "nps")
	s.pass(minute)
	s.add(engagement.RatingRequested, func(e *engagement.Event) { e.Data.Survey = survey })
	for s.chance(45) {
		s.pass(30 * minute)
		score := float64(1 + s.random.IntN(5))
		if survey == "nps" {
			score = float64(s.random.IntN(11))
		}
		s.add(engagement.ConversationRated, func(e *engagement.Event) { e.Data.Survey, e.Data.Score = survey, &score })
	}
}
