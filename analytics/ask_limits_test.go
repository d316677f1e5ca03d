package analytics_test

import (
	"encoding/base64"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/analytics"
)

func TestOrganizationsWithTheSameDataNeverMix(t *testing.T) {
	t.Parallel()
	store := open(t)
	partitions(t, store)
	engine := analytics.NewEngine(store, analytics.Options{})
	for _, organization := range []string{"a", "b"} {
		// The same seed: the same conversations, tickets, agents and ids.
		write(t, store, makeFacts(rand.New(rand.NewPCG(7, 7)), organization, 60))
	}
	for _, id := range asked() {
		if id == "expired_open_engagements" {
			continue // none of the facts is that long
		}
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			m, _ := analytics.MetricByID(id)
			period := analytics.Period{Start: firstDay, End: firstDay.AddDate(0, 0, factDays)}
			var measures []analytics.Measure
			for _, measure := range m.Measures {
				if measure != analytics.Distribution {
					measures = append(measures, measure)
				}
			}
			rows := map[string][]analytics.Row{}
			for _, organization := range []string{"a", "b", "c"} {
				answer, err := engine.Ask(t.Context(), analytics.Query{Organization: organization, Metric: id, Measures: measures, Period: period, GroupBy: []string{"queue_id"}})
				require.NoError(t, err)
				rows[organization] = answer.Rows
			}
			require.NotEmpty(t, rows["a"], id)
			require.Equal(t, rows["a"], rows["b"])
			require.Empty(t, rows["c"])
		})
	}
}

func TestHostileTextsAreOnlyTexts(t *testing.T) {
	t.Parallel()
	store := open(t)
	partitions(t, store)
	engine := analytics.NewEngine(store, analytics.Options{})
	write(t, store, makeFacts(rand.New(rand.NewPCG(1, 1)), "o", 20))
	texts := append(hostile, "' OR '1'='1", `\'; --`, "$$", "%", "_", strings.Repeat("x", 1024))
	turn := 0
	for _, m := range analytics.Metrics() {
		for _, attribute := range m.Attributes() {
			for _, operator := range analytics.Operators {
				turn++ // every attribute and every operator meets every text
				text := texts[turn%len(texts)]
				q := analytics.Query{
					Organization: text, Metric: m.ID, Measures: m.Measures[:1], Conversations: []string{text},
					Filters: []analytics.Filter{{Attribute: attribute, Operator: operator, Values: []string{text}}},
				}
				if operator == analytics.Empty || operator == analytics.NotEmpty {
					q.Filters[0].Values = nil
				}
				if m.ID == "backlog" {
					q.Period = analytics.Period{Start: firstDay, End: firstDay.AddDate(0, 0, 1)}
				}
				answer, err := engine.Ask(t.Context(), q)
				if err != nil {
					var invalid *analytics.InvalidQuery
					require.ErrorAs(t, err, &invalid, "%s %s %s %q", m.ID, attribute, operator, text)
					continue
				}
				for _, row := range answer.Rows {
					require.Zero(t, row.SampleSize)
				}
			}
		}
	}
	var n int
	require.NoError(t, store.Pool().QueryRow(t.Context(), "SELECT count(*) FROM engagements").Scan(&n))
	require.Equal(t, 20, n)
}

func TestPagesOfOtherQueriesAreRefused(t *testing.T) {
	t.Parallel()
	store := open(t)
	partitions(t, store)
	engine := analytics.NewEngine(store, analytics.Options{})
	write(t, store, makeFacts(rand.New(rand.NewPCG(1, 1)), "o", 40))
	q := analytics.Query{Organization: "o", Metric: "engagements", GroupBy: []string{"queue_id", "channel"}, Limit: 2}
	first, err := engine.Ask(t.Context(), q)
	require.NoError(t, err)
	require.NotEmpty(t, first.Next)

	text, err := base64.RawURLEncoding.DecodeString(first.Next)
	require.NoError(t, err)
	separators := base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(text), `\u0000`, `\u0000\u0000\u0000`, 1)))
	for name, change := range map[string]func(q *analytics.Query){
		"another organization": func(q *analytics.Query) { q.Organization = "p" },
		"another metric":       func(q *analytics.Query) { q.Metric = "transfers_out" },
		"other groups":         func(q *analytics.Query) { q.GroupBy = q.GroupBy[:1] },
		"another period": func(q *analytics.Query) {
			q.Period = analytics.Period{Start: firstDay, End: firstDay.AddDate(0, 0, 1)}
		},
		"another filter": func(q *analytics.Query) {
			q.Filters = []analytics.Filter{{Attribute: "channel", Operator: analytics.NotEmpty}}
		},
		"another zone":        func(q *analytics.Query) { q.Location = time.FixedZone("elsewhere", 3600) },
		"not base64":          func(q *analytics.Query) { q.After = "%%%" },
		"not JSON":            func(q *analytics.Query) { q.After = "AAAA" },
		"cut":                 func(q *analytics.Query) { q.After = q.After[:len(q.After)/2] },
		"another number":      func(q *analytics.Query) { q.After = separators },
		"very long":           func(q *analytics.Query) { q.After = strings.Repeat("A", 1<<20) },
		"bytes that are null": func(q *analytics.Query) { q.After = "\x00" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q := q
			q.After = first.Next
			change(&q)
			_, err := engine.Ask(t.Context(), q)
			var invalid *analytics.InvalidQuery
			require.ErrorAs(t, err, &invalid)
			require.Equal(t, "after", invalid.Field)
		})
	}
	q.After, q.Limit = first.Next, 1000
	rest, err := engine.Ask(t.Context(), q)
	require.NoError(t, err, "another limit is no other query")
	require.NotEmpty(t, rest.Rows)
	require.Empty(t, rest.Next)
}

func TestQuestionsEndInTime(t *testing.T) {
	t.Parallel()
	store := open(t)
	partitions(t, store)
	write(t, store, makeFacts(rand.New(rand.NewPCG(1, 1)), "o", 3_000))
	engine := analytics.NewEngine(store, analytics.Options{StatementTimeout: time.Millisecond})
	_, err := engine.Ask(t.Context(), analytics.Query{
		Organization: "o", Metric: "repeat_contact_rate", GroupBy: []string{"ticket_id", "tag_id", "agent_id"},
		Period: analytics.Period{Start: firstDay, End: firstDay.AddDate(0, 0, factDays)}, Interval: analytics.Quarter,
	})
	require.ErrorIs(t, err, analytics.ErrTooSlow)
}

func TestMoreGroupsThanFitInMemoryAreRefused(t *testing.T) {
	t.Parallel()
	store := open(t)
	partitions(t, store)
	_, err := store.Pool().Exec(t.Context(), `
INSERT INTO queue_visits (id, organization_id, revision, conversation_key, conversation_id, ordinal, queue_id, ticket_id, entered_at, left_at, outcome, wait_ms)
SELECT gen_random_uuid(), 'o', 1, n, 'c', 1, 'q', n::text, '2026-03-25', '2026-03-25', 'answered', 0 FROM generate_series(1, 200001) AS n`)
	require.NoError(t, err)
	engine := analytics.NewEngine(store, analytics.Options{StatementTimeout: time.Minute})
	q := analytics.Query{Organization: "o", Metric: "queue_wait", Measures: []analytics.Measure{analytics.Count}, GroupBy: []string{"ticket_id"}}
	_, err = engine.Ask(t.Context(), q)
	var invalid *analytics.InvalidQuery
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, "too_many_groups", invalid.Code)

	_, err = store.Pool().Exec(t.Context(), "DELETE FROM queue_visits WHERE ticket_id = '7'")
	require.NoError(t, err)
	answer, err := engine.Ask(t.Context(), q)
	require.NoError(t, err)
	require.Len(t, answer.Rows, analytics.MaxRows)
	require.NotEmpty(t, answer.Next)
}
