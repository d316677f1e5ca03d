package odata

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Query is what the query options ask of an entity.
type Query struct {
	// Entity is what is read.
	Entity *Entity
	// Select are the properties that are shown, in the entity's order; all without $select.
	Select []*Property
	// Selected tells that there is a $select that names properties.
	Selected bool
	// Filter is nil without $filter.
	Filter *Filter
	// Order is what rows are ordered by; the last term is the entity's ID.
	Order []Term
	// Top is how many rows are wanted at most; nil: all.
	Top *int64
	// Count asks for the number of rows that match.
	Count bool
	// Expand are the rows that are shown within each row.
	Expand []Expansion
}

// Expansion is one navigation of $expand.
type Expansion struct {
	Navigation *Navigation
	// Query holds Select and Filter of the rows within.
	Query *Query
}

// MaxTop is the largest $top.
const MaxTop = 1<<31 - 1

// ParseQuery reads the options of a question for rows. Options that are not OData's are Unknown, those that
// are not taken here Unsupported. An error is an *Error.
func ParseQuery(e *Entity, options map[string][]string) (*Query, error) {
	return parseOptions(e, options, "$select", "$filter", "$orderby", "$top", "$count", "$expand")
}

// ParseRow reads the options of a question for a single row.
func ParseRow(e *Entity, options map[string][]string) (*Query, error) {
	return parseOptions(e, options, "$select", "$expand")
}

func parseOptions(e *Entity, options map[string][]string, known ...string) (*Query, error) {
	for _, name := range slices.Sorted(maps.Keys(options)) {
		switch {
		case slices.Contains(known, name) && len(options[name]) > 1:
			return nil, fault(name, Syntax, "The option is given more than once.")
		case slices.Contains(known, name):
		case strings.HasPrefix(name, "$"):
			return nil, fault(echo(name), Unsupported, "The option is not supported here; supported are %s.", strings.Join(known, ", "))
		default:
			return nil, fault(echo(name), Unknown, "There is no such option; supported are %s.", strings.Join(known, ", "))
		}
	}
	q := &Query{Entity: e}
	value := func(name string) (string, bool) {
		if len(options[name]) == 0 {
			return "", false
		}
		return options[name][0], true
	}
	return q, q.read(value)
}

func (q *Query) read(option func(string) (string, bool)) (err error) {
	selected, _ := option("$select")
	if q.Select, q.Selected, err = parseSelect(q.Entity, "$select", selected); err != nil {
		return err
	}
	if filter, ok := option("$filter"); ok {
		if q.Filter, err = ParseFilter(q.Entity, filter); err != nil {
			return err
		}
	}
	order, _ := option("$orderby")
	if q.Order, err = parseOrder(q.Entity, order); err != nil {
		return err
	}
	if top, ok := option("$top"); ok {
		n, err := strconv.ParseInt(top, 10, 64)
		if err != nil || n < 0 || n > MaxTop {
			return fault("$top", Syntax, "Use a whole number from 0 to %d.", MaxTop)
		}
		q.Top = &n
	}
	switch count, _ := option("$count"); count {
	case "", "false":
	case "true":
		q.Count = true
	default:
		return fault("$count", Syntax, "Use true or false.")
	}
	expand, _ := option("$expand")
	q.Expand, err = parseExpand(q.Entity, expand)
	return err
}

// parseSelect reads the names of properties; without any, or with *, all are selected.
func parseSelect(e *Entity, option, list string) (properties []*Property, some bool, err error) {
	wanted := map[*Property]bool{}
	all := strings.TrimSpace(list) == ""
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.TrimSpace(name); name == "*" || all {
			all = true
			continue
		}
		property, err := e.find(option, name)
		if err != nil {
			return nil, false, err
		}
		wanted[property] = true
	}
	for i := range e.Properties {
		if p := &e.Properties[i]; all || wanted[p] {
			properties = append(properties, p)
		}
	}
	return properties, !all, nil
}
