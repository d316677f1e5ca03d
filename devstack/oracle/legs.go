package oracle

import (
	"cmp"
	"slices"

	"engaged/engagement"
)

// leg is a leg and where it lies among the events.
type leg struct {
	engagement.Leg
	// start is the number of the event that began it.
	start int
	// ended tells that EndedAt holds, and over is the number of the first event after the end.
	ended bool
	over  int
	offer *offer
	rules pinned
	// answers tells that its beginning answers an open visit: all but a transfer do.
	answers bool
}

// beginning is what an event says about a leg that it begins.
type beginning struct {
	agent, reason string
	offer         *offer
	// assume tells that the acceptance counts as its own offer.
	assume bool
}

func (s *story) legStartingAt(i int) *leg {
	for _, l := range s.legs {
		if l.start == i {
			return l
		}
	}
	return nil
}

// last is the last leg found so far, or nil.
func (s *story) last() *leg {
	if len(s.legs) == 0 {
		return nil
	}
	return s.legs[len(s.legs)-1]
}

// findLegs looks for a beginning, then for that leg's end, then for the next beginning.
func (s *story) findLegs() {
	for i := 0; i < len(s.events); {
		b := s.begins(i, nil)
		if b == nil {
			i++
			continue
		}
		for b != nil {
			l := s.begin(i, b)
			s.legs = append(s.legs, l)
			i, b = s.findEnd(l)
		}
	}
}

func (s *story) begin(i int, b *beginning) *leg {
	e := s.events[i]
	if b.assume {
		b.offer = &offer{at: i, event: e, assume: true}
		s.offers = append(s.offers, b.offer)
	}
	l := &leg{start: i, offer: b.offer}
	l.answers = e.Type != engagement.ConversationTransferred
	l.Leg = engagement.Leg{
		Ordinal: len(s.legs) + 1, AgentID: b.agent, AgentType: s.agentType(b.agent),
		GroupID:  cmp.Or(e.GroupID, s.transferGroup(i), s.offerGroup(b.offer), s.ownGroup(i, b.agent)),
		TicketID: s.ticket(i), RequesterID: s.known(i, requesterOf), Channel: s.known(i, channelOf),
		InitialChannel: s.first(i, channelOf), Direction: s.first(i, directionOf), ContactPoint: s.known(i, contactOf),
		StartedAt: e.Time, StartReason: b.reason, StatusStart: s.statusAtStart(i),
	}
	if b.offer != nil && !b.offer.assume {
		offered, took := b.offer.event.Time, e.Time.Sub(b.offer.event.Time)
		l.OfferedAt, l.OfferTime = &offered, &took
	}
	if previous := s.last(); previous != nil && previous.EndReason == "transferred" {
		gap := e.Time.Sub(*previous.EndedAt)
		l.HandoffGap = &gap
	}
	l.rules = s.rulesAt(e.Time, l.Channel, l.GroupID)
	l.SettingsVersion, l.ScheduleID = l.rules.version, l.rules.scheduleID
	if l.rules.inactivity && !l.rules.activityRule {
		l.InactivityPeriod, l.InactivityAnchor = &l.rules.period, l.rules.anchor
	}
	return l
}

// statusAtStart is the status before the changes at the instant of event number i; a change at
// that instant that names the status before it knows better.
func (s *story) statusAtStart(i int) string {
	at := s.events[i].Time
	first := slices.IndexFunc(s.events, func(e engagement.Event) bool { return e.Time == at })
	for _, e := range s.events[first:] {
		if e.Time == at && e.Type == engagement.StatusChanged {
			return cmp.Or(e.Data.PreviousStatus, s.statusBefore(first))
		}
	}
	return s.statusBefore(first)
}

// ownGroup is the group of the agent whose leg event number i begins: what intake stamped on an
// event about the agent; on a reopening there is none, and the leg stays where the last one was.
func (s *story) ownGroup(i int, agent string) string {
	reopens := s.events[i].Type == engagement.StatusChanged || s.events[i].Type == engagement.CustomerMessage
	if last := s.last(); reopens && last != nil {
		return last.GroupID
	}
	return s.Agents[agent].GroupID
}

// transferGroup is the group that the last transfer up to event number i went to, if no leg began
// since.
func (s *story) transferGroup(i int) string {
	for j := i; j >= 0 && (j == i || s.legStartingAt(j) == nil); j-- {
		if s.events[j].Type == engagement.ConversationTransferred {
			return s.events[j].Data.To.GroupID
		}
	}
	return ""
}

// findEnd finds the end of the newest leg. It returns the number of the event to go on from and,
// where that event itself begins the next leg, its beginning.
func (s *story) findEnd(l *leg) (int, *beginning) {
	for j := l.start + 1; ; j++ {
		if at, reason := s.deadline(l, j); s.passed(at, j) {
			s.end(l, j, at, reason)
			return j, nil
		}
		if j == len(s.events) {
			return j, nil
		}
		e := s.events[j]
		if b := s.begins(j, l); b != nil {
			s.end(l, j+1, e.Time, "transferred")
			return j, b
		}
		if reason := ends(e, l); reason != "" {
			s.end(l, j+1, e.Time, reason)
			return j + 1, nil
		}
	}
}

func (s *story) end(l *leg, over int, at engagement.Instant, reason string) {
	l.ended, l.over, l.EndedAt, l.EndReason = true, over, &at, reason
	l.Expired = reason == "expired"
	l.StatusEnd = s.statusBefore(s.through(at))
}

// through is the number of events with a time up to an instant.
func (s *story) through(at engagement.Instant) int {
	n := 0
	for n < len(s.events) && s.events[n].Time <= at {
		n++
	}
	return n
}

// ends tells the reason for which an event that begins no leg ends this one, if it does.
func ends(e engagement.Event, l *leg) string {
	switch e.Type {
	case engagement.AgentEnded:
		if e.AgentID == "" || e.AgentID == l.AgentID {
			return "agent_closed_conversation"
		}
	case engagement.ConversationClosed:
		by := map[string]string{"agent": "agent_closed_conversation", "end_user": "customer_closed_conversation"}
		return cmp.Or(by[e.Data.ClosedBy], "unknown")
	case engagement.ConversationTransferred:
		if e.Data.To.AgentID != l.AgentID {
			return "transferred"
		}
	case engagement.StatusChanged:
		return map[string]string{
			"pending": "status_pending_or_hold", "hold": "status_pending_or_hold",
			"solved": "status_solved", "closed": "status_solved", "deleted": "removed",
		}[e.Data.Status]
	case engagement.ConversationRemoved:
		return "removed"
	case engagement.AgentUnassigned:
		if e.AgentID == l.AgentID {
			return "removed"
		}
	}
	return ""
}

// deadline is the earliest instant at which time alone ends the leg, as things stand before event
// number j.
func (s *story) deadline(l *leg, j int) (engagement.Instant, string) {
	limit := l.StartedAt.Add(l.rules.openLimit)
	if anchor, ok := s.silentSince(l, j); ok && l.InactivityPeriod != nil {
		if at := anchor.Add(l.rules.period); at <= limit {
			return at, "inactivity_timeout"
		}
	}
	return limit, "expired"
}

// silentSince is the instant from which the leg's inactivity runs, if it runs.
func (s *story) silentSince(l *leg, j int) (engagement.Instant, bool) {
	customer := -1
	for i := 0; i < j; i++ {
		if isCustomerMessage(s.events[i]) {
			customer = i
		}
	}
	if l.rules.anchor == "last_end_user_message" {
		if customer < 0 {
			return l.StartedAt, true
		}
		return max(l.StartedAt, s.events[customer].Time), true
	}
	for i := customer + 1; i < j; i++ {
		if e := s.events[i]; isAgentMessage(e) && e.AgentID == l.AgentID && e.Time >= l.StartedAt {
			return e.Time, true
		}
	}
	return 0, false
}

func (s *story) legRows() []engagement.Leg {
	var rows []engagement.Leg
	for _, l := range s.legs {
		if !l.ended {
			continue
		}
		l.Tags = s.legTags(l)
		l.Hold = s.hold(l)
		l.Wrapup = s.wrapup(l)
		l.StartedInBusinessHours = inHours(l.rules.schedule, l.StartedAt)
		worked := business(l.rules.schedule, l.StartedAt, *l.EndedAt)
		l.BusinessDuration = &worked
		if l.FirstReplyAt != nil {
			reply := business(l.rules.schedule, l.StartedAt, *l.FirstReplyAt)
			l.FirstReplyBusiness = &reply
		}
		rows = append(rows, l.Leg)
	}
	return rows
}
