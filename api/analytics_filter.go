package api

import "engaged/analytics"

// FilterValue is a value of a filter.
type FilterValue struct {
	// Value is what a filter takes.
	Value string `json:"value"`
	// Label is for people; absent without a name.
	Label string `json:"label,omitempty"`
}

// listFilterValues is GET /v1/analytics/filter/{filter_attribute}.
func (s *Server) listFilterValues(c *call) (any, error) {
	id := c.Param("filter_attribute")
	if !wireAttribute(id) {
		return nil, invalidValue("unknown filter attribute '%s'", echo(id))
	}
	p, err := c.paging(analyticsPrefix+"/filter/"+id, nil)
	if err != nil {
		return nil, err
	}
	query := analytics.ValueQuery{Organization: c.principal.organization, Attribute: id, Backward: p.backward(), Limit: p.limit}
	if p.from != nil {
		query.From = &analytics.AttributeValue{Value: p.from.ID, Label: p.from.Label}
	}
	page, err := s.deps.Analytics.Values(c.ctx(), query)
	if err != nil {
		return nil, analyticsFailure(err)
	}
	values, places := make([]FilterValue, len(page.Values)), make([]pageKey, len(page.Values))
	for i, v := range page.Values {
		values[i] = FilterValue{Value: v.Value, Label: v.Label}
		places[i] = pageKey{ID: v.Value, Label: v.Label}
	}
	return analyticsReply(AnalyticsList[FilterValue]{Data: values, Meta: p.links(places, page.More)})
}
