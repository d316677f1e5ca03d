package engagement

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"time"
)

// dataFields names the data fields that belong to a type. What else a sender puts into data is
// theirs: it stays in the log and is not looked at.
var dataFields = map[EventType][]string{
	QueueLeft:               {"reason"},
	OfferCreated:            {"offer_id", "expires_at"},
	OfferAccepted:           {"offer_id"},
	OfferAcceptRequested:    {"offer_id"},
	OfferDeclined:           {"offer_id"},
	OfferTimedOut:           {"offer_id"},
	OfferRescinded:          {"offer_id"},
	AgentAssigned:           {"reason"},
	AgentUnassigned:         {"reason"},
	CustomerMessage:         {"automatic", "message_id"},
	AgentMessage:            {"visibility", "automatic", "message_id"},
	ConversationTransferred: {"to", "mode"},
	StatusChanged:           {"status", "previous_status"},
	ConversationClosed:      {"closed_by"},
	RatingRequested:         {"survey", "scale"},
	ConversationRated:       {"survey", "score", "scale", "comment_length"},
	ConversationTagged:      {"add", "remove"},
}

// DecodeEvent reads one event in the engine's envelope and returns it with the sender's data object
// as it came (nil without one). It checks the types of the fields it knows and ignores the others;
// ids may be JSON integers. The event is whole only if no FieldError is returned, and then still
// has to be validated.
func DecodeEvent(raw json.RawMessage) (Event, json.RawMessage, []FieldError) {
	var f findings
	fields, ok := objectOf(raw)
	if !ok {
		return Event{}, nil, append(f, FieldError{CodeUnreadable, "", "Send each event as one JSON object."})
	}
	d := decoder{fields: fields, findings: &f}
	e := Event{
		ID:             d.id("id"),
		Source:         d.text("source"),
		Type:           EventType(d.text("type")),
		ConversationID: d.id("conversation_id"),
		TicketID:       d.id("ticket_id"),
		AgentID:        d.id("agent_id"),
		GroupID:        d.id("group_id"),
		QueueID:        d.id("queue_id"),
		RequesterID:    d.id("requester_id"),
		Channel:        d.text("channel"),
		Direction:      d.text("direction"),
		ContactPoint:   d.text("contact_point"),
		Seq:            d.integer("seq"),
	}
	if at := d.instant("time"); at != nil {
		e.Time = *at
	}
	if d.has("tags") {
		e.Tags = new(d.texts("tags"))
	}
	if actor, ok := d.object("actor"); ok {
		e.Actor = &Actor{Type: actor.text("type"), ID: actor.id("id")}
	}
	data, ok := d.object("data")
	if !ok {
		return e, nil, f
	}
	rawData := d.fields["data"]
	if len(rawData) > MaxDataBytes {
		f.tooLarge("data", "Shorten data to at most %d bytes; it has %d.", MaxDataBytes, len(rawData))
	} else if reason := unstorable(rawData); reason != "" {
		f.invalid("data", "%s", reason)
	}
	e.Data = data.data(dataFields[e.Type])
	return e, rawData, f
}

// decoder reads the fields of one JSON object and notes those of a wrong type.
type decoder struct {
	fields   map[string]json.RawMessage
	prefix   string
	findings *findings
}

// data reads the data fields of a type.
func (d decoder) data(names []string) Data {
	var v Data
	for _, name := range names {
		switch name {
		case "reason":
			v.Reason = d.text(name)
		case "offer_id":
			v.OfferID = d.id(name)
		case "expires_at":
			v.ExpiresAt = d.instant(name)
		case "visibility":
			v.Visibility = d.text(name)
		case "automatic":
			v.Automatic = d.truth(name)
		case "message_id":
			v.MessageID = d.id(name)
		case "to":
			if to, ok := d.object(name); ok {
				v.To = &Target{AgentID: to.id("agent_id"), GroupID: to.id("group_id"), QueueID: to.id("queue_id")}
			}
		case "mode":
			v.Mode = d.text(name)
		case "status":
			v.Status = d.text(name)
		case "previous_status":
			v.PreviousStatus = d.text(name)
		case "closed_by":
			v.ClosedBy = d.text(name)
		case "survey":
			v.Survey = d.text(name)
		case "score":
			v.Score = d.number(name)
		case "scale":
			v.Scale = d.scale(name)
		case "comment_length":
			v.CommentLength = int(d.integer(name))
		case "add":
			v.Add = d.texts(name)
		case "remove":
			v.Remove = d.texts(name)
		}
	}
	return v
}

// has reports whether a field is there; null counts as absent.
func (d decoder) has(name string) bool {
	raw, ok := d.fields[name]
	return ok && !bytes.Equal(raw, []byte("null"))
}

// read decodes a field into v and notes what was expected where that fails.
func (d decoder) read(name, expected string, v any) bool {
	if !d.has(name) {
		return false
	}
	if err := json.Unmarshal(d.fields[name], v); err != nil {
		d.findings.invalid(d.prefix+name, "Send %s as %s.", d.prefix+name, expected)
		return false
	}
	return true
}

func (d decoder) text(name string) string {
	var s string
	d.read(name, "a string", &s)
	return s
}

// id reads an id: a string, or an integer as some systems have them.
func (d decoder) id(name string) string {
	if raw := d.fields[name]; len(raw) > 0 && (raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9') {
		if _, err := strconv.ParseInt(string(raw), 10, 64); err == nil {
			return string(raw)
		}
	}
	var s string
	d.read(name, "a string or an integer", &s)
	return s
}

func (d decoder) integer(name string) int64 {
	var n int64
	d.read(name, "an integer", &n)
	return n
}

func (d decoder) number(name string) *float64 {
	var n float64
	if !d.read(name, "a number", &n) || math.IsInf(n, 0) {
		return nil
	}
	return &n
}

func (d decoder) truth(name string) bool {
	var b bool
	d.read(name, "true or false", &b)
	return b
}

func (d decoder) texts(name string) []string {
	var list []string
	d.read(name, "a list of strings", &list)
	return list
}

func (d decoder) instant(name string) *Instant {
	const expected = "a time in RFC 3339 with a zone, such as 2025-03-10T09:00:00Z"
	var s string
	if !d.read(name, expected, &s) {
		return nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		d.findings.invalid(d.prefix+name, "Send %s as %s.", d.prefix+name, expected)
		return nil
	}
	return new(At(t))
}

func (d decoder) scale(name string) *Scale {
	o, ok := d.object(name)
	if !ok {
		return nil
	}
	lowest, highest := o.number("min"), o.number("max")
	if lowest == nil || highest == nil {
		d.findings.invalid(d.prefix+name, "Give %s both min and max.", d.prefix+name)
		return nil
	}
	return &Scale{Min: *lowest, Max: *highest}
}

func (d decoder) object(name string) (decoder, bool) {
	if !d.has(name) {
		return decoder{}, false
	}
	fields, ok := objectOf(d.fields[name])
	if !ok {
		d.findings.invalid(d.prefix+name, "Send %s as a JSON object.", d.prefix+name)
		return decoder{}, false
	}
	return decoder{fields: fields, prefix: d.prefix + name + ".", findings: d.findings}, true
}

// objectOf reads a JSON object; false for anything else.
func objectOf(raw json.RawMessage) (map[string]json.RawMessage, bool) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil || fields == nil {
		return nil, false
	}
	return fields, true
}
