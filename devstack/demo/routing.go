package demo

import "engaged/engagement"

// first brings the conversation to its first agent, or to "" where the customer gives up.
func (s *script) first() string {
	switch {
	case s.channel.name == "messaging" && s.chance(15):
		bot := s.one("901", "902")
		s.assign(bot, "assigned")
		return bot
	case s.channel.name == "email" && s.chance(50):
		agent := s.human("")
		s.assign(agent, s.one("manual", "assigned"))
		return agent
	default:
		s.queue(s.channel.queue)
		return s.route("")
	}
}

func (s *script) queue(queue string) {
	s.add(engagement.QueueEntered, func(e *engagement.Event) { e.QueueID = queue })
}

func (s *script) assign(agent, reason string) {
	s.add(engagement.AgentAssigned, func(e *engagement.Event) { e.AgentID, e.Data.Reason = agent, reason })
}

// route offers the waiting conversation until somebody takes it or the customer gives up.
func (s *script) route(not string) string {
	for {
		s.pass(15 * second)
		switch {
		case s.chance(6):
			s.giveUp()
			return ""
		case s.chance(5):
			s.queue("overflow")
		case s.chance(8):
			agent := s.human(not)
			s.assign(agent, s.one("", "routing"))
			return agent
		case s.chance(12):
			return s.broadcast(not)
		case s.offer(not):
			return s.events[len(s.events)-1].AgentID
		}
	}
}

func (s *script) giveUp() {
	switch {
	case s.chance(60):
		s.add(engagement.ConversationClosed, func(e *engagement.Event) { e.Data.ClosedBy = "end_user" })
	default:
		s.add(engagement.QueueLeft, func(e *engagement.Event) {
			e.QueueID, e.Data.Reason = s.channel.queue, s.one("abandoned", "overflowed", "closed")
		})
	}
}

// propose writes an offer to an agent.
func (s *script) propose(agent string) {
	expires := s.now.Add(30 * second)
	named, limited := s.chance(70), s.chance(80)
	s.add(engagement.OfferCreated, func(e *engagement.Event) {
		e.AgentID, e.QueueID = agent, s.channel.queue
		if named {
			e.Data.OfferID = e.ID
		}
		if limited {
			e.Data.ExpiresAt = &expires
		}
	})
}

// offer proposes the conversation to one agent and tells whether they took it.
func (s *script) offer(not string) bool {
	agent := s.human(not)
	s.propose(agent)
	offered := s.now
	s.pass(7 * second)
	switch {
	case s.chance(72):
		s.by(agent, engagement.OfferAccepted)
		return true
	case s.chance(50):
		s.by(agent, engagement.OfferDeclined)
	case s.chance(20):
		s.by(agent, engagement.OfferRescinded)
	default:
		s.now = max(s.now, offered.Add(30*second))
		s.by(agent, engagement.OfferTimedOut)
	}
	return false
}

// broadcast proposes it to several at once; the losers answer too.
func (s *script) broadcast(not string) string {
	var agents []string
	for range 2 + s.random.IntN(3) {
		agent := s.human(not)
		agents = append(agents, agent)
		s.propose(agent)
		if s.chance(40) {
			s.pass(500)
		}
	}
	s.pass(6 * second)
	s.by(agents[0], engagement.OfferAccepted)
	for _, loser := range agents[1:] {
		if loser != agents[0] && s.chance(40) {
			s.pass(2 * second)
			s.by(loser, engagement.EventType(s.one(string(engagement.OfferAccepted), string(engagement.OfferDeclined))))
		}
	}
	return agents[0]
}
