package odata

import (
	"strconv"
	"strings"
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
