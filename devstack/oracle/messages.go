package oracle

import (
	"cmp"
	"slices"

	"engaged/engagement"
)

// spoken is a message that counts and the leg it belongs to, nil for none.
type spoken struct {
	at    engagement.Event
	order int
	leg   *leg
}

// tellMessages fills in what messages say about the legs. Legs are intervals with both ends inside:
// a customer's message belongs to the first leg around it, an agent's to the agent's own.
func (s *story) tellMessages() {
	for _, l := range s.legs {
		s.tellWaits(l)
	}
	s.tellFirstResponse()
}

// owner is the leg that a message belongs to; around tells whether any leg lies around it.
func (s *story) owner(e engagement.Event) (own *leg, around bool) {
	for _, l := range s.legs {
		if e.Time < l.StartedAt || l.ended && e.Time > *l.EndedAt {
			continue
		}
		around = true
		if own == nil && (e.Type == engagement.CustomerMessage || e.AgentID == l.AgentID) {
			own = l
		}
	}
	return own, around
}

// messages are those that count for something, in order.
func (s *story) messages() []spoken {
	var all []spoken
	for i, e := range s.events {
		if !isCustomerMessage(e) && !isAgentMessage(e) {
			continue
		}
		own, around := s.owner(e)
		if own == nil && around {
			continue // another agent's message during a leg answers nothing
		}
		all = append(all, spoken{at: e, order: i, leg: own})
	}
	// At the instant that ends one leg and begins the next, the first leg's messages come first.
	slices.SortStableFunc(all, func(a, b spoken) int {
		return cmp.Or(cmp.Compare(a.at.Time, b.at.Time), cmp.Compare(ordinal(a.leg), ordinal(b.leg)), cmp.Compare(a.order, b.order))
	})
	return all
}

func ordinal(l *leg) int {
	if l == nil {
		return 0
	}
	return l.Ordinal
}

// tellWaits fills in the counts, replies and waits of a leg, on channels that have messages.
func (s *story) tellWaits(l *leg) {
	if l.Channel == "voice" || l.Channel == "callback" {
		return
	}
	var waits []engagement.Wait
	waiting := s.pendingAt(l)
	if waiting {
		waits = append(waits, engagement.Wait{OpenedAt: l.StartedAt})
	}
	for _, m := range s.messages() {
		switch at := m.at.Time; {
		case m.leg != l:
		case m.at.Type == engagement.CustomerMessage:
			l.CustomerMessages++
			if !waiting {
				waiting = true
				waits = append(waits, engagement.Wait{OpenedAt: at})
			}
		default:
			l.AgentMessages++
			if l.FirstReplyAt == nil {
				took := at.Sub(l.StartedAt)
				l.FirstReplyAt, l.FirstReply = &at, &took
			}
			if waiting {
				waiting = false
				l.AgentReplies++
				waits[len(waits)-1].ClosedAt, waits[len(waits)-1].Answered = &at, true
			}
		}
	}
	if waiting && l.ended {
		waits[len(waits)-1].ClosedAt = l.EndedAt
	}
	for i, w := range waits {
		if w.ClosedAt != nil {
			spent := business(l.rules.schedule, w.OpenedAt, *w.ClosedAt)
			waits[i].Business = &spent
		}
	}
	l.Waits = waits
}

// pendingAt tells whether a customer's message from before the leg stands unanswered at its start.
func (s *story) pendingAt(l *leg) bool {
	pending := false
	for _, m := range s.messages() {
		before := m.at.Time < l.StartedAt || m.at.Time == l.StartedAt && m.leg != nil && m.leg.Ordinal < l.Ordinal
		if before {
			pending = m.at.Type == engagement.CustomerMessage
		}
	}
	return pending
}

// tellFirstResponse finds the first human answer to the conversation's first customer message; it
// stands on the leg that gave it, if a leg did.
func (s *story) tellFirstResponse() {
	all := s.messages()
	asked := slices.IndexFunc(all, func(m spoken) bool { return m.at.Type == engagement.CustomerMessage })
	if asked < 0 {
		return
	}
	for _, m := range all[asked:] {
		if m.at.Type == engagement.AgentMessage && s.agentType(m.at.AgentID) == "human" {
			if m.leg != nil && m.leg.Channel != "voice" && m.leg.Channel != "callback" {
				took := m.at.Time.Sub(all[asked].at.Time)
				m.leg.FirstResponse = &took
			}
			return
		}
	}
}
