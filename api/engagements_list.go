package api

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"engaged/engagement"
	"engaged/models"
)

// engagementQuery lists the parameters of GET /v1/engagements.
var engagementQuery = []string{
	"state", "agent_id", "agent_type", "group_id", "queue_id", "channel", "ticket_id", "conversation_id", "requester_id",
	"direction", "start_reason", "end_reason", "tag", "started_after", "started_before", "ended_after", "ended_before",
	"older_than", "include_expired", "cursor", "limit",
}

// EngagementPage is one page of engagements, by start and id.
type EngagementPage struct {
	// Data is the page.
	Data []Engagement `json:"data"`
	// NextCursor, where there is more, is the value of cursor for the next page.
	NextCursor string `json:"next_cursor,omitempty"`
}

// listEngagements is GET /v1/engagements.
func (s *Server) listEngagements(c *call) (any, error) {
	q := queryOf(c)
	state := q.oneOf("state", "ended", "open", "all")
	filter := s.engagementFilter(q)
	limit := q.limit("limit", 50, 500)
	filter.After = q.cursor("cursor")
	if err := q.problem(); err != nil {
		return nil, err
	}
	filter.Limit = limit + 1
	rows, err := s.findEngagements(c, state, filter)
	if err != nil {
		return nil, unavailable(err)
	}
	page := EngagementPage{Data: rows[:min(limit, len(rows))]}
	if len(rows) > limit {
		page.NextCursor = cursorOf(page.Data[limit-1])
	}
	return page, nil
}

// findEngagements returns open legs, records, or both merged by start and id.
func (s *Server) findEngagements(c *call, state string, filter models.EngagementFilter) ([]Engagement, error) {
	rows := []Engagement{}
	// Open first: a leg that is recorded in between is then found twice, never not at all.
	if state != "ended" {
		open, err := s.deps.Store.OpenEngagements(c.ctx(), filter)
		if err != nil {
			return nil, err
		}
		for _, leg := range open {
			rows = append(rows, openEngagement(leg.ID, leg.ConversationID, leg.Leg))
		}
	}
	if state != "open" {
		ended, err := s.deps.Store.ListEngagements(c.ctx(), filter)
		if err != nil {
			return nil, err
		}
		for _, row := range ended {
			rows = append(rows, endedEngagement(row))
		}
	}
	rows = inOrder(rows)
	return rows[:min(filter.Limit, len(rows))], nil
}

// engagementFilter reads the filters; a filter matches any of its values.
func (s *Server) engagementFilter(q *query) models.EngagementFilter {
	f := models.EngagementFilter{
		OrganizationID:  q.c.principal.organization,
		AgentIDs:        q.values("agent_id"),
		GroupIDs:        q.values("group_id"),
		QueueIDs:        q.values("queue_id"),
		TicketIDs:       q.values("ticket_id"),
		ConversationIDs: q.values("conversation_id"),
		RequesterIDs:    q.values("requester_id"),
		Directions:      q.values("direction"),
		Tags:            q.values("tag"),
		StartReasons:    q.values("start_reason"),
		EndReasons:      q.values("end_reason"),
		StartedAfter:    q.instant("started_after"),
		StartedBefore:   q.instant("started_before"),
		EndedAfter:      q.instant("ended_after"),
		EndedBefore:     q.instant("ended_before"),
		IncludeExpired:  q.flag("include_expired"),
	}
	for _, name := range q.values("channel") {
		f.Channels = append(f.Channels, channelIDs(name)...)
	}
	switch kind := q.oneOf("agent_type", engagement.AgentHuman, engagement.AgentBot, "all"); kind {
	case engagement.AgentHuman, engagement.AgentBot:
		f.AgentTypes = []string{kind}
	}
	if age := q.age("older_than"); age != nil {
		before := engagement.At(s.now().Add(-*age))
		if f.StartedBefore == nil || before < *f.StartedBefore {
			f.StartedBefore = &before
		}
	}
	return f
}

// channelIDs returns the canonical ids that a name means: several channels may share one name of
// the compatible wire.
func channelIDs(name string) []string {
	var ids []string
	for _, channel := range engagement.Channels {
		if strings.EqualFold(channel.ID, name) {
			return []string{channel.ID}
		}
		if strings.EqualFold(channel.Wire, name) || strings.EqualFold(channel.Label, name) {
			ids = append(ids, channel.ID)
		}
	}
	if ids == nil {
		ids = []string{engagement.ChannelOf(name).ID}
	}
	return ids
}

// cursorOf names the place after the engagement.
func cursorOf(e Engagement) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d.%s", e.StartedAt, e.ID))
}

// cursor reads a place in the list; nil where there is none.
func (q *query) cursor(name string) *models.EngagementCursor {
	text := q.c.Query(name)
	if text == "" {
		return nil
	}
	decoded, err := base64.RawURLEncoding.DecodeString(text)
	started, id, found := strings.Cut(string(decoded), ".")
	at, numberErr := strconv.ParseInt(started, 10, 64)
	parsed, idErr := engagement.ParseID(id)
	if err != nil || !found || numberErr != nil || idErr != nil || outOfRange(at) {
		q.refuse(name, "must be the next_cursor of an earlier page")
		return nil
	}
	return &models.EngagementCursor{StartedAt: engagement.Instant(at), ID: parsed}
}

// outOfRange tells that Postgres could not hold the instant.
func outOfRange(at int64) bool {
	year := engagement.Instant(at).Time().Year()
	return year < 1 || year > 9999
}
