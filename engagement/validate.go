package engagement

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits of an event.
const (
	// MaxIDBytes bounds id, source, conversation_id and every other id.
	MaxIDBytes = 128
	// MaxTextBytes bounds every other text.
	MaxTextBytes = 256
	// MaxTagBytes bounds one tag, MaxTags their number in each list.
	MaxTagBytes = 64
	MaxTags     = 50
	// MaxDataBytes bounds the sender's data object.
	MaxDataBytes = 16 << 10
	// maxSeq is the largest integer that every JSON implementation keeps.
	maxSeq = 1<<53 - 1
	// maxComment bounds comment_length, in characters.
	maxComment = 1 << 30
	// maxScore bounds scores and scales.
	maxScore = 1_000_000
)

// Values that fields may have.
var (
	directions     = []string{"inbound", "outbound", "internal"}
	actorTypes     = []string{"agent", "supervisor", "end_user", "system", "bot"}
	statuses       = []string{StatusNew, StatusOpen, StatusPending, StatusHold, StatusSolved, StatusClosed, StatusDeleted}
	visibilities   = []string{"public", visibilityInternal}
	transferModes  = []string{modeDirect, modeOffer}
	closers        = []string{ClosedByAgent, ClosedByEndUser, ClosedByUnknown}
	surveys        = []string{SurveyCSAT, SurveyNPS, SurveyCES}
	reasonsByEvent = map[EventType][]string{
		QueueLeft:       {VisitAbandoned, VisitOverflowed, VisitClosed},
		AgentAssigned:   {assignRouting, assignAssigned, assignManual, assignReopened, assignTransferred},
		AgentUnassigned: {"offline", "released", "requeued", "other"},
	}
)

// needs names the field without which an event of a type says nothing.
var needs = map[EventType]string{
	QueueEntered: "queue_id", QueueLeft: "queue_id",
	OfferCreated: "agent_id", OfferAccepted: "agent_id", OfferDeclined: "agent_id",
	OfferTimedOut: "agent_id", OfferRescinded: "agent_id",
	AgentAssigned: "agent_id", AgentUnassigned: "agent_id", AgentMessage: "agent_id",
	HoldStarted: "agent_id", HoldEnded: "agent_id", WrapupStarted: "agent_id", WrapupEnded: "agent_id",
	ConversationTransferred: "data.to", StatusChanged: "data.status", ConversationRated: "data.score",
}

// Validate returns everything that is wrong with an event from outside: needed fields, limits,
// values. That its time lies in the future is found when it is appended.
func (e Event) Validate() []FieldError {
	var f findings
	e.checkIdentity(&f)
	e.checkType(&f)
	e.checkEnvelope(&f)
	e.checkData(&f)
	return f
}

func (e Event) checkIdentity(f *findings) {
	if e.ID == "" {
		f.missing("id", "it tells this event from the conversation's others, also when it is sent again")
	}
	if e.ConversationID == "" {
		f.missing("conversation_id", "it is your own id of the conversation")
	}
	if e.Source == EngineSource {
		f.invalid("source", "Use another source than %q: it marks the engine's own entries.", EngineSource)
	}
	switch {
	case e.Time == 0:
		f.missing("time", "it says when this happened, such as 2025-03-10T09:00:00Z")
	case e.Time < 0:
		f.invalid("time", "Use a time after 1970-01-01T00:00:00Z.")
	}
}

func (e Event) checkType(f *findings) {
	if e.Type == "" {
		f.missing("type", "it says what happened, such as offer.accepted")
		return
	}
	if _, known := ranks[e.Type]; !known || e.Type == OfferAcceptRequested {
		reason := fmt.Sprintf("Use one of the documented event types; %q is none of them.", shorten(string(e.Type)))
		if e.Type == OfferAcceptRequested {
			reason = "Use offer.accepted, or the accept command: offer.accept_requested is the engine's own."
		}
		*f = append(*f, FieldError{CodeUnknownType, "type", reason})
		return
	}
	field := needs[e.Type]
	present := map[string]bool{
		"":            true,
		"queue_id":    e.QueueID != "",
		"agent_id":    e.AgentID != "",
		"data.to":     e.Data.To != nil && *e.Data.To != Target{},
		"data.status": e.Data.Status != "",
		"data.score":  e.Data.Score != nil,
	}
	if !present[field] {
		f.missing(field, fmt.Sprintf("an event of type %s needs it", e.Type))
	}
}

func (e Event) checkEnvelope(f *findings) {
	for _, id := range []struct{ field, value string }{
		{"id", e.ID}, {"source", e.Source}, {"conversation_id", e.ConversationID},
		{"ticket_id", e.TicketID}, {"agent_id", e.AgentID}, {"group_id", e.GroupID},
		{"queue_id", e.QueueID}, {"requester_id", e.RequesterID}, {"channel", e.Channel},
	} {
		f.text(id.field, id.value, MaxIDBytes)
	}
	f.text("contact_point", e.ContactPoint, MaxTextBytes)
	f.oneOf("direction", e.Direction, directions)
	if e.Seq < -maxSeq || e.Seq > maxSeq {
		f.invalid("seq", "Use a seq between -%d and %d.", int64(maxSeq), int64(maxSeq))
	}
	if e.Actor != nil {
		if e.Actor.Type == "" {
			f.missing("actor.type", "an actor is "+listOf(actorTypes))
		}
		f.oneOf("actor.type", e.Actor.Type, actorTypes)
		f.text("actor.id", e.Actor.ID, MaxIDBytes)
	}
	if e.Tags != nil {
		f.tags("tags", *e.Tags)
	}
}

func (e Event) checkData(f *findings) {
	d := e.Data
	if allowed := reasonsByEvent[e.Type]; allowed != nil {
		f.oneOf("data.reason", d.Reason, allowed)
	}
	f.text("data.reason", d.Reason, MaxIDBytes)
	f.text("data.offer_id", d.OfferID, MaxIDBytes)
	f.text("data.message_id", d.MessageID, MaxTextBytes)
	if d.ExpiresAt != nil && *d.ExpiresAt <= e.Time {
		f.invalid("data.expires_at", "Use an expires_at after the event's time %s.", e.Time)
	}
	f.oneOf("data.visibility", d.Visibility, visibilities)
	f.oneOf("data.mode", d.Mode, transferModes)
	f.oneOf("data.status", d.Status, statuses)
	f.oneOf("data.previous_status", d.PreviousStatus, statuses)
	f.oneOf("data.closed_by", d.ClosedBy, closers)
	e.checkTransfer(f)
	e.checkRating(f)
	f.tags("data.add", d.Add)
	f.tags("data.remove", d.Remove)
}

func (e Event) checkTransfer(f *findings) {
	to := e.Data.To
	if to == nil {
		return
	}
	f.text("data.to.agent_id", to.AgentID, MaxIDBytes)
	f.text("data.to.group_id", to.GroupID, MaxIDBytes)
	f.text("data.to.queue_id", to.QueueID, MaxIDBytes)
	if to.QueueID != "" && (to.AgentID != "" || to.GroupID != "") {
		f.invalid("data.to", "Name a queue, a group or an agent (with their group), not a queue and one of the others.")
	}
	if e.Data.Mode == modeDirect && to.AgentID == "" {
		f.invalid("data.mode", "Name the agent in data.to.agent_id, or use mode offer: only an agent can be given a conversation directly.")
	}
}

func (e Event) checkRating(f *findings) {
	d := e.Data
	f.oneOf("data.survey", d.Survey, surveys)
	if d.CommentLength < 0 || d.CommentLength > maxComment {
		f.invalid("data.comment_length", "Use the number of characters of the comment, at least 0.")
	}
	scale := scaleOf(d)
	// Written so that a number that is none (NaN) fails too.
	if !(scale.Min < scale.Max && scale.Min >= -maxScore && scale.Max <= maxScore) {
		f.invalid("data.scale", "Use a scale whose min lies below its max, both within %d of 0.", maxScore)
		return
	}
	if s := d.Score; s != nil && !(*s >= scale.Min && *s <= scale.Max) {
		f.invalid("data.score", "Use a score from %g to %g, or name another scale in data.scale.", scale.Min, scale.Max)
	}
}

// text checks the length of a text and that it can be stored.
func (f *findings) text(field, value string, limit int) {
	if len(value) > limit {
		f.tooLarge(field, "Shorten %s to at most %d bytes; it has %d.", field, limit, len(value))
	}
	if strings.ContainsRune(value, 0) || !utf8.ValidString(value) {
		f.invalid(field, "Send %s in UTF-8 without the character U+0000.", field)
	}
}

// oneOf checks that a value, where there is one, is among those allowed.
func (f *findings) oneOf(field, value string, allowed []string) {
	if value != "" && !slices.Contains(allowed, value) {
		f.invalid(field, "Use %s for %s, not %q.", listOf(allowed), field, shorten(value))
	}
}

func (f *findings) tags(field string, tags []string) {
	if len(tags) > MaxTags {
		f.tooLarge(field, "Send at most %d tags in %s, not %d.", MaxTags, field, len(tags))
		return
	}
	for i, t := range tags {
		at := fmt.Sprintf("%s[%d]", field, i)
		if t == "" {
			f.invalid(at, "Remove the empty tag from %s.", field)
		}
		f.text(at, t, MaxTagBytes)
	}
}

// listOf returns "a, b or c".
func listOf(values []string) string {
	last := len(values) - 1
	return strings.Join(values[:last], ", ") + " or " + values[last]
}

// shorten keeps a stranger's text from filling the answer.
func shorten(s string) string {
	const most = 40
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "..."
}
