package oracle

import (
	"cmp"
	"slices"

	"engaged/engagement"
)

// begins tells whether event number i begins a leg while leg l, or none, is open.
func (s *story) begins(i int, l *leg) *beginning {
	e := s.events[i]
	switch e.Type {
	case engagement.OfferAccepted:
		return s.beginsByAcceptance(i, l)
	case engagement.OfferAcceptRequested:
		if o := s.offerMeant(i); l == nil && o != nil && s.fateOf(o, i).outcome == "" {
			return &beginning{agent: e.AgentID, reason: "routing_assignment_accepted", offer: o}
		}
	case engagement.AgentAssigned:
		if l == nil || l.AgentID != e.AgentID || switchesChannel(e, l) {
			return s.beginsByAssignment(i, l)
		}
	case engagement.ConversationTransferred:
		to := e.Data.To.AgentID
		if to != "" && isDirect(e) && (l == nil || l.AgentID != to) {
			return &beginning{agent: to, reason: "transferred"}
		}
	case engagement.StatusChanged:
		from := cmp.Or(e.Data.PreviousStatus, s.statusBefore(i))
		if l == nil && e.Data.Status == "open" && isParked(from) && s.assignee(i) != "" {
			return &beginning{agent: s.assignee(i), reason: "reopened"}
		}
	case engagement.CustomerMessage:
		if l == nil && isCustomerMessage(e) && s.returns(i) {
			return &beginning{agent: s.assignee(i), reason: "reopened"}
		}
	}
	return nil
}

func (s *story) beginsByAcceptance(i int, l *leg) *beginning {
	e := s.events[i]
	o := s.offerMeant(i)
	b := &beginning{agent: e.AgentID, reason: "routing_assignment_accepted", offer: o}
	used := o != nil && s.fateOf(o, i).outcome == "accepted"
	if o == nil || used {
		b.offer, b.assume = nil, true
	}
	switch {
	case l == nil:
		return b
	case l.AgentID == e.AgentID:
		if switchesChannel(e, l) {
			return b
		}
		return nil
	case o == nil && e.Time > l.StartedAt, o != nil && o.event.Time > l.StartedAt:
		return b
	default:
		return nil
	}
}

func (s *story) beginsByAssignment(i int, l *leg) *beginning {
	e := s.events[i]
	b := &beginning{agent: e.AgentID}
	if e.Data.Reason == "" || e.Data.Reason == "routing" {
		if o := s.offerMeant(i); o != nil && s.fateOf(o, i).outcome == "" {
			return &beginning{agent: e.AgentID, reason: "routing_assignment_accepted", offer: o}
		}
	}
	given := map[string]string{
		"routing": "routing_assignment_accepted", "assigned": "assigned", "manual": "manual_assignment",
		"reopened": "reopened", "transferred": "transferred",
	}
	last := s.last()
	switch {
	case e.Data.Reason != "":
		b.reason = given[e.Data.Reason]
	case l != nil, last != nil && last.EndReason == "transferred":
		b.reason = "transferred"
	case isParked(s.statusBefore(i)):
		b.reason = "reopened"
	default:
		b.reason = "unknown"
	}
	return b
}

// returns tells whether a customer's message at number i, with no leg open, goes back to the agent
// whose leg ended by silence.
func (s *story) returns(i int) bool {
	l := s.last()
	if l == nil || l.EndReason != "inactivity_timeout" || s.assignee(i) != l.AgentID {
		return false
	}
	forbidden := []engagement.EventType{
		engagement.StatusChanged, engagement.ConversationClosed, engagement.ConversationRemoved, engagement.AgentEnded,
		engagement.ConversationTransferred, engagement.QueueEntered, engagement.QueueLeft, engagement.OfferCreated,
		engagement.OfferAccepted, engagement.OfferAcceptRequested, engagement.OfferDeclined, engagement.OfferTimedOut, engagement.OfferRescinded,
	}
	for j := s.through(*l.EndedAt); j < i; j++ {
		if slices.Contains(forbidden, s.events[j].Type) {
			return false
		}
	}
	return s.rulesAt(s.events[i].Time, s.known(i, channelOf), l.GroupID).returnTo == "same_agent"
}

// assignee is the agent the conversation belongs to before event number i, or "".
func (s *story) assignee(i int) string {
	agent := ""
	for j := 0; j < i; j++ {
		e := s.events[j]
		switch l := s.legStartingAt(j); {
		case l != nil:
			agent = l.AgentID
		case e.Type == engagement.AgentUnassigned && e.AgentID == agent,
			e.Type == engagement.ConversationRemoved,
			e.Type == engagement.ConversationTransferred && !s.toHolder(j):
			agent = ""
		}
	}
	return agent
}

// holder is the agent whose leg is open when event number j comes, or "".
func (s *story) holder(j int) string {
	for _, l := range s.legs {
		if l.start < j && (!l.ended || j < l.over) {
			return l.AgentID
		}
	}
	return ""
}

// toHolder tells whether event number j, a transfer, goes to the agent who holds the leg.
func (s *story) toHolder(j int) bool {
	return s.events[j].Data.To.AgentID != "" && s.events[j].Data.To.AgentID == s.holder(j)
}

func switchesChannel(e engagement.Event, l *leg) bool {
	return e.Channel != "" && l.Channel != "" && e.Channel != l.Channel
}

func isDirect(e engagement.Event) bool {
	return e.Data.Mode == "direct" || e.Data.Mode == "" && e.Data.To.AgentID != ""
}

func isParked(status string) bool {
	return status == "pending" || status == "hold" || status == "solved"
}

func isCustomerMessage(e engagement.Event) bool {
	return e.Type == engagement.CustomerMessage && !e.Data.Automatic
}

func isAgentMessage(e engagement.Event) bool {
	return e.Type == engagement.AgentMessage && !e.Data.Automatic && e.Data.Visibility != "internal"
}
