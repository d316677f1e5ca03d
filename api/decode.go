package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"
)

// decodeObject reads one JSON object strictly into target: unknown fields, wrong types, text
// after it, and what Postgres could not store are errors.
func decodeObject(body []byte, target any) error {
	text := bytes.TrimSpace(body)
	if len(text) == 0 {
		return problem(http.StatusBadRequest, "body:empty", "The body is empty. Send a JSON object.")
	}
	if !utf8.Valid(text) {
		return problem(http.StatusBadRequest, "body:invalid_utf8", "The body is not valid UTF-8.")
	}
	if text[0] != '{' {
		return problem(http.StatusBadRequest, "body:unreadable", "The body must be a JSON object.")
	}
	var s scan
	end, ok := s.value(text, 0)
	if !ok || end != len(text) {
		return problem(http.StatusBadRequest, "body:unreadable", "The body must be one complete JSON object.")
	}
	if fault := s.fault(); fault != nil {
		return invalid(http.StatusBadRequest, "body:unreadable", fault.Reason, *fault)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(target); err != nil {
		return bodyProblem(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return problem(http.StatusBadRequest, "body:unreadable", "There is text after the JSON object.")
	}
	return nil
}

// bodyProblem says in the caller's terms why decoding failed.
func bodyProblem(err error) *Problem {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return invalid(http.StatusUnprocessableEntity, "body:invalid", "A field has the wrong type.", InvalidParameter{
			Field: wrong.Field, Code: "body:wrong_type", Reason: "must be " + article(wrong.Type.Kind().String()) + ", not " + article(wrong.Value),
		})
	}
	if name, found := strings.CutPrefix(err.Error(), "json: unknown field "); found {
		return invalid(http.StatusUnprocessableEntity, "body:invalid", "A field is not known here.", InvalidParameter{
			Field: strings.Trim(name, `"`), Code: "body:unknown_field", Reason: "is not a field of this resource",
		})
	}
	return problem(http.StatusBadRequest, "body:unreadable", "The body is not valid JSON.").because(err)
}

// article puts a Go kind or a JSON value's name into words.
func article(kind string) string {
	number, isNumber := strings.CutPrefix(kind, "number ")
	switch {
	case isNumber:
		return echo(number) // one that has a fraction or is too large
	case strings.HasPrefix(kind, "int"):
		return "a whole number"
	case strings.HasPrefix(kind, "float"):
		return "a number"
	case kind == "struct", kind == "map", kind == "object":
		return "an object"
	case kind == "slice", kind == "array":
		return "a list"
	case kind == "bool":
		return "true or false"
	default:
		return "a " + kind
	}
}
