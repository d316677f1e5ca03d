package question_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/analytics"
	"engaged/bench/internal/analytics/question"
)

func TestTheSetIsWhatIsAskedOfIt(t *testing.T) {
	t.Parallel()
	all, err := question.Set(time.Date(2026, 11, 21, 5, 0, 0, 0, time.UTC), "ticket-1", "req-1")
	require.NoError(t, err)
	rows, names := 0, map[string]bool{}
	for _, q := range all {
		require.False(t, names[q.Name], "%s is there twice", q.Name)
		names[q.Name] = true
		if q.Rows {
			rows++
		}
		metric, ok := analytics.MetricByID(q.Ask.Metric)
		require.True(t, ok, q.Ask.Metric)
		for _, m := range q.Ask.Measures {
			require.Contains(t, metric.Measures, analytics.Measure(m), q.Name)
		}
		require.True(t, q.Ask.Period.Start.Before(q.Ask.Period.End))
		for _, dialect := range []question.Dialect{question.Postgres, question.DuckDB} {
			require.NotContains(t, q.SQL(dialect), "{", q.Name)
		}
	}
	require.GreaterOrEqual(t, len(all), 20)
	require.GreaterOrEqual(t, rows, 5)
	require.True(t, names["90 days by queue"] && names["a year by day and queue"])
}

func TestPeriodsAreWholeDaysOfTheReportingZone(t *testing.T) {
	t.Parallel()
	// In Copenhagen the next day has begun.
	all, err := question.Set(time.Date(2026, 11, 20, 23, 30, 0, 0, time.UTC), "", "")
	require.NoError(t, err)
	require.Equal(t, "2026-08-23T00:00:00+02:00", all[0].Ask.Period.Start.Format(time.RFC3339))
	require.Equal(t, "2026-11-21T00:00:00+01:00", all[0].Ask.Period.End.Format(time.RFC3339))
}
