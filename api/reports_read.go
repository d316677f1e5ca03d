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
}

// clock is what periods are relative to.
type clock struct {
	now time.Time
	// zone is the one for queries that name none.
	zone *time.Location
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

// readPeriod reads zone, period and what to compare with.
func (q *question) readPeriod(o *object, at clock) {
	q.query.Location = at.zone
	if name := o.text("timezone"); name != "" {
		zone, err := analytics.LoadZone(name)
		if err != nil {
			o.refuse("timezone", "unknown_timezone", "must be an IANA time zone such as Europe/Vienna or UTC")
		} else {
			q.query.Location = zone
		}
	}
	q.compare = analytics.Comparison(o.text("compare"))
	period := o.object("period")
	if period != nil {
		q.readBounds(period, at)
	}
	if q.compare == "" {
		return
	}
	if period == nil {
		o.refuse("compare", "no_period", "needs a period; all time has nothing to be compared with")
		return
	}
	if q.query.Period == (analytics.Period{}) {
		return
	}
	other, err := analytics.ComparePeriod(q.query.Period, q.preset, q.compare, q.query.Location)
	if err != nil {
		o.refuse("compare", "unknown_comparison", "must be previous or same_period_last_year")
	}
	q.other = other
}

// readBounds reads {"preset": ...} or {"start": ..., "end": ...}.
func (q *question) readBounds(period *object, at clock) {
	defer period.end()
	preset, start, end := period.text("preset"), period.instant("start"), period.instant("end")
	hasStart, hasEnd := period.has("start"), period.has("end")
	switch {
	case preset != "" && (hasStart || hasEnd):
		period.refuse("preset", "invalid_period", "must stand alone, without start and end")
	case preset != "":
		resolved, ok := analytics.ResolvePreset(analytics.Preset(preset), at.now, q.query.Location)
		if !ok {
			period.refuse("preset", "unknown_preset", "must be one of "+joined(analytics.Presets))
		}
		q.preset, q.query.Period = analytics.Preset(preset), resolved
	case !hasStart && !hasEnd:
		period.refuse("preset", "missing_field", "must name a period such as PreviousWeek, or give start and end")
	case !hasStart:
		period.refuse("start", "missing_field", "must be a time such as 2026-01-31T09:00:00Z")
	case !hasEnd:
		period.refuse("end", "missing_field", "must be a time such as 2026-01-31T09:00:00Z; the period ends just before it")
	case start != nil && end != nil && !start.Before(*end):
		period.refuse("end", "invalid_period", "must be later than start")
	case start != nil && end != nil:
		q.query.Period = analytics.Period{Start: *start, End: *end}
	}
}

// instant reads RFC 3339 within the years that Postgres and JSON can hold.
func (o *object) instant(name string) *time.Time {
	var text string
	if !o.read(name, &text, "a time such as 2026-01-31T09:00:00Z") {
		return nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if year := t.UTC().Year(); err != nil || year < 2 || year > 9998 {
		o.refuse(name, "invalid_value", "must be a time such as 2026-01-31T09:00:00Z, in the years 2 to 9998")
		return nil
	}
	return &t
}

func joined[T ~string](names []T) string {
	var text string
	for i, name := range names {
		if i > 0 {
			text += ", "
		}
		text += string(name)
	}
	return text
}
