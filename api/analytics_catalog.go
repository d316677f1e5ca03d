package api

import (
	"slices"

	"engaged/analytics"
)

// MetricMetadata describes a metric on the compatible analytics wire.
type MetricMetadata struct {
	ID          string `json:"id"`
	Description string `json:"description"`
	// Filters are the attributes that apply.
	Filters []FilterMetadata `json:"filters,omitempty"`
	// Aggregations are the measures on offer.
	Aggregations []AggregateMetadata `json:"aggregations,omitempty"`
	// RelatedRecordIDs are the records behind the numbers.
	RelatedRecordIDs []string `json:"relatedRecordIds,omitempty"`
}

// FilterMetadata describes a filter.
type FilterMetadata struct {
	FilterAttribute string `json:"filterAttribute"`
	Description     string `json:"description"`
}

// AggregateMetadata describes a measure.
type AggregateMetadata struct {
	Measure     analytics.Measure `json:"measure"`
	Description string            `json:"description"`
}

// MetricRecordMetadata describes a record.
type MetricRecordMetadata struct {
	ID          string           `json:"id"`
	Description string           `json:"description"`
	Filters     []FilterMetadata `json:"filters,omitempty"`
	// RelatedMetricIDs are the metrics made from the record.
	RelatedMetricIDs []string        `json:"relatedMetricIds,omitempty"`
	FieldsMetadata   []FieldMetadata `json:"fieldsMetadata,omitempty"`
}

// FieldMetadata describes a field of a record.
type FieldMetadata struct {
	Field       string `json:"field"`
	Description string `json:"description"`
	Nullable    bool   `json:"nullable"`
}

// onWire tells that the wire has words for a metric: a measure that it knows, and one number for a
// period. Metrics of what is open now have no period, shares have a number for each group.
func onWire(m *analytics.Metric) bool {
	switch m.Kind {
	case analytics.Open, analytics.Watermark, analytics.Share:
		return false
	default:
		return len(m.WireMeasures()) > 0
	}
}

// wireMetric returns a metric that the wire shows.
func wireMetric(id string) (*analytics.Metric, bool) {
	m, ok := analytics.MetricByID(id)
	return m, ok && onWire(m)
}

// wireRecordFilters are the attributes by which the wire filters a record: those of its metrics.
func wireRecordFilters(r *analytics.Record) []string {
	var filters []string
	for _, id := range r.ShownMetrics() {
		m, ok := wireMetric(id)
		if !ok {
			continue
		}
		for _, attribute := range m.Filters {
			if r.Has(attribute) && !slices.Contains(filters, attribute) {
				filters = append(filters, attribute)
			}
		}
	}
	return filters
}

// wireAttribute tells that the wire filters something by the attribute.
func wireAttribute(id string) bool {
	return slices.ContainsFunc(analytics.Metrics(), func(m *analytics.Metric) bool {
		return onWire(m) && slices.Contains(m.Filters, id)
	})
}

func describeFilters(ids []string) []FilterMetadata {
	var filters []FilterMetadata
	for _, id := range ids {
		filters = append(filters, FilterMetadata{id, "Used to filter by the " + id})
	}
	return filters
}

// describeMetric is the catalogue's entry of a metric.
func describeMetric(m *analytics.Metric) MetricMetadata {
	entry := MetricMetadata{ID: m.ID, Description: m.Description, Filters: describeFilters(m.Filters), RelatedRecordIDs: m.ShownRecords()}
	for _, measure := range m.WireMeasures() {
		entry.Aggregations = append(entry.Aggregations, AggregateMetadata{measure, m.MeasureDescription(measure)})
	}
	return entry
}

// describeRecord is the catalogue's entry of a record.
func describeRecord(r *analytics.Record) MetricRecordMetadata {
	entry := MetricRecordMetadata{ID: r.ID, Description: r.Description, Filters: describeFilters(wireRecordFilters(r))}
	for _, id := range r.ShownMetrics() {
		if _, ok := wireMetric(id); ok {
			entry.RelatedMetricIDs = append(entry.RelatedMetricIDs, id)
		}
	}
	for _, f := range r.Fields {
		entry.FieldsMetadata = append(entry.FieldsMetadata, FieldMetadata{f.Name, f.Description, f.Nullable})
	}
	return entry
}

// listWireMetrics is GET /v1/analytics/metrics.
func (s *Server) listWireMetrics(c *call) (any, error) {
	var entries []MetricMetadata
	for _, m := range analytics.Metrics() {
		if onWire(m) {
			entries = append(entries, describeMetric(m))
		}
	}
	return listCatalogue(c, analyticsPrefix+"/metrics", entries, func(m MetricMetadata) string { return m.ID })
}

// listWireRecords is GET /v1/analytics/records.
func (s *Server) listWireRecords(c *call) (any, error) {
	var entries []MetricRecordMetadata
	for _, r := range analytics.Records() {
		entries = append(entries, describeRecord(r))
	}
	return listCatalogue(c, analyticsPrefix+"/records", entries, func(r MetricRecordMetadata) string { return r.ID })
}

// listCatalogue answers with a page of entries, which are in the order of the catalogue.
func listCatalogue[T any](c *call, path string, entries []T, id func(T) string) (any, error) {
	p, err := c.paging(path, nil)
	if err != nil {
		return nil, err
	}
	first, last := 0, len(entries)
	if p.from != nil {
		at := slices.IndexFunc(entries, func(e T) bool { return id(e) == p.from.ID })
		switch {
		case at < 0:
			return nil, invalidKey()
		case p.backward():
			last = at
		default:
			first = at + 1
		}
	}
	more := last-first > p.limit
	if more && p.backward() {
		first = last - p.limit
	} else if more {
		last = first + p.limit
	}
	page := entries[first:last]
	places := make([]pageKey, len(page))
	for i, entry := range page {
		places[i].ID = id(entry)
	}
	return analyticsReply(AnalyticsList[T]{Data: page, Meta: p.links(places, more)})
}

// getWireMetric is GET /v1/analytics/metrics/{metric_id}.
func (s *Server) getWireMetric(c *call) (any, error) {
	m, ok := wireMetric(c.Param("metric_id"))
	if !ok {
		return nil, unknownMetric(c.Param("metric_id"))
	}
	return analyticsReply(AnalyticsData[MetricMetadata]{describeMetric(m)})
}

// getWireRecord is GET /v1/analytics/records/{record_id}.
func (s *Server) getWireRecord(c *call) (any, error) {
	r, ok := analytics.RecordByID(c.Param("record_id"))
	if !ok {
		return nil, unknownRecord(c.Param("record_id"))
	}
	return analyticsReply(AnalyticsData[MetricRecordMetadata]{describeRecord(r)})
}

func unknownMetric(id string) *Problem { return invalidValue("unknown metric id '%s'", echo(id)) }

func unknownRecord(id string) *Problem { return invalidValue("unknown record id '%s'", echo(id)) }
