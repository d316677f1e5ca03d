package odata

import (
	"slices"
	"strings"
)

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
