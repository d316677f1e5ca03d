package analytics_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"engaged/analytics"
	"engaged/models"
)

// writeOne stores an engagement that ended at an instant and was recorded at another.
func writeOne(t testing.TB, store *models.Store, organization string, ended, recorded time.Time) {
	t.Helper()
	f := makeFact(rand.New(rand.NewPCG(uint64(recorded.UnixNano()), 0)), "engagements", organization)
	f.start, f.at = ended.Add(-time.Minute), ended
	f.attributes["agent_type"], f.flags["expired"] = []string{"human"}, false
	write(t, store, []*fact{f})
	_, err := store.Pool().Exec(t.Context(), "UPDATE engagements SET recorded_at = $1 WHERE id = $2", recorded, f.id)
	require.NoError(t, err)
}

func TestAnswersSayWhatHasChangedSince(t *testing.T) {
	t.Parallel()
	store := open(t)
	partitions(t, store)
	engine := analytics.NewEngine(store, analytics.Options{})
	day := time.Date(2026, 4, 2, 0, 0, 0, 0, time.UTC)
	noon := day.Add(12 * time.Hour)
	writeOne(t, store, "punctual", noon, noon.Add(time.Second))
	writeOne(t, store, "late", noon, noon.Add(3*time.Hour))
	writeOne(t, store, "late", noon.AddDate(0, 0, -1), noon.AddDate(0, 0, 7))

	for name, c := range map[string]struct {
		organization string
		period       analytics.Period
		interval     analytics.Interval
		want         time.Time
	}{
		"punctual":                {"punctual", analytics.Period{Start: day, End: day.AddDate(0, 0, 1)}, analytics.Hour, time.Time{}},
		"late for its hour":       {"late", analytics.Period{Start: day, End: day.AddDate(0, 0, 1)}, analytics.Hour, noon.Add(3 * time.Hour)},
		"not late for its day":    {"late", analytics.Period{Start: day, End: day.AddDate(0, 0, 1)}, analytics.Day, time.Time{}},
		"late for the day before": {"late", analytics.Period{Start: day.AddDate(0, 0, -1), End: day.AddDate(0, 0, 1)}, analytics.Day, noon.AddDate(0, 0, 7)},
		"late for the period":     {"late", analytics.Period{Start: day.AddDate(0, 0, -1), End: day.AddDate(0, 0, 1)}, "", noon.AddDate(0, 0, 7)},
		"the period is not over":  {"late", analytics.Period{Start: day, End: day.AddDate(0, 1, 0)}, "", time.Time{}},
		"all time":                {"late", analytics.Period{}, "", time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer, err := engine.Ask(t.Context(), analytics.Query{Organization: c.organization, Metric: "engagements", Period: c.period, Interval: c.interval})
			require.NoError(t, err)
			require.True(t, c.want.Equal(answer.ChangedSince), "%s instead of %s", answer.ChangedSince, c.want)
		})
	}
}

func TestDataThroughWaitsForTransactionsThatAreStillWriting(t *testing.T) {
	t.Parallel()
	store := open(t)
	ask := func() analytics.Answer {
		// Another engine has not read before.
		answer, err := analytics.NewEngine(store, analytics.Options{}).Ask(t.Context(), analytics.Query{Organization: "o", Metric: "engagements"})
		require.NoError(t, err)
		return answer
	}
	clock := func(row pgx.Row) (now time.Time) {
		require.NoError(t, row.Scan(&now))
		return now
	}
	const clockSQL = "SELECT clock_timestamp()"
	before := clock(store.Pool().QueryRow(t.Context(), clockSQL))
	require.False(t, ask().DataThrough.Before(before))

	tx, err := store.Pool().Begin(t.Context())
	require.NoError(t, err)
	defer tx.Rollback(context.WithoutCancel(t.Context())) //nolint:errcheck // it may be over
	_, err = tx.Exec(t.Context(), "INSERT INTO organizations (id) VALUES ('writing')")
	require.NoError(t, err)
	writing := clock(tx.QueryRow(t.Context(), clockSQL))
	require.True(t, ask().DataThrough.Before(writing), "what the open transaction may have recorded is not included")
	require.NoError(t, tx.Commit(t.Context()))
	require.True(t, ask().DataThrough.After(writing))
}

func TestFreshnessIsTheAgeOfTheNewestRecord(t *testing.T) {
	t.Parallel()
	store := open(t)
	partitions(t, store)
	now := time.Date(2026, 4, 20, 0, 0, 0, 0, time.UTC)
	engine := analytics.NewEngine(store, analytics.Options{Now: func() time.Time { return now }})
	freshness := func(organization string) *float64 {
		answer, err := engine.Ask(t.Context(), analytics.Query{Organization: organization, Metric: "data_freshness"})
		require.NoError(t, err)
		require.Len(t, answer.Rows, 1)
		return answer.Rows[0].Values[0].Value
	}
	require.Nil(t, freshness("o"))
	// The row that ended last was recorded before the one that ended just before it.
	writeOne(t, store, "o", now.Add(-2*time.Hour), now.Add(-119*time.Minute))
	writeOne(t, store, "o", now.Add(-121*time.Minute), now.Add(-118*time.Minute))
	require.InDelta(t, 118*60, *freshness("o"), 1e-9)
	writeOne(t, store, "o", now.AddDate(0, 0, -14), now.Add(-time.Minute)) // imported
	require.InDelta(t, 60, *freshness("o"), 1e-9)
	require.Nil(t, freshness("another"))
}
