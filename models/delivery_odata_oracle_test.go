package models_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// What OData makes of a question, written apart from the code under test: rows are maps, filters are trees
// that know their text and what they say of a row.

// A row is what callers see of an attempt: nil, string, bool, int or time.Time.
type seenRow map[string]any

// truth is that of OData, which has a third value for what is unknown.
type truth int

const (
	no truth = iota - 1
	unknown
	yes
)

func truthOf(holds bool) truth {
	if holds {
		return yes
	}
	return no
}

// condition is a part of a filter.
type condition interface {
	text() string
	of(row seenRow) truth
}

type (
	both    struct{ a, b condition }
	either  struct{ a, b condition }
	without struct{ a condition }
	compare struct {
		property, operator string
		value              any
		// mirrored writes the value first.
		mirrored bool
	}
	among struct {
		property string
		values   []any
	}
	holds struct{ function, property, part string }
	isSet struct{ property string }
)

func (c both) text() string            { return "(" + c.a.text() + ") and (" + c.b.text() + ")" }
func (c both) of(row seenRow) truth    { return min(c.a.of(row), c.b.of(row)) }
func (c either) text() string          { return "(" + c.a.text() + " or " + c.b.text() + ")" }
func (c either) of(row seenRow) truth  { return max(c.a.of(row), c.b.of(row)) }
func (c without) text() string         { return "not (" + c.a.text() + ")" }
func (c without) of(row seenRow) truth { return -c.a.of(row) }
func (c isSet) text() string           { return c.property }
func (c isSet) of(row seenRow) truth   { return truthOf(row[c.property] == true) }
func (c holds) text() string {
	return c.function + "(" + c.property + "," + written(c.part) + ")"
}

func (c holds) of(row seenRow) truth {
	text, known := row[c.property].(string)
	if !known {
		return unknown
	}
	return truthOf(map[string]func(string, string) bool{"contains": strings.Contains, "startswith": strings.HasPrefix, "endswith": strings.HasSuffix}[c.function](text, c.part))
}

func (c compare) text() string {
	if c.mirrored {
		turned := map[string]string{"eq": "eq", "ne": "ne", "gt": "lt", "lt": "gt", "ge": "le", "le": "ge"}
		return written(c.value) + " " + turned[c.operator] + " " + c.property
	}
	return c.property + " " + c.operator + " " + written(c.value)
}

func (c compare) of(row seenRow) truth {
	left := row[c.property]
	switch {
	case c.operator == "eq":
		return truthOf(same(left, c.value))
	case c.operator == "ne":
		return truthOf(!same(left, c.value))
	case left == nil || c.value == nil:
		return no
	}
	order := rank(left, c.value)
	return truthOf(map[string]bool{"gt": order > 0, "ge": order >= 0, "lt": order < 0, "le": order <= 0}[c.operator])
}

func (c among) text() string {
	var list []string
	for _, value := range c.values {
		list = append(list, written(value))
	}
	return c.property + " in (" + strings.Join(list, ", ") + ")"
}

func (c among) of(row seenRow) truth {
	return truthOf(slices.ContainsFunc(c.values, func(value any) bool { return same(row[c.property], value) }))
}

func same(a, b any) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return rank(a, b) == 0
}

// rank orders two values of a kind.
func rank(a, b any) int {
	switch a := a.(type) {
	case time.Time:
		return a.Compare(b.(time.Time))
	case int:
		return compareNumbers(float64(a), b)
	case bool:
		return map[bool]int{false: 0, true: 1}[a] - map[bool]int{false: 0, true: 1}[b.(bool)]
	case guidText:
		return strings.Compare(string(a), string(b.(guidText)))
	default:
		return strings.Compare(a.(string), b.(string))
	}
}

func compareNumbers(a float64, b any) int {
	other, whole := b.(int)
	number, _ := b.(float64)
	if whole {
		number = float64(other)
	}
	switch {
	case a < number:
		return -1
	case a > number:
		return 1
	}
	return 0
}

// guidText is a GUID, which OData writes without quotes.
type guidText string

// written is a value as OData writes it.
func written(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case string:
		return "'" + strings.ReplaceAll(v, "'", "''") + "'"
	case time.Time:
		return v.Format(time.RFC3339Nano)
	default:
		return fmt.Sprint(v)
	}
}

// drawing makes random filters over rows, mostly of values that they have.
type drawing struct {
	*rand.Rand
	rows []seenRow
}

func pick[T any](d drawing, list []T) T { return list[d.IntN(len(list))] }

// properties by how they are compared.
var (
	textProperties = []string{
		"msdyn_delivery_id", "msdyn_proactive_engagement_config_id", "msdyn_contact_id", "msdyn_status", "msdyn_result", "msdyn_tracking_id",
		"msdyn_disposition_codes", "msdyn_channel", "msdyn_sip_diagnostics", "msdyn_result_date_ms", "msdyn_engagement_type", "partitionid", "msdyn_call_id",
	}
	timeProperties = []string{"createdon", "modifiedon", "msdyn_start_date", "msdyn_end_date", "msdyn_window_start_date", "msdyn_result_date"}
	flagProperties = []string{"msdyn_speech_detected", "msdyn_exceeded_customer_wait_threshold"}
	guidProperties = []string{"msdyn_proactive_deliveryid", "_ownerid_value"}
	everyProperty  = slices.Concat(textProperties, timeProperties, flagProperties, guidProperties, []string{"msdyn_seq_no", "ttlinseconds"})
)

func (d drawing) filter(depth int) condition {
	if depth > 0 && d.IntN(3) > 0 {
		switch d.IntN(5) {
		case 0, 1:
			return both{d.filter(depth - 1), d.filter(depth - 1)}
		case 2, 3:
			return either{d.filter(depth - 1), d.filter(depth - 1)}
		default:
			return without{d.filter(depth - 1)}
		}
	}
	switch d.IntN(8) {
	case 0:
		return isSet{pick(d, flagProperties)}
	case 1, 2:
		property := pick(d, textProperties)
		text, _ := d.value(property).(string)
		runes := []rune(text)
		from := d.IntN(len(runes) + 1)
		return holds{pick(d, []string{"contains", "startswith", "endswith"}), property, string(runes[from : from+d.IntN(len(runes)-from+1)])}
	case 3:
		c := among{property: pick(d, everyProperty)}
		for range 1 + d.IntN(4) {
			c.values = append(c.values, d.value(c.property))
		}
		return c
	default:
		property := pick(d, everyProperty)
		operators := []string{"eq", "ne", "gt", "ge", "lt", "le"}
		if slices.Contains(flagProperties, property) {
			operators = operators[:2]
		}
		return compare{property, pick(d, operators), d.value(property), d.IntN(4) == 0}
	}
}

// value is that of a row, or one near it.
func (d drawing) value(property string) any {
	value := pick(d, d.rows)[property]
	switch v := value.(type) {
	case time.Time:
		return v.Add(time.Duration(d.IntN(5)-2) * 500 * time.Microsecond)
	case int:
		if d.IntN(3) == 0 {
			return float64(v) + 0.5
		}
		return v + d.IntN(3) - 1
	case string:
		return v + pick(d, []string{"", "", "", "%", "'"})
	default:
		return v
	}
}
