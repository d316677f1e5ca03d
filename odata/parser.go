package odata

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
