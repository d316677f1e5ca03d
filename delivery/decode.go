package delivery

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// Limits of an event's fields.
const (
	maxAddress     = 300
	maxDiagnostics = 1000
	maxText        = 100
)

// dialerEvents are the types that a dialer may send.
var dialerEvents = []EventType{
	PreviewOffered, PreviewAccepted, PreviewDeclined, CallStarted, CallConnected, AgentConnected, SpeechDetected,
	AMDResult, BotFailure, CallEnd, CallFailure, DispositionSet, AttributesSet,
}

// wireEvent is an event as dialers send it. Times and codes are read leniently, so that one wrong
// field is told by its name.
type wireEvent struct {
	ID      string          `json:"id"`
	Source  string          `json:"source"`
	Type    EventType       `json:"type"`
	Time    string          `json:"time"`
	Attempt int             `json:"attempt"`
	Seq     int64           `json:"seq"`
	Data    json.RawMessage `json:"data"`
}

type wireData struct {
	CallID          string            `json:"call_id"`
	FromAddress     string            `json:"from_address"`
	Fence           int64             `json:"fence"`
	GreetingEndedAt *string           `json:"greeting_ended_at"`
	ConversationID  string            `json:"conversation_id"`
	AnsweredBy      string            `json:"answered_by"`
	MessageLeft     bool              `json:"message_left"`
	SIPCode         int               `json:"sip_code"`
	Diagnostics     string            `json:"diagnostics"`
	Codes           json.RawMessage   `json:"codes"`
	Attributes      map[string]string `json:"attributes"`
}

// DecodeEvent reads and checks one event of a dialer. The event is whole only if no FieldError is
// returned. Fields that it does not know are ignored.
func DecodeEvent(raw json.RawMessage) (Event, []FieldError) {
	var f findings
	var w wireEvent
	if err := json.Unmarshal(raw, &w); err != nil || len(raw) == 0 || !utf8.Valid(raw) {
		f.add(CodeUnreadable, "", "Send each event as one JSON object with id, type, time and data: %v.", err)
		return Event{}, f
	}
	e := Event{ID: w.ID, Source: w.Source, Type: w.Type, Attempt: w.Attempt, Seq: w.Seq}
	if w.ID == "" || len(w.ID) > maxIDBytes {
		f.add(CodeInvalidField, "id", "Give the event an id of 1 to %d bytes.", maxIDBytes)
	}
	if len(w.Source) > maxIDBytes {
		f.add(CodeInvalidField, "source", "Shorten source to %d bytes.", maxIDBytes)
	}
	if !slices.Contains(dialerEvents, w.Type) {
		f.add(CodeUnknownType, "type", "Use one of the dialer's event types; %s is none.", strconv.Quote(string(w.Type)))
	}
	if w.Attempt < 0 || w.Attempt > MaxAttempts {
		f.add(CodeInvalidField, "attempt", "Use the attempt's number, 1 to %d.", MaxAttempts)
	}
	e.Time = f.instant("time", w.Time)
	if len(w.Data) > 0 {
		e.Data = f.data(w.Data)
	}
	return e, f
}

func (f *findings) data(raw json.RawMessage) Data {
	var w wireData
	if err := json.Unmarshal(raw, &w); err != nil {
		f.add(CodeInvalidField, "data", "Send data as an object with the fields of its type: %v.", err)
		return Data{}
	}
	d := Data{
		CallID: w.CallID, FromAddress: w.FromAddress, Fence: w.Fence, ConversationID: w.ConversationID,
		AnsweredBy: w.AnsweredBy, MessageLeft: w.MessageLeft, SIPCode: w.SIPCode, Diagnostics: w.Diagnostics,
		Attributes: w.Attributes,
	}
	if w.GreetingEndedAt != nil {
		d.GreetingEndedAt = new(f.instant("data.greeting_ended_at", *w.GreetingEndedAt))
	}
	if err := checkSIP(w.SIPCode); err != nil {
		f.add(CodeInvalidField, "data.sip_code", "%v.", err)
	}
	if w.AnsweredBy != "" && !machines[w.AnsweredBy] && w.AnsweredBy != AnsweredByHuman && w.AnsweredBy != AnsweredByFax && w.AnsweredBy != AnsweredByUnknown {
		f.add(CodeInvalidField, "data.answered_by", "Use human, machine, fax or unknown.")
	}
	f.length("data.call_id", w.CallID, maxText)
	f.length("data.conversation_id", w.ConversationID, maxIDBytes)
	f.length("data.from_address", w.FromAddress, maxAddress)
	f.length("data.diagnostics", w.Diagnostics, maxDiagnostics)
	f.attributes("data.attributes", w.Attributes)
	if size := attributeBytes(w.Attributes); size > MaxToldBytes {
		f.add(CodeAttributeTooBig, "data.attributes", "Send at most %d bytes of names and values; there are %d.", MaxToldBytes, size)
	}
	codes, err := decodeCodes(w.Codes)
	if err == nil {
		err = CheckDispositions(codes)
	}
	if err != nil {
		f.add(CodeTooManyCodes, "data.codes", "Send codes as a list of at most %d strings: %v.", MaxDispositions, err)
	}
	d.Codes = codes
	return d
}

// decodeCodes reads disposition codes as a list of strings or in their text form.
func decodeCodes(raw json.RawMessage) ([]string, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return ParseDispositions(text)
	}
	var codes []string
	if err := json.Unmarshal(raw, &codes); err != nil {
		return nil, fmt.Errorf("neither a list of strings nor text")
	}
	return codes, nil
}

func (f *findings) length(field, value string, most int) {
	if n := utf8.RuneCountInString(value); n > most {
		f.add(CodeInvalidField, field, "Shorten %s to %d characters; it has %d.", field, most, n)
	}
}

func (f *findings) instant(field, value string) Instant {
	t, err := time.Parse(time.RFC3339, value)
	if err != nil || !sensible(t) {
		f.add(CodeInvalidField, field, "Send %s as a time in RFC 3339 with a zone, such as 2026-03-02T15:00:00Z.", field)
	}
	return At(t)
}
