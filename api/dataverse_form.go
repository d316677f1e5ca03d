package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"engaged/delivery"
)

// form takes the parameters out of one JSON object as the reference's clients send it: names in any
// case and with blanks around them, numbers where a text is meant, objects and lists also as a text that
// holds them. What is wrong is noted rather than returned, so that all of it can be told at once.
type form struct {
	// path is what comes before a parameter's name where it is told that it is wrong.
	path string
	// left are the parameters that nobody has taken yet, by their names in lower case.
	left  map[string]parameter
	wrong *contactFindings
}

// parameter is one of an object, by its name as it was sent.
type parameter struct {
	name string
	raw  json.RawMessage
}

// readForm reads the body of a call; see formOf.
func readForm(c *call, most int64, unchecked ...string) (*form, error) {
	if kind := c.mediaType(); kind != "" && kind != typeJSON {
		return nil, unsupported(kind, typeJSON)
	}
	body, err := c.bodyUpTo(most)
	if err != nil {
		return nil, err
	}
	return formOf(body, unchecked...)
}

// formOf reads a body. The values of all parameters are sound JSON but of those that are named: whoever
// takes them has to check them.
func formOf(body []byte, unchecked ...string) (*form, error) {
	body = bytes.TrimSpace(body)
	list, ok := members(body)
	if !ok || !utf8.Valid(body) {
		return nil, problem(http.StatusBadRequest, "body:unreadable", "Send the parameters as one complete JSON object in UTF-8.")
	}
	f := newForm("", list, &contactFindings{})
	for key, p := range f.left {
		if slices.Contains(unchecked, key) {
			continue
		}
		if fault := soundJSON(p.raw); fault != "" {
			f.note("body:unreadable", p.name, fault)
			delete(f.left, key)
		}
	}
	return f, nil
}

// newForm makes a form of parameters.
func newForm(path string, list []parameter, wrong *contactFindings) *form {
	f := &form{path: path, left: make(map[string]parameter, len(list)), wrong: wrong}
	for _, p := range list {
		key := strings.ToLower(strings.TrimSpace(p.name))
		if _, twice := f.left[key]; twice {
			f.twice(p.name)
		}
		f.left[key] = p
	}
	return f
}

// nested makes a form of an element of one of the form's lists, which is sound JSON.
func (f *form) nested(list string, index int, element json.RawMessage) *form {
	path := fmt.Sprintf("%s%s[%d]", f.path, list, index)
	parameters, ok := members(element)
	if !ok {
		f.wrong.add(delivery.CodeInvalidField, path, "Send an object.")
	}
	return newForm(path+".", parameters, f.wrong)
}

func (f *form) twice(name string) {
	f.note("delivery:parameter_given_twice", name, "Give it once; case and blanks around it make no other name.")
}

// note tells what is wrong with a parameter.
func (f *form) note(code, name, reason string) {
	f.wrong.add(code, f.path+echo(name), reason)
}

// take takes a parameter by the first of its names that was given; nil where none was, or null.
func (f *form) take(names ...string) json.RawMessage {
	var taken json.RawMessage
	for _, name := range names {
		p, given := f.left[strings.ToLower(name)]
		if !given {
			continue
		}
		delete(f.left, strings.ToLower(name))
		if taken != nil {
			f.twice(p.name)
		}
		if string(p.raw) != "null" {
			taken = p.raw
		}
	}
	return taken
}

// rest refuses what nobody has taken: a misspelled Windows must not mean that there are none.
// Annotations of OData are for those who know them.
func (f *form) rest() {
	for _, key := range slices.Sorted(maps.Keys(f.left)) {
		if !strings.Contains(key, "@") {
			f.note("delivery:unknown_parameter", f.left[key].name, "Leave it out: it is not a parameter here.")
		}
	}
}

// faults is everything that is wrong.
func (f *form) faults() []InvalidParameter {
	fields := make([]InvalidParameter, len(*f.wrong))
	for i, w := range *f.wrong {
		fields[i] = InvalidParameter{Field: w.Field, Code: w.Code, Reason: w.Reason}
	}
	return fields
}

// problem is the answer to everything that is wrong, under the code of the first; nil if nothing is.
func (f *form) problem() error {
	fields := f.faults()
	if len(fields) == 0 {
		return nil
	}
	return invalid(http.StatusBadRequest, fields[0].Code, fields[0].Field+": "+fields[0].Reason, fields...)
}
