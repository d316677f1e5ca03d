package api

import (
	"slices"

	"engaged/analytics"
)

// MetricData is the answer to a question about a metric.
type MetricData struct {
	// ID is the metric's.
	ID string `json:"id"`
	// Aggregates hold one number for each measure.
	Aggregates []wireValue `json:"aggregates,omitempty"`
}

// askWireMetric is POST /v1/analytics/metrics.
func (s *Server) askWireMetric(c *call) (any, error) {
	input, err := s.analyticsInput(c)
	if err != nil {
		return nil, err
	}
	metric, ok := wireMetric(input.id)
	if !ok {
		return nil, unknownMetric(input.id)
	}
	measures, err := wireMeasures(metric, input.aggregations)
	if err != nil {
		return nil, err
	}
	row, err := s.askRow(c, metric, measures, input)
	if err != nil {
		return nil, err
	}
	data := MetricData{ID: metric.ID}
	for i, measure := range measures {
		var number float64
		if i < len(row.Values) && row.Values[i].Value != nil {
			number = *row.Values[i].Value
		} else if s.config.Analytics.OmitEmpty {
			continue
		}
		if s.config.Analytics.OmitEmpty && row.SampleSize == 0 {
			continue
		}
		data.Aggregates = append(data.Aggregates, aggregate(measure, number))
	}
	return analyticsReply(AnalyticsData[MetricData]{data})
}

// wireMeasures are the measures asked for, each once; all on offer if none is asked for.
func wireMeasures(metric *analytics.Metric, asked []string) ([]analytics.Measure, error) {
	offered := metric.WireMeasures()
	if len(asked) == 0 {
		return offered, nil
	}
	var measures []analytics.Measure
	for _, name := range asked {
		measure := analytics.Measure(name)
		if !slices.Contains(offered, measure) {
			return nil, invalidValue("aggregation '%s' is not offered by metric '%s', only %s", echo(name), metric.ID, joined(offered))
		}
		if !slices.Contains(measures, measure) {
			measures = append(measures, measure)
		}
	}
	return measures, nil
}

// askRow asks for one row; its zero value says that nothing matched.
func (s *Server) askRow(c *call, metric *analytics.Metric, measures []analytics.Measure, input analyticsInput) (analytics.Row, error) {
	filters, ok := keepRelevant(input.filters, metric.Filters)
	if !ok || input.bounded && input.period.Start.Equal(input.period.End) {
		return analytics.Row{}, nil
	}
	answer, err := s.deps.Analytics.Ask(c.ctx(), analytics.Query{
		Organization: c.principal.organization, Metric: metric.ID, Measures: measures,
		Period: input.period, Location: input.zone, Filters: filters, Conversations: input.conversations,
	})
	if err != nil {
		return analytics.Row{}, analyticsFailure(err)
	}
	if len(answer.Rows) == 0 {
		return analytics.Row{}, nil
	}
	return answer.Rows[0], nil
}

// aggregate is a measure's number: counts are longs, everything else is a double.
func aggregate(measure analytics.Measure, number float64) wireValue {
	if measure == analytics.Count {
		return wireValue{Value: int64(number), Measure: string(measure), Type: "LongAggregateValue"}
	}
	return wireValue{Value: wireDouble(number), Measure: string(measure), Type: "DoubleAggregateValue"}
}
