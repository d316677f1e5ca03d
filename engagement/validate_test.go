package engagement

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// sound returns a valid event of a type.
func sound(kind EventType) Event {
	e := Event{ID: "1", Type: kind, Time: At(monday), ConversationID: "c", AgentID: "A", QueueID: "q"}
	switch kind {
	case ConversationTransferred:
		e.Data.To = &Target{AgentID: "B"}
	case StatusChanged:
		e.Data.Status = StatusOpen
	case ConversationRated:
		e.Data.Score = new(float64(5))
	default:
	}
	return e
}

func TestValidateAcceptsEveryType(t *testing.T) {
	t.Parallel()
	for kind := range ranks {
		if kind != OfferAcceptRequested {
			require.Empty(t, sound(kind).Validate(), kind)
		}
	}
	require.Len(t, ranks, 25)
}

func TestValidateNeeds(t *testing.T) {
	t.Parallel()
	for kind, field := range needs {
		e := sound(kind)
		e.AgentID, e.QueueID, e.Data = "", "", Data{}
		errs := e.Validate()
		require.Len(t, errs, 1, kind)
		require.Equal(t, FieldError{CodeMissingField, field, "Add " + field + ": an event of type " + string(kind) + " needs it."}, errs[0])
	}
	for _, kind := range []EventType{AgentEnded, ConversationRemoved, ConversationClosed, CustomerMessage, RatingRequested, ConversationTagged, ClockReached} {
		e := sound(kind)
		e.AgentID, e.QueueID = "", ""
		require.Empty(t, e.Validate(), kind)
	}
}

func TestValidateNamesEverythingMissingAtOnce(t *testing.T) {
	t.Parallel()
	var fields []string
	for _, e := range (Event{}).Validate() {
		require.Equal(t, CodeMissingField, e.Code)
		fields = append(fields, e.Field)
	}
	require.Equal(t, []string{"id", "conversation_id", "time", "type"}, fields)
}

func TestValidate(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 129)
	for name, c := range map[string]struct {
		kind        EventType
		change      func(*Event)
		code, field string
	}{
		"accept command":      {OfferAcceptRequested, func(*Event) {}, CodeUnknownType, "type"},
		"actor without type":  {AgentEnded, func(e *Event) { e.Actor = &Actor{ID: "x"} }, CodeMissingField, "actor.type"},
		"actor type":          {AgentEnded, func(e *Event) { e.Actor = &Actor{Type: "ghost"} }, CodeInvalidField, "actor.type"},
		"add":                 {ConversationTagged, func(e *Event) { e.Data.Add = []string{strings.Repeat("x", 65)} }, CodeTooLarge, "data.add[0]"},
		"assigned reason":     {AgentAssigned, func(e *Event) { e.Data.Reason = "offline" }, CodeInvalidField, "data.reason"},
		"closed by":           {ConversationClosed, func(e *Event) { e.Data.ClosedBy = "Agent" }, CodeInvalidField, "data.closed_by"},
		"comment length":      {ConversationRated, func(e *Event) { e.Data.CommentLength = -1 }, CodeInvalidField, "data.comment_length"},
		"contact point":       {AgentEnded, func(e *Event) { e.ContactPoint = long + long }, CodeTooLarge, "contact_point"},
		"conversation id":     {AgentEnded, func(e *Event) { e.ConversationID = long }, CodeTooLarge, "conversation_id"},
		"direct to a group":   {ConversationTransferred, func(e *Event) { e.Data = Data{To: &Target{GroupID: "g"}, Mode: "direct"} }, CodeInvalidField, "data.mode"},
		"direction":           {AgentEnded, func(e *Event) { e.Direction = "sideways" }, CodeInvalidField, "direction"},
		"engine's source":     {ClockReached, func(e *Event) { e.Source = EngineSource }, CodeInvalidField, "source"},
		"expired when made":   {OfferCreated, func(e *Event) { e.Data.ExpiresAt = new(e.Time) }, CodeInvalidField, "data.expires_at"},
		"id":                  {AgentEnded, func(e *Event) { e.ID = long }, CodeTooLarge, "id"},
		"mode":                {ConversationTransferred, func(e *Event) { e.Data.Mode = "blind" }, CodeInvalidField, "data.mode"},
		"no UTF-8":            {AgentEnded, func(e *Event) { e.GroupID = "\xff" }, CodeInvalidField, "group_id"},
		"nps on csat's scale": {ConversationRated, func(e *Event) { e.Data.Survey, e.Data.Score = "nps", new(float64(11)) }, CodeInvalidField, "data.score"},
		"nul":                 {AgentEnded, func(e *Event) { e.TicketID = "a\x00" }, CodeInvalidField, "ticket_id"},
		"previous status":     {StatusChanged, func(e *Event) { e.Data.PreviousStatus = "on-hold" }, CodeInvalidField, "data.previous_status"},
		"queue and agent":     {ConversationTransferred, func(e *Event) { e.Data.To = &Target{QueueID: "q", AgentID: "A"} }, CodeInvalidField, "data.to"},
		"queue left":          {QueueLeft, func(e *Event) { e.Data.Reason = "bored" }, CodeInvalidField, "data.reason"},
		"scale":               {ConversationRated, func(e *Event) { e.Data.Scale = &Scale{Min: 5, Max: 5} }, CodeInvalidField, "data.scale"},
		"scale too wide":      {ConversationRated, func(e *Event) { e.Data.Scale = &Scale{Min: 0, Max: 1e300} }, CodeInvalidField, "data.scale"},
		"score":               {ConversationRated, func(e *Event) { e.Data.Score = new(float64(0)) }, CodeInvalidField, "data.score"},
		"score is no number":  {ConversationRated, func(e *Event) { e.Data.Score = new(math.NaN()) }, CodeInvalidField, "data.score"},
		"seq":                 {AgentEnded, func(e *Event) { e.Seq = math.MaxInt64 }, CodeInvalidField, "seq"},
		"source":              {AgentEnded, func(e *Event) { e.Source = long }, CodeTooLarge, "source"},
		"status":              {StatusChanged, func(e *Event) { e.Data.Status = "OPEN" }, CodeInvalidField, "data.status"},
		"survey":              {ConversationRated, func(e *Event) { e.Data.Survey = "stars" }, CodeInvalidField, "data.survey"},
		"tag without text":    {AgentEnded, func(e *Event) { e.Tags = &[]string{""} }, CodeInvalidField, "tags[0]"},
		"tags":                {AgentEnded, func(e *Event) { e.Tags = new(slices.Repeat([]string{"t"}, 51)) }, CodeTooLarge, "tags"},
		"time before 1970":    {AgentEnded, func(e *Event) { e.Time = -5 }, CodeInvalidField, "time"},
		"type":                {"agent.teleported", func(*Event) {}, CodeUnknownType, "type"},
		"unassigned":          {AgentUnassigned, func(e *Event) { e.Data.Reason = "routing" }, CodeInvalidField, "data.reason"},
		"visibility":          {AgentMessage, func(e *Event) { e.Data.Visibility = "secret" }, CodeInvalidField, "data.visibility"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := sound(c.kind)
			c.change(&e)
			errs := e.Validate()
			require.Len(t, errs, 1)
			require.Equal(t, c.code, errs[0].Code)
			require.Equal(t, c.field, errs[0].Field)
			require.True(t, strings.HasSuffix(errs[0].Reason, "."), "a sentence: %s", errs[0].Reason)
			require.Equal(t, errs[0].Reason, errs[0].Error())
		})
	}
}

func TestValidateSettings(t *testing.T) {
	t.Parallel()
	require.Empty(t, DefaultSettings().Validate())
	require.Empty(t, Settings{
		Defaults:  Rules{InactivityPeriod: new(MinInactivityPeriod), ScheduleID: new("office"), Settle: new(Millis(0)), OpenLimit: new(DefaultOpenLimit)},
		Channels:  map[string]Rules{"chat": {InactivityAnchor: new(AnchorFirstUnansweredAgentMessage), ScheduleID: new("")}},
		Schedules: map[string]Schedule{"office": berlinOffice()},
	}.Validate())
	var fields []string
	for _, e := range (Settings{
		Defaults: Rules{
			InactivityPeriod: new(Millis(179_999)), InactivityAnchor: new("whenever"), OpenLimit: new(Millis(0)),
			ReturnAfterTimeout: new("nobody"), Settle: new(Millis(-1)), WrapupLimit: new(2 * day), ScheduleID: new("gone"),
		},
		Groups:    map[string]Rules{"g": {InactivityPeriod: new(Millis(900_001))}},
		Channels:  map[string]Rules{"chat": {Settle: new(MaxSettle + 1)}},
		Schedules: map[string]Schedule{"night": {TimeZone: "Local"}},
	}).Validate() {
		require.Equal(t, CodeInvalidSetting, e.Code)
		fields = append(fields, e.Field)
	}
	require.Equal(t, []string{
		"defaults.inactivity_period_ms", "defaults.open_limit_ms", "defaults.settle_ms", "defaults.wrapup_limit_ms",
		"defaults.inactivity_anchor", "defaults.return_after_timeout", "defaults.schedule_id",
		"channels.chat.settle_ms", "groups.g.inactivity_period_ms", "schedules.night.time_zone",
	}, fields)
}
