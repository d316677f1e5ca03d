package analytics

import (
	"fmt"
	"slices"
)

// at names an element of a list in the query.
func at(list string, i int) string { return fmt.Sprintf("%s[%d]", list, i) }

// attribute finds an attribute that the metric has.
func (r *resolved) attribute(field, id string) (*Attribute, error) {
	allowed := r.metric.Attributes()
	a, ok := AttributeByID(id)
	switch {
	case ok && slices.Contains(allowed, a.ID):
		return a, nil
	case len(allowed) == 0:
		return nil, invalid(field, "unknown_attribute", "%s has no attributes", r.metric.ID)
	case ok:
		return nil, invalid(field, "unknown_attribute", "%s does not have %s; it has %s", r.metric.ID, a.ID, listed(allowed))
	default:
		return nil, invalid(field, "unknown_attribute", "%s is not an attribute; %s has %s", quoted(id), r.metric.ID, listed(allowed))
	}
}

// checkFilters makes the filters' attributes, operators and values canonical.
func (r *resolved) checkFilters() error {
	if len(r.query.Filters) > MaxFilters {
		return invalid("filters", "too_many_filters", "a query has at most %d filters", MaxFilters)
	}
	var filters []Filter
	values := 0
	for i, f := range r.query.Filters {
		field := at("filters", i)
		a, err := r.attribute(field+".attribute", f.Attribute)
		if err != nil {
			return err
		}
		if values += len(f.Values); values > MaxFilterValues {
			return invalid(field+".values", "too_many_values", "the filters of a query have at most %d values together", MaxFilterValues)
		}
		f.Attribute = a.ID
		if f, err = a.check(field, f); err != nil {
			return err
		}
		filters = append(filters, f)
	}
	r.query.Filters = filters
	return nil
}

// check makes a filter's operator and values canonical.
func (a *Attribute) check(field string, f Filter) (Filter, error) {
	if f.Operator == "" {
		f.Operator = Is
	}
	if f.Operator != Range && (f.Least != nil || f.Most != nil) {
		return f, invalid(field, "invalid_value", "only the operator range takes least and most")
	}
	switch f.Operator {
	case Is, IsNot:
		return a.checkValues(field, f)
	case Empty, NotEmpty:
		if len(f.Values) > 0 {
			return f, invalid(field+".values", "invalid_value", "the operator %s takes no values", f.Operator)
		}
		return f, nil
	case Range:
		return f, a.checkRange(field, f)
	default:
		return f, invalid(field+".operator", "unknown_operator", "%s is not an operator; use one of %s", quoted(string(f.Operator)), listed(Operators))
	}
}

// Operators are all operators of filters.
var Operators = []Operator{Is, IsNot, Empty, NotEmpty, Range}

func (a *Attribute) checkValues(field string, f Filter) (Filter, error) {
	if len(f.Values) == 0 {
		return f, invalid(field+".values", "invalid_value", "the operator %s needs values; use empty for rows that have none", f.Operator)
	}
	var stored []string
	for i, value := range f.Values {
		if value == "" || !storable(value) {
			return f, invalid(at(field+".values", i), "invalid_value", "a value is valid UTF-8 of 1 to %d bytes; use the operator empty for rows that have none", maxValueLength)
		}
		forms, ok := a.stored(value)
		if !ok {
			return f, invalid(at(field+".values", i), "invalid_value", "%s takes %s, not %s", a.ID, takes[a.Type], quoted(value))
		}
		stored = append(stored, forms...)
	}
	slices.Sort(stored)
	f.Values = slices.Compact(stored)
	return f, nil
}

// takes says what values of a type look like, where not every text is one.
var takes = map[AttributeType]string{Flag: "true or false", Numeric: "a number"}

func (a *Attribute) checkRange(field string, f Filter) error {
	switch {
	case a.Type != Numeric:
		return invalid(field+".operator", "not_numeric", "only numbers have ranges; %s is not a number", a.ID)
	case len(f.Values) > 0:
		return invalid(field+".values", "invalid_value", "the operator range takes least and most, not values")
	case f.Least == nil && f.Most == nil:
		return invalid(field, "invalid_value", "the operator range needs least or most or both")
	case f.Least != nil && !finite(*f.Least), f.Most != nil && !finite(*f.Most):
		return invalid(field, "invalid_value", "least and most are finite numbers")
	case f.Least != nil && f.Most != nil && *f.Least > *f.Most:
		return invalid(field, "invalid_value", "least is greater than most")
	default:
		return nil
	}
}

// checkGroups makes the attributes to group by canonical and adds those that the metric always groups
// by.
func (r *resolved) checkGroups() error {
	if len(r.query.GroupBy) > MaxGroupBy {
		return invalid("group_by", "too_many_groups", "a query groups by at most %d attributes", MaxGroupBy)
	}
	var groups []string
	for i, id := range r.query.GroupBy {
		a, err := r.attribute(at("group_by", i), id)
		if err != nil {
			return err
		}
		if slices.Contains(groups, a.ID) {
			return invalid(at("group_by", i), "repeated_attribute", "%s is grouped by twice", a.ID)
		}
		groups = append(groups, a.ID)
	}
	if r.metric.Kind == Share {
		for _, id := range r.metric.Groups {
			if !slices.Contains(groups, id) {
				groups = append(groups, id)
			}
		}
	}
	r.query.GroupBy = groups
	return nil
}
