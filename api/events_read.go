package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"unicode/utf8"

	"engaged/engagement"
)

// The media types of POST /v1/events.
const (
	typeJSON       = "application/json"
	typeNDJSON     = "application/x-ndjson"
	typeCloud      = "application/cloudevents+json"
	typeCloudBatch = "application/cloudevents-batch+json"
)

// splitEvents finds the events of a body without decoding them. A body of which the end of one
// event cannot be told is unreadable as a whole.
func splitEvents(kind string, body []byte) ([]json.RawMessage, error) {
	text := bytes.TrimSpace(body)
	if len(text) == 0 {
		return nil, problem(http.StatusBadRequest, "body:empty", "The body is empty. Send an event.")
	}
	array := text[0] == '['
	switch kind {
	case typeNDJSON, "application/ndjson", "application/jsonl":
		return splitLines(text)
	case typeCloud:
		if array {
			return nil, problem(http.StatusBadRequest, "body:unreadable", "This is an array. Send it as %s.", typeCloudBatch)
		}
	case typeCloudBatch:
		if !array {
			return nil, problem(http.StatusBadRequest, "body:unreadable", "A batch is an array of events.")
		}
	case typeJSON, "":
	default:
		return nil, unsupported(kind, strings.Join([]string{typeJSON, typeNDJSON, typeCloud, typeCloudBatch}, ", "))
	}
	if array {
		return splitArray(text, MaxEvents, tooMany())
	}
	return splitOne(text)
}

// splitOne takes the body as one event.
func splitOne(text []byte) ([]json.RawMessage, error) {
	var s scan
	end, ok := s.value(text, 0)
	if !ok || text[0] != '{' {
		return nil, problem(http.StatusBadRequest, "body:unreadable", "The body is neither a JSON object nor an array of them.")
	}
	if end != len(text) {
		return nil, problem(http.StatusBadRequest, "body:unreadable", "There is text after the event. Send several as an array or as %s.", typeNDJSON)
	}
	return []json.RawMessage{text}, nil
}

// splitArray takes the body as an array; over is the answer to one of more entries than it may have.
func splitArray(text []byte, most int, over *Problem) ([]json.RawMessage, error) {
	broken := problem(http.StatusBadRequest, "body:unreadable", "The body is not one complete JSON array.")
	var entries []json.RawMessage
	i := skipSpace(text, 1)
	if i < len(text) && text[i] == ']' {
		return nil, problem(http.StatusBadRequest, "body:empty", "The array is empty. Send at least one.")
	}
	for {
		var s scan
		i = skipSpace(text, i)
		end, ok := s.value(text, i)
		if !ok {
			return nil, broken
		}
		if len(entries) == most {
			return nil, over
		}
		entries = append(entries, json.RawMessage(text[i:end]))
		i = skipSpace(text, end)
		if i >= len(text) {
			return nil, broken
		}
		if text[i] == ']' {
			break
		}
		if text[i] != ',' {
			return nil, broken
		}
		i++
	}
	if i != len(text)-1 {
		return nil, broken
	}
	return entries, nil
}

// splitLines takes every line that is not blank as an event.
func splitLines(text []byte) ([]json.RawMessage, error) {
	var events []json.RawMessage
	for line := range bytes.Lines(text) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			continue
		}
		if len(events) == MaxEvents {
			return nil, tooMany()
		}
		events = append(events, json.RawMessage(line))
	}
	return events, nil
}

func tooMany() *Problem {
	return problem(http.StatusRequestEntityTooLarge, "body:too_many_events",
		"A request may hold at most %d events. Send them in several requests.", MaxEvents)
}

// readEvent decodes and checks one event, in our envelope or as a CloudEvent.
func readEvent(raw json.RawMessage, now engagement.Instant) (engagement.Event, json.RawMessage, []InvalidParameter) {
	var none engagement.Event
	if fault := checkText(raw); fault != nil {
		return none, nil, []InvalidParameter{*fault}
	}
	cloud := false
	if bytes.Contains(raw, []byte(`"specversion"`)) {
		unwrapped, isCloud, faults := unwrapCloudEvent(raw)
		if len(faults) > 0 {
			return none, nil, faults
		}
		raw, cloud = unwrapped, isCloud
	}
	event, data, wrong := engagement.DecodeEvent(raw)
	if len(wrong) == 0 {
		wrong = event.Validate()
	}
	faults := parameters(wrong)
	faults = append(faults, checkTime(event, now)...)
	if cloud {
		for i := range faults {
			faults[i].Field = cloudField(faults[i].Field)
		}
	}
	return event, data, faults
}

// checkText refuses what is not an object, or what the log could not store.
func checkText(raw []byte) *InvalidParameter {
	if !utf8.Valid(raw) {
		return &InvalidParameter{Code: engagement.CodeUnreadable, Reason: "The event is not valid UTF-8."}
	}
	var s scan
	end, ok := s.value(raw, 0)
	if !ok || end != len(raw) || raw[0] != '{' {
		return &InvalidParameter{Code: engagement.CodeUnreadable, Reason: "The event is not one JSON object."}
	}
	fault := s.fault()
	if fault != nil {
		fault.Code = strings.Replace(fault.Code, "body:", "event:", 1)
	}
	return fault
}

// checkTime refuses what lies in the future.
func checkTime(event engagement.Event, now engagement.Instant) []InvalidParameter {
	if event.Time.Sub(now) <= aheadOfReceipt {
		return nil
	}
	return []InvalidParameter{{"time", "event:time_in_future",
		"Use the time when it happened; this one lies more than 60 seconds ahead of our clock."}}
}

func parameters(wrong []engagement.FieldError) []InvalidParameter {
	var faults []InvalidParameter
	for _, w := range wrong {
		faults = append(faults, InvalidParameter{Field: w.Field, Code: w.Code, Reason: w.Reason})
	}
	return faults
}
