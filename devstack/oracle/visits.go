package oracle

import (
	"cmp"
	"slices"

	"engaged/engagement"
)

// visit is a stay in a queue and the number of the event that began it.
type visit struct {
	engagement.Visit
	start int
}

// findVisits looks for the event that begins a visit, then for that visit's end, then for the next.
func (s *story) findVisits() {
	for i := 0; i < len(s.events); {
		queue := s.entersQueue(i)
		if queue == "" {
			i++
			continue
		}
		e := s.events[i]
		v := &visit{start: i, Visit: engagement.Visit{
			Ordinal: len(s.visits) + 1, QueueID: queue, Channel: s.known(i, channelOf), TicketID: s.ticket(i),
			Direction: s.first(i, directionOf), EnteredAt: e.Time,
		}}
		s.visits = append(s.visits, v)
		i = s.leave(v)
	}
	for _, v := range s.visits {
		if v.LegOrdinal == 0 {
			continue
		}
		l := s.legs[v.LegOrdinal-1]
		entered := v.EnteredAt
		l.QueueEnteredAt, l.QueueID = &entered, v.QueueID
		v.Expired = l.Expired
	}
	for _, l := range s.legs {
		if l.offer != nil {
			l.QueueID = cmp.Or(s.offerQueue(l.offer), l.QueueID)
		}
	}
}

func (s *story) entersQueue(i int) string {
	e := s.events[i]
	switch e.Type {
	case engagement.QueueEntered:
		return e.QueueID
	case engagement.ConversationTransferred:
		return e.Data.To.QueueID
	default:
		return ""
	}
}

// leave finds the end of a visit and returns the number of the event to go on from.
func (s *story) leave(v *visit) int {
	limit := v.EnteredAt.Add(s.rulesAt(v.EnteredAt, v.Channel, "").openLimit)
	for j := v.start + 1; ; j++ {
		if s.passed(limit, j) {
			v.LeftAt, v.Outcome, v.Expired = &limit, "expired", true
			return j
		}
		if j == len(s.events) {
			return j
		}
		outcome := s.leaves(j, v)
		if outcome == "" {
			continue
		}
		at := s.events[j].Time
		v.LeftAt, v.Outcome = &at, outcome
		if outcome == "answered" {
			l := s.legStartingAt(j)
			v.LegOrdinal, v.AgentID = l.Ordinal, l.AgentID
		}
		if s.entersQueue(j) != "" {
			return j
		}
		return j + 1
	}
}

// leaves tells the outcome that event number j gives to an open visit, if any.
func (s *story) leaves(j int, v *visit) string {
	e := s.events[j]
	if l := s.legStartingAt(j); l != nil && l.answers {
		return "answered"
	}
	switch e.Type {
	case engagement.ConversationTransferred:
		if !s.toHolder(j) && e.Data.To.QueueID != v.QueueID {
			return "flowed_out"
		}
	case engagement.QueueEntered:
		if e.QueueID != v.QueueID {
			return "flowed_out"
		}
	case engagement.QueueLeft:
		if e.QueueID == v.QueueID {
			return cmp.Or(e.Data.Reason, "closed")
		}
	case engagement.ConversationClosed:
		if e.Data.ClosedBy == "end_user" {
			return "abandoned"
		}
		return "closed"
	case engagement.ConversationRemoved:
		return "closed"
	case engagement.StatusChanged:
		if slices.Contains([]string{"solved", "closed", "deleted"}, e.Data.Status) {
			return "closed"
		}
	}
	return ""
}

// visitAt is the visit open just before event number j, or nil.
func (s *story) visitAt(j int) *visit {
	for _, v := range s.visits {
		if v.start < j && (v.LeftAt == nil || *v.LeftAt >= s.events[j].Time && !s.leftBefore(v, j)) {
			return v
		}
	}
	return nil
}

// leftBefore tells whether some event before number j, at its very instant, ended the visit.
func (s *story) leftBefore(v *visit, j int) bool {
	for i := v.start + 1; i < j; i++ {
		if s.leaves(i, v) != "" {
			return true
		}
	}
	return false
}

func (s *story) visitRows() []engagement.Visit {
	var rows []engagement.Visit
	for _, v := range s.visits {
		if v.LeftAt != nil {
			rows = append(rows, v.Visit)
		}
	}
	return rows
}
