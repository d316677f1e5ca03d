package odata

import "strings"

// find returns the property that a query names.
func (e *Entity) find(option, name string) (*Property, error) {
	if property, ok := e.Property(name); ok {
		return property, nil
	}
	if strings.ContainsAny(name, "/@$") {
		return nil, fault(option, Unsupported, "%s is not supported; name a property of %s.", echo(name), e.Name)
	}
	if _, ok := e.Navigation(name); ok {
		return nil, fault(option, Unsupported, "%s leads to other rows; it can only be expanded.", name)
	}
	return nil, fault(option, Unknown, "%s has no property %q; $metadata lists all.", e.Name, echo(name))
}
