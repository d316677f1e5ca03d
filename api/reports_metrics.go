package api

import "engaged/analytics"

// MetricEntry is a metric of the catalogue: what can be asked of it.
type MetricEntry struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Description says what it means, with the exact formula.
	Description string `json:"description"`
	// Unit is that of every measure that is not a count or a percentage.
	Unit analytics.Unit `json:"unit"`
	// Record is the kind of rows that it is computed from.
	Record string `json:"record"`
	// Measures are those it offers; the first is the default.
	Measures []MeasureEntry `json:"measures"`
	// Attributes are the ids of those that it can be filtered and grouped by.
	Attributes []string `json:"attributes"`
	// AlwaysGroupedBy are attributes by which every answer is grouped.
	AlwaysGroupedBy []string `json:"always_grouped_by,omitempty"`
	// Parameters are the choices that the field disagrees on.
	Parameters []ParameterEntry `json:"parameters"`
	// Period tells that it takes a period; others say what is true now.
	Period bool `json:"period"`
	// BusinessHours tells that it can be measured in business time, Prorated that its sums can be
	// prorated over buckets.
	BusinessHours bool `json:"business_hours"`
	Prorated      bool `json:"prorated"`
	// IncludesExpired tells that legs that ran into the open limit always count.
	IncludesExpired bool `json:"includes_expired"`
}

// MeasureEntry is a measure that a metric offers.
type MeasureEntry struct {
	ID          analytics.Measure `json:"id"`
	Description string            `json:"description"`
}

// ParameterEntry is a parameter of a metric: a number with bounds, or one of several choices.
type ParameterEntry struct {
	ID          string `json:"id"`
	Description string `json:"description"`
	// Default is a number or a string.
	Default any      `json:"default"`
	Choices []string `json:"choices,omitempty"`
	Min     *float64 `json:"min,omitempty"`
	Max     *float64 `json:"max,omitempty"`
}

// AttributeEntry is something to filter and to group by.
type AttributeEntry struct {
	ID          string                  `json:"id"`
	Aliases     []string                `json:"aliases,omitempty"`
	Name        string                  `json:"name"`
	Description string                  `json:"description"`
	Type        analytics.AttributeType `json:"type"`
	// Directory is the kind of directory entries that name the values.
	Directory string `json:"directory,omitempty"`
	// Values are those of an enumeration.
	Values []GroupValue `json:"values,omitempty"`
}

// MetricList is the catalogue.
type MetricList struct {
	Metrics []MetricEntry `json:"metrics"`
	// Attributes are all that metrics name.
	Attributes []AttributeEntry `json:"attributes"`
}

// MetricDetail is one metric with its attributes in full.
type MetricDetail struct {
	MetricEntry
	AttributeDetails []AttributeEntry `json:"attribute_details"`
}

// listMetrics is GET /v1/reports/metrics.
func (s *Server) listMetrics(*call) (any, error) {
	list := MetricList{Metrics: []MetricEntry{}, Attributes: []AttributeEntry{}}
	for _, metric := range analytics.Metrics() {
		list.Metrics = append(list.Metrics, metricEntry(metric))
	}
	for _, attribute := range analytics.Attributes() {
		list.Attributes = append(list.Attributes, attributeEntry(attribute))
	}
	return list, nil
}

// getMetric is GET /v1/reports/metrics/{metric_id}.
func (s *Server) getMetric(c *call) (any, error) {
	metric, ok := analytics.MetricByID(c.Param("metric_id"))
	if !ok {
		return nil, notFound("metric")
	}
	detail := MetricDetail{MetricEntry: metricEntry(metric), AttributeDetails: []AttributeEntry{}}
	for _, id := range detail.Attributes {
		if attribute, ok := analytics.AttributeByID(id); ok {
			detail.AttributeDetails = append(detail.AttributeDetails, attributeEntry(attribute))
		}
	}
	return detail, nil
}

func metricEntry(m *analytics.Metric) MetricEntry {
	entry := MetricEntry{
		ID: m.ID, Name: m.Name, Description: m.Description, Unit: m.Unit, Record: m.Record,
		Attributes: append([]string{}, m.Attributes()...), Parameters: []ParameterEntry{},
		Period:        m.Kind != analytics.Open && m.Kind != analytics.Watermark,
		BusinessHours: m.Business != nil, Prorated: m.Spans, IncludesExpired: m.IncludesExpired,
	}
	if m.Kind == analytics.Share {
		entry.AlwaysGroupedBy = m.Groups
	}
	for _, measure := range m.Measures {
		entry.Measures = append(entry.Measures, MeasureEntry{measure, m.MeasureDescription(measure)})
	}
	for _, p := range m.Parameters {
		shown := ParameterEntry{ID: p.ID, Description: p.Description, Default: p.Default, Choices: p.Choices}
		if p.Choices != nil {
			shown.Default = p.Choices[0]
		} else {
			shown.Min, shown.Max = &p.Least, &p.Most
		}
		entry.Parameters = append(entry.Parameters, shown)
	}
	return entry
}

func attributeEntry(a *analytics.Attribute) AttributeEntry {
	entry := AttributeEntry{
		ID: a.ID, Aliases: a.Aliases, Name: a.Name, Description: a.Description, Type: a.Type, Directory: a.Directory,
	}
	for _, value := range a.Values {
		entry.Values = append(entry.Values, GroupValue{&value.Value, &value.Label})
	}
	return entry
}
