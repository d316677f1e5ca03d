package odata

import "strings"

// parseExpand reads $expand: navigations, each with $select and $filter in parentheses at most.
func parseExpand(e *Entity, list string) ([]Expansion, error) {
	var expansions []Expansion
	if strings.TrimSpace(list) == "" {
		return nil, nil
	}
	parts, ok := split(list, ',')
	if !ok {
		return nil, fault("$expand", Syntax, "Parentheses or quotes do not close.")
	}
	for _, part := range parts {
		expansion, err := parseExpansion(e, strings.TrimSpace(part))
		if err != nil {
			return nil, err
		}
		for _, other := range expansions {
			if other.Navigation == expansion.Navigation {
				return nil, fault("$expand", Syntax, "%s is expanded twice.", other.Navigation.Name)
			}
		}
		expansions = append(expansions, expansion)
	}
	return expansions, nil
}

func parseExpansion(e *Entity, part string) (Expansion, error) {
	name, inner, nested := strings.Cut(part, "(")
	name = strings.TrimSpace(name)
	navigation, ok := e.Navigation(name)
	if !ok {
		if strings.ContainsAny(name, "*/$") {
			return Expansion{}, fault("$expand", Unsupported, "%q is not supported; name what to expand, such as %s.", echo(name), e.expandable())
		}
		return Expansion{}, fault("$expand", Unknown, "%q of %s cannot be expanded; %s can.", echo(name), e.Name, e.expandable())
	}
	expansion := Expansion{navigation, &Query{Entity: navigation.Target}}
	options := map[string]string{}
	if nested {
		inner, ok = strings.CutSuffix(strings.TrimSpace(inner), ")")
		list, balanced := split(inner, ';')
		if !ok || !balanced {
			return expansion, fault("$expand", Syntax, "After the options of %s a parenthesis must close.", name)
		}
		for _, option := range list {
			key, value, ok := strings.Cut(strings.TrimSpace(option), "=")
			if _, twice := options[key]; !ok || twice {
				return expansion, fault("$expand", Syntax, "Write the options of %s as in %s($select=...;$filter=...), each once.", name, name)
			}
			if key != "$select" && key != "$filter" {
				return expansion, fault("$expand", Unsupported, "The option %s is not supported within $expand; $select and $filter are.", echo(key))
			}
			options[key] = value
		}
	}
	var err error
	q := expansion.Query
	if q.Select, q.Selected, err = parseSelect(q.Entity, "$expand", options["$select"]); err != nil {
		return expansion, err
	}
	if filter, ok := options["$filter"]; ok {
		q.Filter, err = parseFilter(q.Entity, "$expand", filter)
	}
	return expansion, err
}

// expandable lists what of an entity can be expanded.
func (e *Entity) expandable() string {
	names := make([]string, len(e.Navigations))
	for i, n := range e.Navigations {
		names[i] = n.Name
	}
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}

// split cuts a list at a separator that stands outside of parentheses and quotes; false if they do not close.
func split(list string, separator byte) (parts []string, ok bool) {
	depth, start, within := 0, 0, false
	for i := range len(list) {
		switch c := list[i]; {
		case c == '\'':
			// A doubled quote ends and begins a text.
			within = !within
		case within:
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth < 0 {
				return nil, false
			}
		case c == separator && depth == 0:
			parts, start = append(parts, list[start:i]), i+1
		}
	}
	return append(parts, list[start:]), depth == 0 && !within
}
