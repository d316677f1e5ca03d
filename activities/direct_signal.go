package activities

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"engaged/engagement"
	"engaged/models"
)

// maxKeptPayload bounds what is kept of a refused signal, in bytes.
const maxKeptPayload = 8 << 10

// read returns the events that the signal carries, and an entry for each that breaks a rule of the
// envelope.
func (s DirectSignal) read(subject models.Subject) (events, refused []models.Submission) {
	raws := []json.RawMessage{json.RawMessage(s.Payload)}
	if s.Types == nil {
		var list struct {
			Events []json.RawMessage `json:"events"`
		}
		if err := json.Unmarshal([]byte(s.Payload), &list); err != nil || len(list.Events) == 0 {
			fault := engagement.FieldError{Code: engagement.CodeUnreadable, Reason: `Send {"events": [...]} with at least one event in JSON.`}
			return nil, []models.Submission{refusal(subject, s.ID, s.Signal, s.Payload, fault)}
		}
		raws = list.Events
	}
	for i, raw := range raws {
		id := s.ID
		if len(raws) > 1 {
			id = fmt.Sprintf("%s:%d", s.ID, i+1)
		}
		event, data, faults := s.event(subject, id, raw)
		if len(faults) > 0 {
			refused = append(refused, refusal(subject, id, s.Signal, string(raw), faults[0]))
			continue
		}
		events = append(events, models.Submission{OrganizationID: subject.OrganizationID, Event: event, RawData: data})
	}
	return events, refused
}

// event reads one event and fills in what it may leave out.
func (s DirectSignal) event(subject models.Subject, id string, raw json.RawMessage) (engagement.Event, json.RawMessage, []engagement.FieldError) {
	event, data, faults := engagement.DecodeEvent(s.typed(raw))
	if len(faults) > 0 {
		return event, nil, faults
	}
	if s.Types != nil && !slices.Contains(s.Types, event.Type) {
		return event, nil, []engagement.FieldError{{Code: engagement.CodeUnknownType, Field: "type",
			Reason: fmt.Sprintf("The signal %q does not carry this type; the signal \"events\" carries any.", s.Signal)}}
	}
	event.ConversationID = subject.ConversationID
	if event.Time == 0 {
		event.Time = s.At
	}
	if event.ID == "" {
		event.ID = id
	}
	return event, data, event.Validate()
}

// typed adds the signal's default type to an event that names none.
func (s DirectSignal) typed(raw json.RawMessage) json.RawMessage {
	var fields map[string]json.RawMessage
	if s.Types == nil || json.Unmarshal(raw, &fields) != nil || fields == nil {
		return raw
	}
	if named := string(fields["type"]); named != "" && named != `""` && named != "null" {
		return raw
	}
	fields["type"] = json.RawMessage(`"` + s.Types[0] + `"`)
	// What was just decoded can be encoded.
	typed, _ := json.Marshal(fields)
	return typed
}

// refusedEvent is the entry for an event that the log refused.
func refusedEvent(s models.Submission, fault engagement.FieldError) models.Submission {
	// What was decoded can be encoded.
	payload, _ := json.Marshal(s.Event)
	subject := models.Subject{OrganizationID: s.OrganizationID, ConversationID: s.Event.ConversationID}
	return refusal(subject, "refused:"+s.Event.ID, string(s.Event.Type), string(payload), fault)
}

// refusal is the entry that keeps what was refused. Its id is not the event's own, which its correction
// will have.
func refusal(subject models.Subject, id, signal, payload string, fault engagement.FieldError) models.Submission {
	payload = payload[:min(len(payload), maxKeptPayload)]
	payload = strings.ReplaceAll(strings.ToValidUTF8(payload, ""), "\x00", "\uFFFD")
	// Two strings can always be encoded.
	data, _ := json.Marshal(map[string]string{"signal": signal, "payload": payload})
	return models.Submission{OrganizationID: subject.OrganizationID, RawData: data, Event: engagement.Event{
		ID: id, Source: engagement.EngineSource, Type: engagement.SignalRefused, ConversationID: subject.ConversationID,
		Data: engagement.Data{Reason: fault.Code + ": " + fault.Reason},
	}}
}
