package api

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"engaged/engagement"
	"engaged/models"
)

// The page sizes of the compatible wire.
const (
	compatPage    = 10
	compatPageMax = 100
)

// CompatibleEngagement is one engagement as the reference API shows it: whole seconds, times in UTC
// without a zone, display strings, zeros where the reference prints zeros.
type CompatibleEngagement struct {
	// EngagementID has 32 upper-case hexadecimal digits.
	EngagementID string `json:"engagement_id"`
	// Ids that are integers are JSON numbers.
	TicketID    wireID `json:"ticket_id"`
	AgentID     wireID `json:"agent_id"`
	GroupID     wireID `json:"group_id"`
	RequesterID wireID `json:"requester_id"`
	// Channel is the reference's name, such as MESSAGING.
	Channel string `json:"channel"`
	// EngagementStartTime and EngagementEndTime have no zone: they are UTC.
	EngagementStartTime string `json:"engagement_start_time"`
	EngagementEndTime   string `json:"engagement_end_time"`
	// The reasons are display strings such as "Work Item Solved".
	EngagementStartReason string `json:"engagement_start_reason"`
	EngagementEndReason   string `json:"engagement_end_reason"`
	// The statuses are in upper case.
	TicketStatusStart string `json:"ticket_status_start"`
	TicketStatusEnd   string `json:"ticket_status_end"`
	// OfferTimeSeconds is 0 without an offer.
	OfferTimeSeconds int64 `json:"offer_time_seconds"`
	// AssignmentToFirstReplyTimeSeconds is 0 without a reply, and null with one where the
	// engagement began outside business hours.
	AssignmentToFirstReplyTimeSeconds *int64 `json:"assignment_to_first_reply_time_seconds"`
	AgentMessagesCount                int32  `json:"agent_messages_count"`
	AgentRepliesCount                 int32  `json:"agent_replies_count"`
	EndUserMessagesCount              int32  `json:"end_user_messages_count"`
	TotalRequesterWaitTimeSeconds     int64  `json:"total_requester_wait_time_seconds"`
	// AverageRequesterWaitTimeSeconds is the total by replies, of which there is at least one.
	AverageRequesterWaitTimeSeconds int64 `json:"average_requester_wait_time_seconds"`
	LongestRequesterWaitTimeSeconds int64 `json:"longest_requester_wait_time_seconds"`
}

// CompatiblePage is the reference's envelope.
type CompatiblePage struct {
	// AgentEngagementData is the page, by start and id.
	AgentEngagementData []CompatibleEngagement `json:"agent_engagement_data"`
	// NextPageURL leads to the next page, on our own host; null at the end.
	NextPageURL *string `json:"next_page_url"`
	// HasMore tells whether there is a next page.
	HasMore bool `json:"has_more"`
	// PageSize is the number of rows returned.
	PageSize int `json:"page_size"`
}

// wireID is an identifier that is a JSON number where it is an integer, null where it is empty.
type wireID string

// MarshalJSON writes the number, the text or null.
func (id wireID) MarshalJSON() ([]byte, error) {
	if id == "" {
		return []byte("null"), nil
	}
	// Only the canonical form: 007 and +7 are other identifiers than 7.
	if n, err := strconv.ParseInt(string(id), 10, 64); err == nil && strconv.FormatInt(n, 10) == string(id) {
		return []byte(id), nil
	}
	return json.Marshal(string(id))
}

// listCompatible is GET /api/v2/engagements.
func (s *Server) listCompatible(c *call) (any, error) {
	q := queryOf(c)
	filter := s.compatFilter(q)
	size := q.compatPageSize()
	if err := q.problem(); err != nil {
		return nil, err
	}
	filter.Limit = size + 1
	rows, err := s.deps.Store.ListEngagements(c.ctx(), filter)
	if err != nil {
		return nil, unavailable(err)
	}
	page := CompatiblePage{AgentEngagementData: []CompatibleEngagement{}, HasMore: len(rows) > size}
	for _, row := range rows[:min(size, len(rows))] {
		page.AgentEngagementData = append(page.AgentEngagementData, compatible(row))
	}
	page.PageSize = len(page.AgentEngagementData)
	if page.HasMore {
		page.NextPageURL = new(s.nextPage(c, rows[size-1], size))
	}
	return page, nil
}

// getCompatible is GET /api/v2/engagements/{engagement_id}.
func (s *Server) getCompatible(c *call) (any, error) {
	id, err := engagement.ParseID(c.Param("engagement_id"))
	if err != nil {
		return nil, notFound("engagement")
	}
	row, err := s.deps.Store.Engagement(c.ctx(), c.principal.organization, id)
	if errors.Is(err, models.ErrNotFound) {
		return nil, notFound("engagement")
	}
	if err != nil {
		return nil, unavailable(err)
	}
	if visible := s.visibleFrom(); row.Expired || visible != nil && engagement.At(row.StartedAt) < *visible {
		return nil, notFound("engagement")
	}
	return compatible(row), nil
}

// compatible shows a record as the reference does.
func compatible(row models.EngagementRow) CompatibleEngagement {
	start, _ := engagement.StartReason(row.StartReason)
	end, _ := engagement.EndReason(row.EndReason)
	replies, total := orZero(row.AgentReplies), orZero(row.WaitTotalMS)
	return CompatibleEngagement{
		EngagementID: wireEngagementID(row.ID),
		TicketID:     wireID(row.TicketID), AgentID: wireID(row.AgentID),
		GroupID: wireID(row.GroupID), RequesterID: wireID(row.RequesterID),
		Channel:             engagement.ChannelOf(row.Channel).Wire,
		EngagementStartTime: wireTime(row.StartedAt), EngagementEndTime: wireTime(row.EndedAt),
		EngagementStartReason: start.Wire, EngagementEndReason: end.Wire,
		TicketStatusStart: engagement.StatusWire(row.TicketStatusStart), TicketStatusEnd: engagement.StatusWire(row.TicketStatusEnd),
		OfferTimeSeconds:                  orZero(row.OfferTimeMS) / 1000,
		AssignmentToFirstReplyTimeSeconds: compatFirstReply(row),
		AgentMessagesCount:                orZero(row.AgentMessages),
		AgentRepliesCount:                 replies,
		EndUserMessagesCount:              orZero(row.CustomerMessages),
		TotalRequesterWaitTimeSeconds:     total / 1000,
		AverageRequesterWaitTimeSeconds:   total / int64(max(1, replies)) / 1000,
		LongestRequesterWaitTimeSeconds:   orZero(row.WaitLongestMS) / 1000,
	}
}

// compatFirstReply is 0 without a reply; with one it is null where the leg began out of hours.
func compatFirstReply(row models.EngagementRow) *int64 {
	switch {
	case row.FirstReplyMS == nil:
		return new(int64(0))
	case !row.StartedInBusinessHours:
		return nil
	default:
		return new(*row.FirstReplyMS / 1000)
	}
}

// wireTime prints UTC without a zone, in whole seconds.
func wireTime(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05") }

func orZero[T any](value *T) T {
	if value == nil {
		var zero T
		return zero
	}
	return *value
}

// compatFilter reads the reference's parameters; those it does not know it lets pass, as the
// reference does. Expired engagements are never shown.
func (s *Server) compatFilter(q *query) models.EngagementFilter {
	f := models.EngagementFilter{
		OrganizationID: q.c.principal.organization,
		AgentIDs:       q.values("agent_id"),
		TicketIDs:      q.values("ticket_id"),
		StartedAfter:   q.epoch("start_time"),
		AgentTypes:     []string{engagement.AgentHuman},
		After:          q.compatCursor(),
	}
	for _, name := range q.values("channel") {
		f.Channels = append(f.Channels, channelIDs(name)...)
	}
	if end := q.epoch("end_time"); end != nil {
		// Printed times are whole seconds: everything printed as end_time is still in.
		f.StartedBefore = new(end.Add(1000))
	}
	if visible := s.visibleFrom(); visible != nil && (f.StartedAfter == nil || *f.StartedAfter < *visible) {
		f.StartedAfter = visible
	}
	return f
}

// visibleFrom is the start of the first day that the compatible wire shows; nil: no limit.
func (s *Server) visibleFrom() *engagement.Instant {
	if s.config.VisibilityDays < 0 {
		return nil
	}
	day := s.now().UTC().AddDate(0, 0, -s.config.VisibilityDays).Truncate(24 * time.Hour)
	return new(engagement.At(day))
}

// compatPageSize reads page_size; what is more than the most is the most.
func (q *query) compatPageSize() int {
	text := q.c.Query("page_size")
	if text == "" {
		return compatPage
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		q.refuse("page_size", "must be 1 to 100")
		return compatPage
	}
	return min(n, compatPageMax)
}

// epoch reads seconds since 1970, with or without a fraction; nil where there is none.
func (q *query) epoch(name string) *engagement.Instant {
	text := q.c.Query(name)
	if text == "" {
		return nil
	}
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(seconds) || math.Abs(seconds) > 60e9 {
		q.refuse(name, "must be seconds since 1970")
		return nil
	}
	return new(engagement.Instant(math.Round(seconds * 1000)))
}

// compatCursor reads the place after which the page begins; nil: the beginning.
func (q *query) compatCursor() *models.EngagementCursor {
	at := q.epoch("start_time_cursor")
	text := q.c.Query("engagement_id_cursor")
	if at == nil && text == "" {
		return nil
	}
	id, err := engagement.ParseID(text)
	if at == nil || err != nil {
		q.refuse("engagement_id_cursor", "must come with start_time_cursor, both from next_page_url")
		return nil
	}
	return &models.EngagementCursor{StartedAt: *at, ID: id}
}

// nextPage is the address of the page after the row: the caller's own parameters, the page size
// asked for and the cursor.
func (s *Server) nextPage(c *call, last models.EngagementRow, size int) string {
	values := c.Request.URL.Query()
	values.Set("page_size", strconv.Itoa(size))
	values.Set("start_time_cursor", epochOf(engagement.At(last.StartedAt)))
	values.Set("engagement_id_cursor", wireEngagementID(last.ID))
	return s.publicURL(c.Request) + c.Request.URL.EscapedPath() + "?" + values.Encode()
}

// epochOf prints whole seconds where the instant is one, else the milliseconds as a fraction.
func epochOf(at engagement.Instant) string {
	if at%1000 == 0 {
		return strconv.FormatInt(int64(at)/1000, 10)
	}
	return strconv.FormatFloat(float64(at)/1000, 'f', 3, 64)
}

// publicURL is scheme and host under which the caller reaches us.
func (s *Server) publicURL(r *http.Request) string {
	if s.config.PublicURL != "" {
		return strings.TrimSuffix(s.config.PublicURL, "/")
	}
	address := url.URL{Scheme: "http", Host: r.Host}
	if r.TLS != nil {
		address.Scheme = "https"
	}
	return address.String()
}
