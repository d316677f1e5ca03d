package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"engaged/delivery"
)

// text takes a text; a number is taken as it is written. Empty where there is none.
func (f *form) text(names ...string) string {
	text, _ := f.given(names...)
	return text
}

// required takes a text that has to be there.
func (f *form) required(names ...string) string {
	text, given := f.given(names...)
	if !given {
		f.note(delivery.CodeMissingField, names[0], "Add it: it is required.")
	}
	return text
}

func (f *form) given(names ...string) (text string, given bool) {
	raw := f.take(names...)
	if raw == nil {
		return "", false
	}
	text, ok := plainText(raw)
	if !ok {
		f.note(delivery.CodeInvalidField, names[0], "Send a text.")
	}
	return text, true
}

// id takes a UUID, in lower case; empty where there is none.
func (f *form) id(name string) string { return f.uuid(name, f.text(name)) }

// requiredID takes a UUID that has to be there.
func (f *form) requiredID(name string) string { return f.uuid(name, f.required(name)) }

func (f *form) uuid(name, text string) string {
	if text != "" && !isUUID(text) {
		f.note(delivery.CodeInvalidField, name, "Send a UUID, such as 3f2a9c10-55aa-4b11-8c77-0f1e2d3c4b5a.")
	}
	return strings.ToLower(text)
}

// complex takes an object or a list, also out of a text; nil where there is none.
func (f *form) complex(name string, open byte, kind string) json.RawMessage {
	raw := f.take(name)
	if raw != nil && raw[0] == '"' {
		raw = bytes.TrimSpace([]byte(unquoted(raw)))
		if len(raw) == 0 {
			return nil
		}
		if fault := soundJSON(raw); fault != "" {
			f.note(delivery.CodeInvalidField, name, "The text does not hold what it should: "+fault)
			return nil
		}
		if string(raw) == "null" {
			return nil
		}
	}
	if raw != nil && raw[0] != open {
		f.note(delivery.CodeInvalidField, name, "Send "+kind+", or a text that holds one.")
		return nil
	}
	return raw
}

// list takes a list of at most so many values; tooMany is the code where there are more. Nothing is
// nil.
func (f *form) list(name string, most int, tooMany string) []json.RawMessage {
	raw := f.complex(name, '[', "a list")
	if raw == nil || raw[skipSpace(raw, 1)] == ']' {
		return nil
	}
	list, err := splitArray(raw, most, problem(http.StatusBadRequest, tooMany, "Send at most %d.", most))
	if err != nil {
		f.note(problemOf(err).Code, name, problemOf(err).Detail)
	}
	return list
}

// attributes takes names and texts. Their case and their blanks matter.
func (f *form) attributes(name string) map[string]string {
	raw := f.complex(name, '{', "an object")
	if raw == nil {
		return nil
	}
	attributes := map[string]string{}
	list, _ := members(raw)
	for _, p := range list {
		text, ok := plainText(p.raw)
		if !ok {
			f.note(delivery.CodeInvalidField, name, fmt.Sprintf("Send a text as the value of %q.", echo(p.name)))
		}
		if _, twice := attributes[p.name]; twice {
			f.note("delivery:parameter_given_twice", name, fmt.Sprintf("Give %q once.", echo(p.name)))
		}
		attributes[p.name] = text
	}
	return attributes
}

// windows takes a list of windows in the form that delivery.DecodeWindows reads.
func (f *form) windows(name string) json.RawMessage {
	before := len(*f.wrong)
	type window struct{ Start, End string }
	var windows []window
	for i, raw := range f.list(name, delivery.MaxWindows, delivery.CodeInvalidWindows) {
		one := f.nested(name, i, raw)
		windows = append(windows, window{one.required("Start"), one.required("End")})
		one.rest()
	}
	if len(windows) == 0 || len(*f.wrong) > before {
		return nil
	}
	// Texts cannot fail.
	text, _ := json.Marshal(windows)
	return text
}
