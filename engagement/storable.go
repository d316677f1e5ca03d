package engagement

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth bounds how deep a sender's data may nest.
const maxDepth = 64

// unstorable tells why a JSON value could not be kept as it is, though it is well formed; empty if
// it can. Postgres refuses U+0000, lone surrogates, numbers beyond its range and deep nesting, and
// one such value must be refused here rather than fail the transaction of its neighbours.
func unstorable(raw json.RawMessage) string {
	if !utf8.Valid(raw) {
		return "Send data in UTF-8."
	}
	if !escapesStorable(raw) {
		return `Remove \u0000 and lone surrogates from data: they are not characters.`
	}
	depth := 0
	tokens := json.NewDecoder(bytes.NewReader(raw))
	tokens.UseNumber()
	for {
		token, err := tokens.Token()
		if err != nil {
			return ""
		}
		switch t := token.(type) {
		case json.Delim:
			if t == '{' || t == '[' {
				depth++
			} else {
				depth--
			}
			if depth > maxDepth {
				return "Nest data at most " + strconv.Itoa(maxDepth) + " levels deep."
			}
		case json.Number:
			if _, err := t.Float64(); err != nil {
				return "Use numbers in data that fit a 64-bit float, or send them as strings."
			}
		}
	}
}

// escapesStorable looks at every \u escape.
func escapesStorable(raw []byte) bool {
	for i := 0; i+1 < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		i++
		if raw[i] != 'u' {
			continue
		}
		r := escaped(raw[i+1:])
		i += 4
		switch {
		case r == 0:
			return false
		case !utf16.IsSurrogate(r):
			continue
		}
		if i+2 >= len(raw) || raw[i+1] != '\\' || raw[i+2] != 'u' ||
			utf16.DecodeRune(r, escaped(raw[i+3:])) == utf8.RuneError {
			return false
		}
		i += 6
	}
	return true
}

// escaped reads the four digits of a \u escape.
func escaped(raw []byte) rune {
	if len(raw) < 4 {
		return 0
	}
	n, err := strconv.ParseUint(string(raw[:4]), 16, 16)
	if err != nil {
		return 0
	}
	return rune(n)
}
