package odata

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// literal is a value of an expression: nil, a string, a guidValue, a time.Time, a float64 or a bool.
type literal struct {
	value any
	// text is how it was written.
	text string
}

// guidValue is a GUID in lower case.
type guidValue string

// literalOf reads a token as a value; false if it is none.
func (p *parser) literalOf(t token) (literal, bool, error) {
	l := literal{text: t.text}
	switch t.kind {
	case text:
		l.value, l.text = t.text, "'"+t.text+"'"
	case guid:
		l.value = guidValue(strings.ToLower(t.text))
	case instant:
		at, ok := parseInstant(t.text)
		if !ok {
			return l, false, p.fault(Syntax, "%s is not a time of the calendar, such as 2026-03-02T15:00:00Z.", t.text)
		}
		l.value = at
	case number:
		// Numbers are compared as doubles, which hold every Edm.Int32.
		n, err := strconv.ParseFloat(t.text, 64)
		if err != nil || math.IsInf(n, 0) {
			return l, false, p.fault(Syntax, "%s is not a number that a double can hold.", echo(t.text))
		}
		l.value = n
	case word:
		switch t.text {
		case "null":
		case "true", "false":
			l.value = t.text == "true"
		default:
			return l, false, nil
		}
	case end, punctuation:
		return l, false, nil
	}
	return l, true, nil
}

// parseInstant reads a time with its zone, or a day, which begins at midnight in UTC.
func parseInstant(written string) (time.Time, bool) {
	written = strings.ToUpper(strings.Replace(written, " ", "+", 1))
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", time.DateOnly} {
		if at, err := time.Parse(layout, written); err == nil {
			at = at.UTC()
			return at, at.Year() >= 1 && at.Year() <= 9999
		}
	}
	return time.Time{}, false
}

// fits checks that a literal can be compared with a property.
func (p *parser) fits(l literal, property *Property) error {
	ok := false
	switch l.value.(type) {
	case nil:
		ok = true
	case string:
		ok = property.Type == String
	case guidValue:
		ok = property.Type == GUID
	case time.Time:
		ok = property.Type == DateTimeOffset
	case float64:
		ok = property.Type == Int32
	case bool:
		ok = property.Type == Boolean
	}
	if ok {
		return nil
	}
	return p.fault(Mismatch, "%s is %s; %s is not. %s", property.Name, property.Type, echo(l.text), writeAs[property.Type])
}

// writeAs says how a value of a type is written.
var writeAs = map[Type]string{
	String:         "Write a text in single quotes.",
	GUID:           "Write a GUID without quotes.",
	DateTimeOffset: "Write a time without quotes, such as 2026-03-02T15:00:00.000Z.",
	Int32:          "Write a number without quotes.",
	Boolean:        "Write true or false.",
}
