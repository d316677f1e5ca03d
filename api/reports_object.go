package api

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// object reads the members of a JSON object one by one and collects everything that is wrong with
// them. Members that nobody has read are unknown.
type object struct {
	// at is where the object stands, such as "filters[2]."; empty at the top.
	at      string
	members map[string]json.RawMessage
	// shared are members that stand at the top beside a list of queries and hold for each of them.
	shared map[string]bool
	// known are the members that were read.
	known []string
	wrong *[]InvalidParameter
}

// maxFaults is how many things an answer lists that are wrong with one body.
const maxFaults = 50

// path is the place of a member or of something in it, such as filters[2].
func (o *object) path(name string) string {
	member, _, _ := strings.Cut(name, "[")
	if member, _, _ = strings.Cut(member, "."); o.shared[member] {
		return name
	}
	return o.at + name
}

// refuse notes what is wrong with a member, once.
func (o *object) refuse(name, code, reason string) {
	fault := InvalidParameter{Field: o.path(name), Code: "report:" + code, Reason: reason}
	if len(*o.wrong) < maxFaults && !slices.Contains(*o.wrong, fault) {
		*o.wrong = append(*o.wrong, fault)
	}
}

// has tells whether a member is there.
func (o *object) has(name string) bool {
	raw, ok := o.members[name]
	return ok && string(raw) != "null"
}

// read decodes a member into target; false if it is absent, null or not as it must be.
func (o *object) read(name string, target any, must string) bool {
	o.known = append(o.known, name)
	if !o.has(name) {
		return false
	}
	if err := json.Unmarshal(o.members[name], target); err != nil {
		o.refuse(name, "wrong_type", "must be "+must)
		return false
	}
	return true
}

func (o *object) text(name string) (text string) {
	o.read(name, &text, "a string")
	return text
}

func (o *object) flag(name string) (flag bool) {
	o.read(name, &flag, "true or false")
	return flag
}

func (o *object) number(name string) *float64 {
	var number float64
	if !o.read(name, &number, "a number") {
		return nil
	}
	return &number
}

// texts reads a list of strings; numbers and booleans are taken as they are written.
func (o *object) texts(name string) []string {
	var list []json.RawMessage
	o.read(name, &list, "a list of strings")
	texts := make([]string, 0, len(list))
	for i, raw := range list {
		text, ok := scalar(raw)
		if !ok {
			o.refuse(name+"["+strconv.Itoa(i)+"]", "wrong_type", "must be a string, a number, true or false")
		}
		texts = append(texts, text)
	}
	return texts
}

// scalar is the text of a string, number or boolean.
func scalar(raw json.RawMessage) (string, bool) {
	switch raw[0] {
	case '"':
		var text string
		return text, json.Unmarshal(raw, &text) == nil
	case '{', '[', 'n':
		return "", false
	default:
		return string(raw), true
	}
}

// object reads a member that is an object itself; nil if it is absent.
func (o *object) object(name string) *object {
	var members map[string]json.RawMessage
	if !o.read(name, &members, "an object") {
		return nil
	}
	return &object{at: o.path(name) + ".", members: members, wrong: o.wrong}
}

// objects reads a list of objects, at most so many.
func (o *object) objects(name string, most int, code string) []*object {
	var list []json.RawMessage
	o.read(name, &list, "a list of objects")
	if len(list) > most {
		o.refuse(name, code, "may have at most "+strconv.Itoa(most)+" entries")
		return nil
	}
	var objects []*object
	for i, raw := range list {
		entry := name + "[" + strconv.Itoa(i) + "]"
		var members map[string]json.RawMessage
		if json.Unmarshal(raw, &members) != nil || members == nil {
			o.refuse(entry, "wrong_type", "must be an object")
			continue
		}
		objects = append(objects, &object{at: o.path(entry) + ".", members: members, wrong: o.wrong})
	}
	return objects
}

// end refuses the members that nobody has read.
func (o *object) end() {
	slices.Sort(o.known)
	for _, name := range slices.Sorted(maps.Keys(o.members)) {
		if !slices.Contains(o.known, name) {
			o.refuse(shortened(name), "unknown_field", "is not a field here; known are "+strings.Join(o.known, ", "))
		}
	}
}

// shortened keeps a caller's text within what an error should repeat.
func shortened(text string) string {
	if len(text) > 64 {
		return strings.ToValidUTF8(text[:64], "") + "..."
	}
	return text
}
