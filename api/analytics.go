package api

import (
	"errors"
	"net/http"

	"engaged/analytics"
)

// analyticsRoutes are the compatible analytics wire. Parameters that it does not know pass, as they do
// at the reference.
func (s *Server) analyticsRoutes() []route {
	read := []Scope{ReportsRead}
	table := []route{
		{Route{http.MethodGet, analyticsPrefix + "/metrics", false, read, nil}, s.listWireMetrics},
		{Route{http.MethodPost, analyticsPrefix + "/metrics", false, read, nil}, s.askWireMetric},
		{Route{http.MethodGet, analyticsPrefix + "/metrics/{metric_id}", false, read, nil}, s.getWireMetric},
		{Route{http.MethodGet, analyticsPrefix + "/records", false, read, nil}, s.listWireRecords},
		{Route{http.MethodPost, analyticsPrefix + "/records", false, read, nil}, s.readWireRecords},
		{Route{http.MethodGet, analyticsPrefix + "/records/{record_id}", false, read, nil}, s.getWireRecord},
		{Route{http.MethodGet, analyticsPrefix + "/filter/{filter_attribute}", false, read, nil}, s.listFilterValues},
	}
	for i := range table {
		table[i].handle = s.limitAnalytics(table[i].handle)
	}
	return table
}

// limitAnalytics applies the wire's own limits before a handler.
func (s *Server) limitAnalytics(handle handler) handler {
	return func(c *call) (any, error) {
		if limited := s.analyticsLimits.take(c.principal.actor, s.now()); limited != nil {
			return nil, limited
		}
		return handle(c)
	}
}

// analyticsInput reads the body of a question.
func (s *Server) analyticsInput(c *call) (analyticsInput, error) {
	body, err := c.body()
	if err != nil {
		return analyticsInput{}, err
	}
	input, err := decodeAnalytics(body, s.now())
	if err != nil {
		return input, err
	}
	if s.config.Analytics.RequireBound && !input.bounded && input.conversations == nil {
		return input, invalidBody("give a periodFilter or a csidFilter")
	}
	return input, nil
}

// analyticsFailure says why a question has no answer. The wire knows no status for a question that
// takes too long: it is the question that has to change.
func analyticsFailure(err error) error {
	var wrong *analytics.InvalidQuery
	switch {
	case errors.As(err, &wrong):
		return invalidBody("%s", wrong.Error())
	case errors.Is(err, analytics.ErrTooSlow):
		return invalidValue("%s", analytics.ErrTooSlow.Error()).because(err)
	default:
		return unavailable(err)
	}
}

// keepRelevant turns the filters of a body into those of a query: attributes that do not apply are
// ignored, values that nothing can have match nothing. ok is false if therefore no row can match.
func keepRelevant(given []analyticsFilter, relevant []string) (filters []analytics.Filter, ok bool) {
	for _, f := range given {
		if len(f.Values) == 0 || !contains(relevant, *f.Attribute) {
			continue
		}
		attribute, _ := analytics.AttributeByID(*f.Attribute) // what applies exists
		var values []string
		for _, value := range f.Values {
			if attribute.Takes(value) {
				values = append(values, value)
			}
		}
		if len(values) == 0 {
			return nil, false
		}
		filters = append(filters, analytics.Filter{Attribute: attribute.ID, Values: values})
	}
	return filters, true
}
