package analytics

import "slices"

// The catalogue, in the order in which every listing shows it. A new metric is an entry in one of the
// lists and a question in testdata/vectors whose answer was worked out by hand; make golden then adds
// it to docs/metrics.md.
var (
	attributes = slices.Concat(agentAttributes, conversationAttributes, legAttributes, outcomeAttributes, deliveryAttributes)
	records    = []*Record{&engagements, &offers, &requesterWaits, &queueVisits, &ratings, &closedConversations, &deliveries, &deliveryTasks}
	metrics    = slices.Concat(compatibleMetrics, engagementMetrics, offerMetrics, replyMetrics, waitMetrics, messageMetrics,
		outcomeMetrics, handlingMetrics, queueMetrics, ratingMetrics, deliveryMetrics, openDeliveryMetrics, deliveryTaskMetrics, dataMetrics)
)

// Metrics returns every metric. The entries are shared: callers do not change them.
func Metrics() []*Metric { return metrics }

// MetricByID returns the metric with that id.
func MetricByID(id string) (*Metric, bool) {
	return find(metrics, func(m *Metric) bool { return m.ID == id })
}

// Records returns every record.
func Records() []*Record { return records }

// RecordByID returns the record with that id.
func RecordByID(id string) (*Record, bool) {
	return find(records, func(r *Record) bool { return r.ID == id })
}

// Attributes returns every attribute.
func Attributes() []*Attribute { return attributes }

// AttributeByID returns the attribute with that id or alias.
func AttributeByID(id string) (*Attribute, bool) {
	return find(attributes, func(a *Attribute) bool { return a.ID == id || slices.Contains(a.Aliases, id) })
}

func find[T any](table []*T, match func(*T) bool) (*T, bool) {
	i := slices.IndexFunc(table, match)
	if i < 0 {
		return nil, false
	}
	return table[i], true
}

// attributeSQL returns the expression of an attribute's value in the record's table; ok is false if
// the record does not have it. It takes the id, not an alias.
func (r *Record) attributeSQL(id string) (sql string, ok bool) {
	for _, a := range r.Attributes {
		if a.ID == id {
			return a.SQL, true
		}
	}
	return "", false
}

// Attributes are the ids of all attributes by which the metric can be filtered and grouped.
func (m *Metric) Attributes() []string { return slices.Concat(m.Filters, m.Extra) }

// offers reports whether the metric has the measure.
func (m *Metric) offers(measure Measure) bool { return slices.Contains(m.Measures, measure) }

// parameter returns the metric's parameter with that id.
func (m *Metric) parameter(id string) (Parameter, bool) {
	i := slices.IndexFunc(m.Parameters, func(p Parameter) bool { return p.ID == id })
	if i < 0 {
		return Parameter{}, false
	}
	return m.Parameters[i], true
}

// compatibleWireMeasures are the measures that the compatible wire knows.
var compatibleWireMeasures = []Measure{Min, Max, Sum, Count, Percentage, StdDev, Average}

// WireMeasures are the measures that the compatible wire offers of the metric, in order. A metric may
// have none: that wire has no word for medians or for net scores.
func (m *Metric) WireMeasures() []Measure {
	var known []Measure
	for _, measure := range m.Measures {
		if slices.Contains(compatibleWireMeasures, measure) {
			known = append(known, measure)
		}
	}
	return known
}

// MeasureDescription says what a measure of the metric is.
func (m *Metric) MeasureDescription(measure Measure) string {
	if text, ok := m.MeasureDescriptions[measure]; ok {
		return text
	}
	return measureDescriptions[measure]
}

var measureDescriptions = map[Measure]string{
	Count:          "Calculated Count",
	Sum:            "Calculated Sum",
	Average:        "Calculated Average",
	Min:            "Calculated Min",
	Max:            "Calculated Max",
	StdDev:         "Calculated StdDev: the population standard deviation, 0 for fewer than two values",
	Median:         "Calculated Median (interpolated between neighbours)",
	P75:            "Calculated 75th percentile (interpolated between neighbours)",
	P90:            "Calculated 90th percentile (interpolated between neighbours)",
	P95:            "Calculated 95th percentile (interpolated between neighbours)",
	P99:            "Calculated 99th percentile (interpolated between neighbours)",
	Percentage:     "Calculated Percentage",
	Numerator:      "Rows above the line of the percentage",
	Denominator:    "Rows below the line of the percentage",
	ConfidenceLow:  "Lower bound of the percentage, Wilson's interval at 95 %",
	ConfidenceHigh: "Upper bound of the percentage, Wilson's interval at 95 %",
	Distribution:   "Rows in each range between the given edges",
	Value:          "Calculated Value",
}

// ShownMetrics are the ids of the metrics that the compatible wire shows beside the record.
func (r *Record) ShownMetrics() []string {
	if len(r.RelatedMetrics) > 0 {
		return r.RelatedMetrics
	}
	var ids []string
	for _, m := range metrics {
		if len(m.WireMeasures()) > 0 && slices.Contains(m.ShownRecords(), r.ID) {
			ids = append(ids, m.ID)
		}
	}
	return ids
}

// ShownRecords are the ids of the records that the catalogue shows beside the metric.
func (m *Metric) ShownRecords() []string {
	if len(m.RelatedRecords) > 0 {
		return m.RelatedRecords
	}
	return []string{m.Record}
}
