package odata

import (
	"slices"
	"strings"
)

// The limits of a query.
const (
	// MaxFilter is the longest $filter in bytes.
	MaxFilter = 4096
	// maxDepth is how deep parentheses and not may nest.
	maxDepth = 32
	// maxConditions is how many conditions a filter may have.
	maxConditions = 100
	// maxMembers is how many values in may list.
	maxMembers = 200
)

// ParseFilter reads a $filter on an entity. An error is an *Error.
func ParseFilter(e *Entity, expression string) (*Filter, error) {
	return parseFilter(e, "$filter", expression)
}

func parseFilter(e *Entity, option, expression string) (*Filter, error) {
	p := &parser{entity: e, lexer: lexer{option: option, input: expression}}
	if len(expression) > MaxFilter {
		return nil, p.fault(TooMuch, "The expression is longer than %d bytes.", MaxFilter)
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	root, err := p.disjunction(0)
	if err != nil {
		return nil, err
	}
	if p.token.kind != end {
		return nil, p.unexpected("and, or, or the end")
	}
	return &Filter{root}, nil
}

// parser reads an expression, one token ahead.
type parser struct {
	lexer
	entity     *Entity
	token      token
	conditions int
}

func (p *parser) fault(reason Reason, format string, args ...any) error {
	return fault(p.option, reason, format, args...)
}

func (p *parser) unexpected(wanted string) error {
	if p.token.kind == end {
		return p.fault(Syntax, "The expression ends where %s should come.", wanted)
	}
	return p.fault(Syntax, "There is %q at %d where %s should come.", echo(p.token.text), p.token.at, wanted)
}

func (p *parser) advance() (err error) {
	p.token, err = p.next()
	return err
}

// is tells that the token is a certain word or punctuation.
func (p *parser) is(wanted string) bool {
	return (p.token.kind == word || p.token.kind == punctuation) && p.token.text == wanted
}

// expect passes over a word or punctuation.
func (p *parser) expect(wanted string) error {
	if !p.is(wanted) {
		return p.unexpected(wanted)
	}
	return p.advance()
}

func (p *parser) disjunction(depth int) (node, error) {
	return p.operands("or", false, func() (node, error) { return p.conjunction(depth) })
}

func (p *parser) conjunction(depth int) (node, error) {
	return p.operands("and", true, func() (node, error) { return p.negation(depth) })
}

// operands reads what stands between the words.
func (p *parser) operands(between string, all bool, read func() (node, error)) (node, error) {
	first, err := read()
	if err != nil || !p.is(between) {
		return first, err
	}
	list := junction{all: all, operands: []node{first}}
	for p.is(between) {
		if err := p.advance(); err != nil {
			return nil, err
		}
		operand, err := read()
		if err != nil {
			return nil, err
		}
		list.operands = append(list.operands, operand)
	}
	return list, nil
}

func (p *parser) negation(depth int) (node, error) {
	if depth > maxDepth {
		return nil, p.fault(TooMuch, "The expression nests deeper than %d levels.", maxDepth)
	}
	if p.is("not") {
		if err := p.advance(); err != nil {
			return nil, err
		}
		operand, err := p.negation(depth + 1)
		return negation{operand}, err
	}
	if !p.is("(") {
		return p.condition()
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	inner, err := p.disjunction(depth + 1)
	if err != nil {
		return nil, err
	}
	return inner, p.expect(")")
}

// condition reads a comparison, a function, or a property that is true or false by itself.
func (p *parser) condition() (node, error) {
	if p.conditions++; p.conditions > maxConditions {
		return nil, p.fault(TooMuch, "The expression has more than %d conditions; in lists values.", maxConditions)
	}
	value, isValue, err := p.literalOf(p.token)
	if err != nil {
		return nil, err
	}
	if isValue {
		return p.mirrored(value)
	}
	if p.token.kind != word {
		return nil, p.unexpected("a condition")
	}
	name := p.token
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.is("(") {
		return p.function(name)
	}
	property, err := p.property(name)
	if err != nil {
		return nil, err
	}
	switch op := operator(p.token.text); {
	case p.is("in"):
		return p.membership(property)
	case p.token.kind == word && mirrored[op] != "":
		return p.comparison(property, op)
	case slices.Contains(arithmetic, p.token.text) && p.token.kind == word:
		return nil, p.fault(Unsupported, "The operator %s is not supported.", p.token.text)
	case property.Type == Boolean:
		return flag{property}, nil
	}
	return nil, p.unexpected("eq, ne, gt, ge, lt, le or in")
}

// mirrored reads a comparison that begins with its value, or a constant.
func (p *parser) mirrored(value literal) (node, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	op := mirrored[operator(p.token.text)]
	if p.token.kind != word || op == "" {
		if truth, ok := value.value.(bool); ok {
			return constant(truth), nil
		}
		return nil, p.unexpected("eq, ne, gt, ge, lt or le")
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.token.kind != word {
		return nil, p.unexpected("a property")
	}
	name := p.token
	if err := p.advance(); err != nil {
		return nil, err
	}
	property, err := p.property(name)
	if err != nil {
		return nil, err
	}
	return p.compare(property, op, value)
}

func (p *parser) comparison(property *Property, op operator) (node, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	value, err := p.value()
	if err != nil {
		return nil, err
	}
	return p.compare(property, op, value)
}

func (p *parser) compare(property *Property, op operator, value literal) (node, error) {
	if err := p.fits(value, property); err != nil {
		return nil, err
	}
	if property.Type == Boolean && op != eq && op != ne {
		return nil, p.fault(Mismatch, "%s is %s, which has no order; use eq or ne.", property.Name, Boolean)
	}
	return comparison{property, op, value.value}, nil
}

// value reads a literal.
func (p *parser) value() (literal, error) {
	value, ok, err := p.literalOf(p.token)
	switch {
	case err != nil:
		return value, err
	case ok:
		return value, p.advance()
	case p.token.kind == word:
		return value, p.fault(Unsupported, "%q at %d is not a value: a property is compared with a value, and texts stand in single quotes.",
			echo(p.token.text), p.token.at)
	}
	return value, p.unexpected("a value")
}

// membership reads the list of in.
func (p *parser) membership(property *Property) (node, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	if err := p.expect("("); err != nil {
		return nil, err
	}
	list := membership{property: property}
	for count := 1; ; count++ {
		if count > maxMembers {
			return nil, p.fault(TooMuch, "in lists more than %d values.", maxMembers)
		}
		value, err := p.value()
		if err != nil {
			return nil, err
		}
		if err := p.fits(value, property); err != nil {
			return nil, err
		}
		if value.value == nil {
			list.null = true
		} else {
			list.values = append(list.values, value.value)
		}
		if !p.is(",") {
			return list, p.expect(")")
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
}

// arithmetic are operators of OData that are not supported.
var arithmetic = []string{"add", "sub", "mul", "div", "divby", "mod", "has"}

// matches are the functions that are supported.
var matches = []string{"contains", "endswith", "startswith"}

// function reads the arguments of a function.
func (p *parser) function(name token) (node, error) {
	if strings.HasSuffix(name.text, "/any") || strings.HasSuffix(name.text, "/all") {
		return nil, p.fault(Unsupported, "any and all are not supported; filter within $expand, or read the other set.")
	}
	if !slices.Contains(matches, name.text) {
		return nil, p.fault(Unsupported, "The function %s is not supported; contains, startswith and endswith are.", echo(name.text))
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.token.kind != word {
		return nil, p.unexpected("a property")
	}
	property, err := p.property(p.token)
	if err != nil {
		return nil, err
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if property.Type != String {
		return nil, p.fault(Mismatch, "%s needs a property of the type %s; %s is %s.", name.text, String, property.Name, property.Type)
	}
	if err := p.expect(","); err != nil {
		return nil, err
	}
	part := p.token
	if part.kind != text {
		return nil, p.unexpected("a text in single quotes")
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if err := p.expect(")"); err != nil {
		return nil, err
	}
	if mirrored[operator(p.token.text)] != "" && p.token.kind == word {
		return nil, p.fault(Unsupported, "%s is a condition by itself; leave out what compares it, and negate it by not.", name.text)
	}
	return match{name.text, property, part.text}, nil
}

// property finds the property that a word names.
func (p *parser) property(t token) (*Property, error) {
	return p.entity.find(p.option, t.text)
}
