package odata

import "strings"

// maxTerms is how many properties $orderby may name.
const maxTerms = 5

// Term is a property by which rows are ordered.
type Term struct {
	Property   *Property
	Descending bool
}

// parseOrder reads $orderby and adds what makes the order complete.
func parseOrder(e *Entity, list string) ([]Term, error) {
	var terms []Term
	if strings.TrimSpace(list) != "" {
		for part := range strings.SplitSeq(list, ",") {
			words := strings.Fields(part)
			if len(words) == 0 || len(words) > 2 {
				return nil, fault("$orderby", Syntax, "Write properties, each with asc or desc at most, between commas.")
			}
			term, err := parseTerm(e, words)
			if err != nil {
				return nil, err
			}
			terms = append(terms, term)
		}
	} else if e.Order != "" {
		terms = append(terms, Term{Property: e.property(e.Order)})
	}
	if len(terms) > maxTerms {
		return nil, fault("$orderby", TooMuch, "Order by at most %d properties.", maxTerms)
	}
	return complete(e, terms), nil
}

func parseTerm(e *Entity, words []string) (Term, error) {
	if strings.ContainsAny(words[0], "()") {
		return Term{}, fault("$orderby", Unsupported, "%q is not supported; order by properties.", echo(words[0]))
	}
	property, err := e.find("$orderby", words[0])
	if err != nil {
		return Term{}, err
	}
	if property.Unordered {
		return Term{}, fault("$orderby", Unsupported, "%s is too long to order by.", property.Name)
	}
	term := Term{Property: property}
	if len(words) == 2 {
		if words[1] != "asc" && words[1] != "desc" {
			return term, fault("$orderby", Syntax, "There is %q where asc or desc should come.", echo(words[1]))
		}
		term.Descending = words[1] == "desc"
	}
	return term, nil
}

// complete leaves out what cannot matter any more and ends with the ID, in the direction of the last term.
func complete(e *Entity, given []Term) []Term {
	var terms []Term
	seen := map[*Property]bool{}
	descending := false
	for _, t := range given {
		if seen[t.Property] {
			continue
		}
		seen[t.Property], descending = true, t.Descending
		terms = append(terms, t)
		if t.Property.Name == e.ID {
			return terms
		}
	}
	return append(terms, Term{e.property(e.ID), descending})
}

// column is the SQL by which a term orders.
func (t Term) column() string {
	switch p := t.Property; {
	case p.Key != "":
		return p.Key
	case p.Type == String:
		return p.SQL + ` COLLATE "C"`
	default:
		return p.SQL
	}
}

// kind is the Postgres type of the term's values.
func (t Term) kind() string {
	if t.Property.KeyType != "" {
		return t.Property.KeyType
	}
	return t.Property.Type.postgres()
}

// OrderSQL is the list after ORDER BY. Null comes before every value.
func (q *Query) OrderSQL() string {
	parts := make([]string, len(q.Order))
	for i, t := range q.Order {
		parts[i] = t.column()
		if t.Descending {
			parts[i] += " DESC"
		}
		switch {
		case t.Property.Required:
			// As the index has it.
		case t.Descending:
			parts[i] += " NULLS LAST"
		default:
			parts[i] += " NULLS FIRST"
		}
	}
	return strings.Join(parts, ", ")
}

// PlaceSQL lists the expressions whose values make a row's place in the order.
func (q *Query) PlaceSQL() []string {
	list := make([]string, len(q.Order))
	for i, t := range q.Order {
		list[i] = t.column()
	}
	return list
}

// AfterSQL is the condition of the rows that come after a place: values of PlaceSQL.
func (q *Query) AfterSQL(a *Args, place []any) string {
	if q.oneWay() {
		var columns, values []string
		for i, t := range q.Order {
			columns, values = append(columns, t.column()), append(values, a.Bind(place[i], t.kind()))
		}
		symbol := " > "
		if q.Order[0].Descending {
			symbol = " < "
		}
		return "(" + strings.Join(columns, ", ") + ")" + symbol + "(" + strings.Join(values, ", ") + ")"
	}
	// From the last term to the first: beyond its value, or at it and beyond in the terms that follow.
	condition := ""
	for i := len(q.Order) - 1; i >= 0; i-- {
		beyond, at := q.Order[i].beyond(a, place[i])
		if condition == "" {
			condition = beyond
		} else {
			condition = "(" + beyond + " OR (" + at + " AND " + condition + "))"
		}
	}
	return condition
}

// oneWay tells that rows compare as a whole: no term is ever null and all go in one direction.
func (q *Query) oneWay() bool {
	for _, t := range q.Order {
		if !t.Property.Required || t.Descending != q.Order[0].Descending {
			return false
		}
	}
	return true
}

// beyond are the conditions of the rows beyond a value of the term, and of those that have it.
func (t Term) beyond(a *Args, value any) (beyond, at string) {
	column := t.column()
	switch {
	case value == nil && t.Descending:
		return "FALSE", column + " IS NULL"
	case value == nil:
		return column + " IS NOT NULL", column + " IS NULL"
	}
	bound := a.Bind(value, t.kind())
	at = column + " = " + bound
	switch {
	case !t.Descending:
		return column + " > " + bound, at
	case t.Property.Required:
		return column + " < " + bound, at
	default:
		return "(" + column + " < " + bound + " OR " + column + " IS NULL)", at
	}
}
