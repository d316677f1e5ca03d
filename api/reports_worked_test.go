package api_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"engaged/analytics"
)

// tenQueued are ten visits: answered after 5, 10, 15, 18, 25 and 40 seconds, abandoned after 3, 12 and
// 60, flowed out after 30.
func tenQueued() []fact {
	var rows []fact
	for _, seconds := range []int{5, 10, 15, 18, 25, 40} {
		rows = append(rows, visitAt(seconds, "answered"))
	}
	for _, seconds := range []int{3, 12, 60} {
		rows = append(rows, visitAt(seconds, "abandoned"))
	}
	return append(rows, visitAt(30, "flowed_out"))
}

// Every vendor's definition of the same ten visits.
func TestServiceLevelByEveryDefinition(t *testing.T) {
	t.Parallel()
	w, key := reporting(t)
	w.insert("acme", "queue_visits", tenQueued()...)
	for variant, want := range map[string][3]float64{
		"all_abandons":            {4, 9, 44.44},
		"short_abandons_excluded": {4, 8, 50},
		"abandons_excluded":       {4, 6, 66.67},
		"with_flow_outs":          {4, 10, 40},
		"any_exit":                {6, 10, 60},
		"contacts":                {4, 9, 44.44},
	} {
		a := w.report(key, fmt.Sprintf(`{"metric":"service_level","measures":["Percentage","Numerator","Denominator","ConfidenceLow","ConfidenceHigh"],
			"period":{"preset":"Today"},"parameters":{"variant":%q}}`, variant))
		got := [3]float64{a.one(t, analytics.Numerator), a.one(t, analytics.Denominator), a.one(t, analytics.Percentage)}
		require.InDeltaSlice(t, want[:], got[:], 0.005, variant)
		require.Equal(t, analytics.Parameters{"variant": variant, "threshold_seconds": 20.0, "short_abandon_seconds": 5.0}, a.Query.Parameters, "defaults are echoed")
		low, high := a.one(t, analytics.ConfidenceLow), a.one(t, analytics.ConfidenceHigh)
		switch variant {
		case "all_abandons":
			require.InDeltaSlice(t, []float64{18.88, 73.33}, []float64{low, high}, 0.005)
		case "any_exit":
			require.InDeltaSlice(t, []float64{31.27, 83.18}, []float64{low, high}, 0.005)
		}
	}
	for short, want := range map[string][3]float64{"included": {3, 10, 30}, "excluded": {2, 9, 22.22}} {
		a := w.report(key, fmt.Sprintf(`{"metric":"abandonment_rate","measures":["Percentage","Numerator","Denominator"],"parameters":{"short_abandons":%q}}`, short))
		got := [3]float64{a.one(t, analytics.Numerator), a.one(t, analytics.Denominator), a.one(t, analytics.Percentage)}
		require.InDeltaSlice(t, want[:], got[:], 0.005, short)
		require.Equal(t, int64(want[1]), a.Rows[0].SampleSize)
	}
	a := w.report(key, `{"metric":"speed_of_answer","measures":["Average","Median","P90","P95","Count"],"exact":true}`)
	for measure, want := range map[analytics.Measure]float64{"Average": 18.833, "Median": 16.5, "P90": 32.5, "P95": 36.25, "Count": 6} {
		require.InDelta(t, want, a.one(t, measure), 0.0005, measure)
		require.False(t, a.Rows[0].Values[measure].Approximate)
	}
	require.Equal(t, analytics.Seconds, a.Unit)
}

// A leg of 52 minutes from 05:23 to 06:15 in buckets of half an hour, attributed in three ways.
func TestAttributionOfALegThatLasts(t *testing.T) {
	t.Parallel()
	w, key := reporting(t)
	w.insert("acme", "engagements", engagementAt("05:23", "06:15", nil))
	for attribution, want := range map[string][]float64{
		"end": {0, 0, 52 * 60}, "start": {52 * 60, 0, 0}, "prorated": {7 * 60, 30 * 60, 15 * 60},
	} {
		a := w.report(key, fmt.Sprintf(`{"metric":"engagement_duration","measures":["Sum"],"interval":"30m","attribution":%q,
			"period":{"start":"2026-03-10T05:00:00Z","end":"2026-03-10T06:30:00Z"}}`, attribution))
		require.Equal(t, want, a.column(analytics.Sum), attribution)
		require.Equal(t, analytics.Attribution(attribution), a.Query.Attribution)
	}
}
