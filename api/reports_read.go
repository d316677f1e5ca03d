package api

import (
	"encoding/json"
	"strconv"
	"time"

	"engaged/analytics"
)

// maxQueries is how many named queries one request may hold.
const maxQueries = 20

// question is one query of a request.
type question struct {
	name  string
	query analytics.Query
	// preset is the one that the period came from.
	preset  analytics.Preset
	compare analytics.Comparison
	// other is the period to compare with; zero without compare.
	other   analytics.Period
	explain bool
	// from is where the query stood.
	from *object
	// failed is why it could not be read though nothing is wrong with it.
	failed error
}

// clock is what periods are relative to.
type clock struct {
	now time.Time
	// zone reads the one for queries that name none.
	zone func() (*time.Location, error)
}

// readQuestions reads the body of a request: one query, or several that have names. What is wrong is
// reported all at once.
func readQuestions(body []byte, at clock) (questions []question, several bool, err error) {
	var members map[string]json.RawMessage
	if err := decodeObject(body, &members); err != nil {
		return nil, false, err
	}
	var wrong []InvalidParameter
	top := &object{members: members, wrong: &wrong}
	if _, several = members["queries"]; several {
		questions = readSeveral(top, at)
	} else {
		questions = []question{readQuestion(top, at)}
	}
	if len(wrong) > 0 {
		return nil, several, invalidReport(wrong...)
	}
	for _, q := range questions {
		if q.failed != nil {
			return nil, several, q.failed
		}
	}
	return questions, several, nil
}

// readSeveral reads the list of queries. The fields beside it hold for each that does not have them.
func readSeveral(top *object, at clock) []question {
	list := top.objects("queries", maxQueries, "too_many_queries")
	delete(top.members, "queries")
	if len(list) == 0 && len(*top.wrong) == 0 {
		top.refuse("queries", "missing_field", "must hold at least one query")
	}
	names := map[string]bool{}
	var questions []question
	for _, one := range list {
		one.shared = map[string]bool{}
		for name, value := range top.members {
			if _, own := one.members[name]; !own {
				one.members[name], one.shared[name] = value, true
			}
		}
		q := readQuestion(one, at)
		switch {
		case q.name == "":
			one.refuse("name", "missing_field", "must name the query, so that its answer can be told from the others")
		case names[q.name]:
			one.refuse("name", "repeated_name", "must differ from the names of the other queries")
		}
		names[q.name] = true
		questions = append(questions, q)
	}
	return questions
}

// readQuestion reads one query.
func readQuestion(o *object, at clock) question {
	q := question{name: o.text("name"), from: o}
	if len(q.name) > 64 {
		o.refuse("name", "invalid_value", "must have at most 64 bytes")
	}
	q.query = analytics.Query{
		Metric:      o.text("metric"),
		Filters:     readFilters(o),
		GroupBy:     o.texts("group_by"),
		Interval:    analytics.Interval(o.text("interval")),
		Attribution: analytics.Attribution(o.text("attribution")), BusinessHours: o.flag("business_hours"),
		IncludeExpired: o.flag("include_expired"), Exact: o.flag("exact"),
		OrderBy: o.text("order_by"), After: o.text("after"),
	}
	if q.query.Metric == "" {
		o.refuse("metric", "missing_field", "must be the id of a metric, such as csat; GET /v1/reports/metrics lists all")
	}
	for _, measure := range o.texts("measures") {
		q.query.Measures = append(q.query.Measures, analytics.Measure(measure))
	}
	o.read("parameters", &q.query.Parameters, "an object of numbers and strings")
	o.read("edges", &q.query.Edges, "a list of numbers")
	q.explain = o.flag("explain")
	q.readLimit(o)
	q.readDirection(o)
	q.readPeriod(o, at)
	o.end()
	return q
}

func readFilters(o *object) []analytics.Filter {
	var filters []analytics.Filter
	for _, one := range o.objects("filters", analytics.MaxFilters, "too_many_filters") {
		filters = append(filters, analytics.Filter{
			Attribute: one.text("attribute"), Operator: analytics.Operator(one.text("operator")), Values: one.texts("values"),
			Least: one.number("min"), Most: one.number("max"),
		})
		one.end()
	}
	return filters
}

func (q *question) readLimit(o *object) {
	var limit int
	if !o.read("limit", &limit, "a whole number") {
		return
	}
	if limit < 1 || limit > analytics.MaxRows {
		o.refuse("limit", "invalid_limit", "must be 1 to "+strconv.Itoa(analytics.MaxRows))
	}
	q.query.Limit = limit
}

// readDirection takes asc and desc for measures; attributes ascend.
func (q *question) readDirection(o *object) {
	direction := o.text("direction")
	_, byAttribute := analytics.AttributeByID(q.query.OrderBy)
	switch {
	case direction == "":
	case q.query.OrderBy == "":
		o.refuse("direction", "invalid_order", "needs order_by")
	case direction == "desc" && byAttribute:
		o.refuse("direction", "invalid_order", "must be asc for attributes")
	case direction == "asc":
		q.query.Ascending = !byAttribute
	case direction != "desc":
		o.refuse("direction", "invalid_order", "must be asc or desc")
	}
}
