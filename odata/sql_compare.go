package odata

import "time"

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
