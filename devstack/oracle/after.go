package oracle

import (
	"cmp"
	"slices"

	"engaged/engagement"
)

// hold is the time on hold within a leg, by its own agent.
func (s *story) hold(l *leg) engagement.Millis {
	var since *engagement.Instant
	var sum engagement.Millis
	for _, e := range s.events {
		if e.AgentID != l.AgentID || e.Time < l.StartedAt || e.Time > *l.EndedAt {
			continue
		}
		switch {
		case e.Type == engagement.HoldStarted && since == nil:
			since = &e.Time
		case e.Type == engagement.HoldEnded && since != nil:
			sum += e.Time.Sub(*since)
			since = nil
		}
	}
	if since != nil {
		sum += l.EndedAt.Sub(*since)
	}
	return sum
}

// lastLegOf is the last leg that an agent had begun before event number i, or nil.
func (s *story) lastLegOf(agent string, i int) *leg {
	var found *leg
	for _, l := range s.legs {
		if l.start < i && (agent == "" || l.AgentID == agent) {
			found = l
		}
	}
	return found
}

// wrapup is the leg's wrap-up, nil without one or while it is open. It belongs to the agent's last
// leg; one that is open when the agent's next leg begins is still ended by what comes during that.
func (s *story) wrapup(l *leg) *engagement.Millis {
	var value *engagement.Millis
	begun, running := *l.EndedAt, false
	for i, e := range s.events {
		last := s.lastLegOf(e.AgentID, i)
		open := running && e.Time <= begun.Add(l.rules.wrapupLimit)
		leftOpen := open && last != nil && last.Ordinal > l.Ordinal && (!last.ended || i < last.over)
		if e.AgentID != l.AgentID || last != l && !leftOpen {
			continue
		}
		switch {
		case e.Type == engagement.WrapupStarted && last == l && !open:
			begun, running, value = max(*l.EndedAt, e.Time), true, nil
		case e.Type == engagement.WrapupEnded:
			if took := e.Time.Sub(begun); took >= 0 {
				value = &took
			}
			running = false
		}
	}
	if running && s.passed(begun.Add(l.rules.wrapupLimit), len(s.events)) {
		value = &l.rules.wrapupLimit
	}
	return value
}

// legTags are the tags at the leg's end, then what conversation.tagged changed within 24 hours.
func (s *story) legTags(l *leg) []string {
	n := s.through(*l.EndedAt)
	tags := s.tagsThrough(n - 1)
	for i := n; i < len(s.events); i++ {
		e := s.events[i]
		if e.Type == engagement.ConversationTagged && e.Time <= l.EndedAt.Add(day) {
			tags = retag(tags, e.Data)
		}
	}
	return tags
}

func (s *story) ratingRows() []engagement.Rating {
	rows := map[string]engagement.Rating{}
	for i, e := range s.events {
		if e.Type != engagement.RatingRequested && e.Type != engagement.ConversationRated {
			continue
		}
		survey := cmp.Or(e.Data.Survey, "csat")
		row := s.rating(i, survey)
		switch {
		case e.Type == engagement.ConversationRated:
			row.RequestedAt = rows[survey].RequestedAt
			row.RatedAt, row.Score, row.CommentLength = &e.Time, e.Data.Score, e.Data.CommentLength
		case rows[survey].RatedAt != nil:
			continue // who has answered is asked no more
		default:
			row.RequestedAt = &e.Time
		}
		rows[survey] = row
	}
	ordered := make([]engagement.Rating, 0, len(rows))
	for _, row := range rows {
		ordered = append(ordered, row)
	}
	slices.SortFunc(ordered, func(a, b engagement.Rating) int { return cmp.Compare(a.Survey, b.Survey) })
	return ordered
}

func (s *story) rating(i int, survey string) engagement.Rating {
	e, l := s.events[i], s.lastLegOf("", i)
	scale := engagement.Scale{Min: 1, Max: 5}
	if survey == "nps" {
		scale = engagement.Scale{Min: 0, Max: 10}
	}
	if e.Data.Scale != nil {
		scale = *e.Data.Scale
	}
	row := engagement.Rating{
		Survey: survey, ScaleMin: scale.Min, ScaleMax: scale.Max, AgentID: e.AgentID, GroupID: e.GroupID,
		Channel: s.channelAt(i), InitialChannel: s.first(i, channelOf), Direction: s.first(i, directionOf),
		ContactPoint: s.known(i, contactOf), TicketID: s.ticket(i), Tags: s.tagsThrough(i),
	}
	if l != nil {
		row.AgentID = cmp.Or(row.AgentID, l.AgentID)
		row.GroupID = cmp.Or(row.GroupID, l.GroupID)
		row.QueueID = l.QueueID
	}
	if o := s.lastOffer(i); o != nil {
		row.QueueID = cmp.Or(s.offerQueue(o), row.QueueID)
	}
	row.AgentType = s.agentType(row.AgentID)
	return row
}

// channelAt is the channel of the leg that event number i finds open, else the last one named.
func (s *story) channelAt(i int) string {
	if l := s.lastLegOf("", i); l != nil && (!l.ended || i < l.over) {
		return l.Channel
	}
	return s.known(i, channelOf)
}

// lastOffer is the last offer before event number i, or nil.
func (s *story) lastOffer(i int) *offer {
	var found *offer
	for _, o := range s.offers {
		if o.at < i && (found == nil || o.at > found.at) {
			found = o
		}
	}
	return found
}

// closesBySolving tells whether event number i closes the conversation by solving it.
func (s *story) closesBySolving(i int) bool {
	e := s.events[i]
	if e.Type != engagement.StatusChanged || e.Data.Status != "solved" {
		return false
	}
	group := ""
	if l := s.lastLegOf("", i); l != nil {
		group = l.GroupID
	}
	return s.rulesAt(e.Time, s.known(i, channelOf), group).closeSolved
}

func (s *story) closingRows() []engagement.Closing {
	var rows []engagement.Closing
	closed := false
	for i, e := range s.events {
		switch {
		case e.Type == engagement.ConversationClosed || s.closesBySolving(i):
			if !closed {
				rows = append(rows, s.closing(i, len(rows)+1))
			}
			closed = true
		case s.legStartingAt(i) != nil, e.Type == engagement.OfferCreated, s.entersQueue(i) != "",
			e.Type == engagement.StatusChanged && (e.Data.Status == "new" || e.Data.Status == "open"):
			closed = false
		}
	}
	return rows
}

func (s *story) closing(i, number int) engagement.Closing {
	e, l := s.events[i], s.lastLegOf("", i)
	by := cmp.Or(e.Data.ClosedBy, "unknown")
	row := engagement.Closing{
		Ordinal: number, ClosedAt: e.Time, ClosedBy: by, AgentID: e.AgentID, GroupID: e.GroupID,
		Channel: s.channelAt(i), InitialChannel: s.first(i, channelOf), Direction: s.first(i, directionOf),
		ContactPoint: s.known(i, contactOf), TicketID: s.ticket(i), Tags: s.tagsThrough(i),
	}
	if l != nil {
		if by == "agent" {
			row.AgentID = cmp.Or(row.AgentID, l.AgentID)
			row.GroupID = cmp.Or(row.GroupID, l.GroupID)
		}
		row.QueueID = l.QueueID
	}
	if v := s.visitAt(i); v != nil {
		row.QueueID = v.QueueID
	}
	row.AgentType = s.agentType(row.AgentID)
	return row
}
