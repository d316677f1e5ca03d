package api_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"engaged/analytics"
	"engaged/api"
)

// enum is the list of values that the contract allows.
func enum(t *testing.T, schema *openapi3.SchemaRef) []string {
	t.Helper()
	var values []string
	for _, value := range schema.Value.Enum {
		values = append(values, value.(string))
	}
	require.NotEmpty(t, values)
	return values
}

func names[T ~string](values []T) []string {
	var list []string
	for _, value := range values {
		list = append(list, string(value))
	}
	return list
}

// The contract names exactly what the catalogue has.
func TestContractNamesTheCatalogue(t *testing.T) {
	t.Parallel()
	schemas := contract(t).Components.Schemas
	var metrics, attributes []string
	measures, units := map[string]bool{}, map[string]bool{}
	for _, metric := range analytics.Metrics() {
		metrics = append(metrics, metric.ID)
		units[string(metric.Unit)] = true
		for _, measure := range metric.Measures {
			measures[string(measure)] = true
		}
	}
	for _, attribute := range analytics.Attributes() {
		attributes = append(attributes, attribute.ID)
	}
	require.Equal(t, metrics, enum(t, schemas["MetricID"]), "list every metric in openapi.yaml, in the catalogue's order")
	require.Equal(t, attributes, enum(t, schemas["AttributeID"]), "list every attribute in openapi.yaml, in the catalogue's order")
	for _, known := range enum(t, schemas["MeasureID"]) {
		require.True(t, measures[known], known)
		delete(measures, known)
	}
	require.Empty(t, measures, "measures that openapi.yaml does not name")
	for _, known := range enum(t, schemas["Metric"].Value.Properties["unit"]) {
		delete(units, known)
	}
	require.Empty(t, units, "units that openapi.yaml does not name")
	request := schemas["ReportRequest"].Value.Properties
	require.Equal(t, names(analytics.Intervals), enum(t, request["interval"]))
	require.Equal(t, names(analytics.Comparisons), enum(t, request["compare"]))
	require.Equal(t, names(analytics.Presets), enum(t, schemas["ReportPeriodChoice"].Value.Properties["preset"]))
	require.Equal(t, names(analytics.Operators), enum(t, schemas["ReportFilterChoice"].Value.Properties["operator"]))
	require.EqualValues(t, analytics.MaxFilters, *request["filters"].Value.MaxItems)
	require.EqualValues(t, analytics.MaxGroupBy, *request["group_by"].Value.MaxItems)
	require.EqualValues(t, analytics.MaxEdges, *request["edges"].Value.MaxItems)
	require.InDelta(t, analytics.MaxRows, *request["limit"].Value.Max, 0)
}

// The examples of the contract are queries that are answered.
func TestContractExamplesOfReportsAreAnswered(t *testing.T) {
	t.Parallel()
	w, key := twoWeeks(t)
	for name, example := range contract(t).Paths.Value("/v1/reports/query").Post.RequestBody.Value.Content.Get("application/json").Examples {
		body, err := json.Marshal(example.Value.Value)
		require.NoError(t, err)
		got := w.ask(key, http.MethodPost, "/v1/reports/query", string(body))
		require.Equal(t, http.StatusOK, got.status, "%s: %s", name, got.body)
	}
}

func TestMetricsCanBeFound(t *testing.T) {
	t.Parallel()
	w, key := reporting(t)
	got := w.ask(key, http.MethodGet, "/v1/reports/metrics", "")
	require.Equal(t, http.StatusOK, got.status)
	var list api.MetricList
	require.NoError(t, json.Unmarshal([]byte(got.body), &list))
	require.Len(t, list.Metrics, len(analytics.Metrics()))
	require.Len(t, list.Attributes, len(analytics.Attributes()))
	for _, metric := range list.Metrics {
		one := w.ask(key, http.MethodGet, "/v1/reports/metrics/"+metric.ID, "")
		require.Equal(t, http.StatusOK, one.status)
		var detail api.MetricDetail
		require.NoError(t, json.Unmarshal([]byte(one.body), &detail))
		require.Equal(t, metric, detail.MetricEntry)
		require.Len(t, detail.AttributeDetails, len(metric.Attributes))
		require.NotEmpty(t, metric.Description)
	}
	level := w.ask(key, http.MethodGet, "/v1/reports/metrics/service_level", "")
	require.Contains(t, level.body, `{"id":"threshold_seconds","description":"Exits after at most this are within, in seconds.","default":20,"min":0,"max":604800}`)
	require.Equal(t, http.StatusNotFound, w.ask(key, http.MethodGet, "/v1/reports/metrics/nothing", "").status)
}

// Every metric with every measure is answered as it stands in the catalogue.
func TestEveryMetricIsAnswered(t *testing.T) {
	t.Parallel()
	w, key := twoWeeks(t)
	for _, metric := range analytics.Metrics() {
		query := map[string]any{"metric": metric.ID, "measures": metric.Measures, "explain": true}
		for _, measure := range metric.Measures {
			if measure == analytics.Distribution {
				query["edges"] = []float64{60, 600}
			}
		}
		if metric.Kind != analytics.Open && metric.Kind != analytics.Watermark {
			query["period"] = map[string]any{"preset": analytics.PreviousWeek}
			query["interval"] = analytics.Day
			query["compare"] = analytics.SamePeriodLastYear
		}
		body, err := json.Marshal(query)
		require.NoError(t, err)
		for _, accept := range []string{"application/json", "text/csv", "application/x-ndjson"} {
			got := w.ask(key, http.MethodPost, "/v1/reports/query", string(body), "Accept", accept)
			require.Equal(t, http.StatusOK, got.status, "%s: %s", metric.ID, got.body)
		}
	}
}
