package odata

// Filter is a checked $filter.
type Filter struct{ root node }

// node is a part of a filter. It is rendered as it is, or negated: negations are carried down to the
// comparisons, which are never null, so that rows without a value come out as OData wants it.
type node interface {
	render(a *Args, negated bool) string
}

// operator is a comparison.
type operator string

const (
	eq operator = "eq"
	ne operator = "ne"
	gt operator = "gt"
	ge operator = "ge"
	lt operator = "lt"
	le operator = "le"
)

// mirrored is the operator with its sides exchanged.
var mirrored = map[operator]operator{eq: eq, ne: ne, gt: lt, ge: le, lt: gt, le: ge}

type (
	// junction holds if all of the operands do, or any.
	junction struct {
		all      bool
		operands []node
	}
	// negation holds if the operand does not.
	negation struct{ operand node }
	// comparison compares a property with a value.
	comparison struct {
		property *Property
		operator operator
		value    any
	}
	// membership tells whether a property has one of the values, of which null may be one.
	membership struct {
		property *Property
		values   []any
		null     bool
	}
	// match tells whether a text holds another: contains, startswith or endswith.
	match struct {
		function string
		property *Property
		part     string
	}
	// flag is a property that is true.
	flag struct{ property *Property }
	// constant is true or false.
	constant bool
)

// SQL renders the filter as a condition; a nil filter is true.
func (f *Filter) SQL(a *Args) string {
	if f == nil {
		return "TRUE"
	}
	return f.root.render(a, false)
}
