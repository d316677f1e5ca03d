package analytics

import (
	"fmt"
	"math"
	"strings"
)

// bind adds an argument and returns the mark that stands for it.
func (c *conditions) bind(value any) string {
	c.args = append(c.args, value)
	return fmt.Sprintf("$%d", len(c.args))
}

// splice binds the values to the question marks of sql, in order.
func (c *conditions) splice(sql string, values []any) string {
	for _, value := range values {
		sql = strings.Replace(sql, "?", c.bind(value), 1)
	}
	return sql
}

// number is the SQL of a term's value as the type in which values are added up.
func (t Term) number() string { return "(" + t.Value + ")::double precision" }

// binSQL is the bin of a sketch in which a value lies.
func binSQL(value string) string {
	return fmt.Sprintf("CASE WHEN %[1]s <= 0 THEN 0 ELSE greatest(1, ceil(ln(%[1]s) / %.17[2]g)::int - (%[3]d)) END", value, math.Log(gamma), binOffset)
}

// filter adds the condition of a filter that was checked. Rows that have no value match IsNot.
func (c *conditions) filter(a *Attribute, sql string, f Filter) {
	switch f.Operator {
	case Is:
		c.add(a.matches(sql), a.operand(f.Values))
	case IsNot:
		c.add("("+a.matches(sql)+") IS NOT TRUE", a.operand(f.Values))
	case Empty:
		c.add(a.empty(sql))
	case NotEmpty:
		c.add("NOT (" + a.empty(sql) + ")")
	case Range:
		if f.Least != nil {
			c.add("("+sql+") >= ?::double precision", *f.Least)
		}
		if f.Most != nil {
			c.add("("+sql+") <= ?::double precision", *f.Most)
		}
	}
}

// matches is the condition of having one of the values that the question mark stands for.
func (a *Attribute) matches(sql string) string {
	switch a.Type {
	case Set:
		return sql + " && ?::text[]"
	case Numeric:
		return "(" + sql + ") = ANY (?::double precision[])"
	default:
		return "(" + sql + ") = ANY (?::text[])"
	}
}

// operand is what matches compares with.
func (a *Attribute) operand(values []string) any {
	if a.Type == Numeric {
		return numbers(values)
	}
	return values
}

// empty is the condition of having no value.
func (a *Attribute) empty(sql string) string {
	switch a.Type {
	case Set:
		return "coalesce(cardinality(array_remove(" + sql + ", '')), 0) = 0"
	case Numeric:
		return "(" + sql + ") IS NULL"
	default:
		return "coalesce(" + sql + ", '') = ''"
	}
}
