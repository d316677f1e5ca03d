package analytics_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/analytics"
	"engaged/devstack"
	"engaged/models"
)

// open returns a store on a fresh database with monthly partitions around the tests' time.
func open(t testing.TB) *models.Store {
	t.Helper()
	store, err := models.Open(t.Context(), devstack.Database(t), models.Options{})
	require.NoError(t, err)
	t.Cleanup(store.Close)
	return store
}

func TestEveryMetricAnswersWithoutData(t *testing.T) {
	t.Parallel()
	engine := analytics.NewEngine(open(t), analytics.Options{})
	for _, m := range analytics.Metrics() {
		if m.Kind == analytics.Watermark {
			continue
		}
		t.Run(m.ID, func(t *testing.T) {
			t.Parallel()
			q := analytics.Query{Organization: "o", Metric: m.ID, Measures: m.Measures}
			for _, measure := range m.Measures {
				if measure == analytics.Distribution {
					q.Edges = []float64{1, 2.5}
				}
			}
			answer, err := engine.Ask(t.Context(), q)
			if m.ID == "backlog" {
				require.ErrorContains(t, err, "period")
				q.Period = analytics.Period{Start: time.Unix(0, 0), End: time.Unix(60, 0)}
				answer, err = engine.Ask(t.Context(), q)
			}
			require.NoError(t, err)
			if len(m.Groups) == 0 || m.Kind == analytics.Nested {
				require.Len(t, answer.Rows, 1)
				require.Len(t, answer.Rows[0].Values, len(m.Measures))
			}
			for _, attribute := range m.Attributes() {
				q.GroupBy = []string{attribute}
				_, err := engine.Ask(t.Context(), q)
				require.NoError(t, err, attribute)
			}
			q.GroupBy = nil
			if m.Kind == analytics.Open || m.Kind == analytics.Watermark {
				return
			}
			start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
			q.Period, q.Interval = analytics.Period{Start: start, End: start.AddDate(0, 0, 3)}, analytics.Day
			answer, err = engine.Ask(t.Context(), q)
			require.NoError(t, err)
			if len(m.Groups) == 0 || m.Kind == analytics.Nested {
				require.Len(t, answer.Rows, 3)
			}
		})
	}
}
