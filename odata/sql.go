package odata

import (
	"strconv"
	"strings"
	"time"
)

// Args collects the parameters of a statement.
type Args struct{ values []any }

// NewArgs returns parameters of which the first have these values.
func NewArgs(values ...any) *Args { return &Args{values} }

// Values are the values of $1, $2, ...
func (a *Args) Values() []any { return a.values }

// Bind adds a parameter of a type of Postgres and returns how SQL names it.
func (a *Args) Bind(value any, kind string) string {
	a.values = append(a.values, value)
	return "$" + strconv.Itoa(len(a.values)) + "::" + kind
}

// truth is the SQL of a constant.
func truth(holds bool) string {
	if holds {
		return "TRUE"
	}
	return "FALSE"
}

// unless negates a condition that must not be null.
func unless(negated bool, condition string) string {
	if negated {
		return "(" + condition + ") IS NOT TRUE"
	}
	return condition
}

func (j junction) render(a *Args, negated bool) string {
	parts := make([]string, len(j.operands))
	for i, operand := range j.operands {
		parts[i] = operand.render(a, negated)
	}
	between := " OR "
	if j.all != negated {
		between = " AND "
	}
	return "(" + strings.Join(parts, between) + ")"
}

func (n negation) render(a *Args, negated bool) string { return n.operand.render(a, !negated) }

func (c constant) render(_ *Args, negated bool) string { return truth(bool(c) != negated) }

func (f flag) render(_ *Args, negated bool) string {
	if negated {
		return "NOT " + f.property.SQL
	}
	return f.property.SQL
}

// A text that is null holds nothing, nor does it not: the function is null, which no negation changes.
func (m match) render(a *Args, negated bool) string {
	part := a.Bind(m.part, "text")
	var condition string
	switch m.function {
	case "contains":
		condition = "strpos(" + m.property.SQL + ", " + part + ") > 0"
	case "startswith":
		condition = "starts_with(" + m.property.SQL + ", " + part + ")"
	default:
		condition = "right(" + m.property.SQL + ", length(" + part + ")) = " + part
	}
	if negated {
		return "NOT (" + condition + ")"
	}
	return condition
}

func (m membership) render(a *Args, negated bool) string {
	if m.property.Type == DateTimeOffset {
		return m.instants().render(a, negated)
	}
	column, kind, values := m.property.SQL, m.property.Type.bound(), m.values
	if m.property.Key != "" {
		column, kind, values = m.property.Key, m.property.KeyType, nil
		for _, value := range m.values {
			if key, ok := m.property.KeyOf(plain(value)); ok {
				values = append(values, key)
			}
		}
	}
	condition := "FALSE"
	if len(values) > 0 {
		condition = column + " = ANY(" + a.Bind(listOf(values), kind+"[]") + ")"
	}
	if m.null {
		condition = "(" + condition + " OR " + column + " IS NULL)"
	}
	return unless(negated, condition)
}

// instants says in for times, each of which is a span of a millisecond.
func (m membership) instants() junction {
	list := junction{}
	for _, value := range m.values {
		list.operands = append(list.operands, comparison{m.property, eq, value})
	}
	if m.null {
		list.operands = append(list.operands, comparison{m.property, eq, nil})
	}
	return list
}

// listOf gives values the type of an array's parameter.
func listOf(values []any) any {
	switch values[0].(type) {
	case float64:
		return typed[float64](values)
	case bool:
		return typed[bool](values)
	case int64:
		return typed[int64](values)
	default:
		texts := make([]string, len(values))
		for i, value := range values {
			texts[i], _ = plain(value).(string)
		}
		return texts
	}
}

func typed[T any](values []any) []T {
	list := make([]T, len(values))
	for i, value := range values {
		list[i], _ = value.(T)
	}
	return list
}

// plain is a value as a driver takes it.
func plain(value any) any {
	if g, ok := value.(guidValue); ok {
		return string(g)
	}
	return value
}

// bound is the type of a parameter that is compared with a property of the type.
func (t Type) bound() string {
	if t == Int32 {
		return "double precision"
	}
	return t.postgres()
}

// symbols are the operators that order, in SQL.
var symbols = map[operator]string{gt: ">", ge: ">=", lt: "<", le: "<="}

// Comparisons are true or false, never null: null equals null alone and is neither less nor greater.
func (c comparison) render(a *Args, negated bool) string {
	if c.operator == ne {
		c.operator, negated = eq, !negated
	}
	at, isTime := c.value.(time.Time)
	switch {
	case c.value == nil && c.operator != eq:
		return truth(negated)
	case c.value == nil && negated:
		return c.property.SQL + " IS NOT NULL"
	case c.value == nil:
		return c.property.SQL + " IS NULL"
	case isTime:
		return unless(negated, c.span(a, at))
	case c.operator == eq:
		return c.equal(a, negated)
	}
	column := c.property.SQL
	if c.property.Type == String {
		column += ` COLLATE "C"`
	}
	return unless(negated, column+" "+symbols[c.operator]+" "+a.Bind(plain(c.value), c.property.Type.bound()))
}

func (c comparison) equal(a *Args, negated bool) string {
	column, kind, value := c.property.SQL, c.property.Type.bound(), plain(c.value)
	if c.property.Key != "" {
		key, ok := c.property.KeyOf(value)
		if !ok {
			return truth(negated)
		}
		column, kind, value = c.property.Key, c.property.KeyType, key
	}
	if negated {
		return column + " IS DISTINCT FROM " + a.Bind(value, kind)
	}
	return column + " = " + a.Bind(value, kind)
}

// span compares a time. Callers see milliseconds, rows may hold more: a row has the value that callers see
// from that millisecond on until the next.
func (c comparison) span(a *Args, at time.Time) string {
	column, from := c.property.SQL, at.Truncate(time.Millisecond)
	whole, next := from.Equal(at), from.Add(time.Millisecond)
	bind := func(symbol string, bound time.Time) string {
		return column + " " + symbol + " " + a.Bind(bound, "timestamptz")
	}
	switch {
	case c.operator == eq && !whole:
		return "FALSE"
	case c.operator == eq:
		return "(" + bind(">=", from) + " AND " + bind("<", next) + ")"
	case c.operator == ge && whole:
		return bind(">=", from)
	case c.operator == ge || c.operator == gt:
		return bind(">=", next)
	case c.operator == lt && whole:
		return bind("<", from)
	default:
		return bind("<", next)
	}
}
