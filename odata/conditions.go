package odata

import "slices"

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
