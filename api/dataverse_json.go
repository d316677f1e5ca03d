package api

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// soundJSON says what keeps a text from being one JSON value that can be stored; empty if nothing does.
func soundJSON(text []byte) string {
	if !utf8.Valid(text) {
		return "Send JSON in UTF-8."
	}
	// Depth first: no parser is to follow what nests without end.
	var s scan
	end, ok := s.value(text, 0)
	if fault := s.fault(); fault != nil {
		return fault.Reason
	}
	if !ok || end != len(text) || !json.Valid(text) {
		return "Send one complete JSON value."
	}
	return ""
}

// members takes an object apart; false if it is none. It looks at no value more closely than it must to find
// its end.
func members(object []byte) (list []parameter, ok bool) {
	var s scan
	if len(object) == 0 || object[0] != '{' {
		return nil, false
	}
	i := skipSpace(object, 1)
	if i < len(object) && object[i] == '}' {
		return nil, i == len(object)-1
	}
	for i < len(object) && object[i] == '"' {
		end, ok := s.text(object, i+1)
		name := object[i:min(end, len(object))]
		if i = skipSpace(object, end); !ok || i >= len(object) || object[i] != ':' {
			return nil, false
		}
		i = skipSpace(object, i+1)
		if end, ok = s.value(object, i); !ok {
			return nil, false
		}
		list = append(list, parameter{unquoted(name), object[i:end]})
		if i = skipSpace(object, end); i >= len(object) || object[i] != ',' {
			return list, i == len(object)-1 && object[i] == '}'
		}
		i = skipSpace(object, i+1)
	}
	return nil, false
}

// unquoted is the text of a JSON string; empty if it is not sound.
func unquoted(raw json.RawMessage) string {
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : len(raw)-1])
	}
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return ""
	}
	return text
}

// plainText reads a text or a number out of sound JSON.
func plainText(raw json.RawMessage) (string, bool) {
	switch {
	case raw[0] == '"':
		return unquoted(raw), true
	case raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9':
		return string(raw), true
	default:
		return "", false
	}
}
