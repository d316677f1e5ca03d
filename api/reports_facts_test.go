package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/analytics"
	"engaged/api"
)

// fact is a row of a fact table by column.
type fact map[string]any

// base holds what the schema wants of every row and no test asks for.
var base = map[string]fact{
	"engagements": {
		"revision": 1, "ordinal": 1, "ticket_id": "t", "agent_id": "ada", "agent_type": "human", "group_id": "", "queue_id": "",
		"requester_id": "", "channel": "", "initial_channel": "", "direction": "", "contact_point": "", "tags": []string{},
		"start_reason": "assigned", "end_reason": "status_solved", "ticket_status_start": "open", "ticket_status_end": "solved",
		"hold_ms": 0, "settings_version": 1, "inactivity_anchor": "", "schedule_id": "", "started_in_business_hours": true,
		"duration_business_ms": 0, "first_entry": 1, "last_entry": 2, "rules_version": 1, "workflow_id": "w", "run_id": "r", "expired": false,
	},
	"queue_visits": {
		"revision": 1, "ordinal": 1, "queue_id": "support", "channel": "", "direction": "", "ticket_id": "t", "agent_id": "", "expired": false,
	},
	"ratings": {
		"revision": 1, "survey": "csat", "scale_min": 1, "scale_max": 5, "comment_length": 0, "agent_id": "ada", "agent_type": "human",
		"group_id": "", "queue_id": "", "channel": "", "initial_channel": "", "direction": "", "contact_point": "", "ticket_id": "t", "tags": []string{},
	},
}

// insert writes rows of a fact table of an organization, past the record transaction.
func (w *world) insert(organization, table string, rows ...fact) {
	w.t.Helper()
	for i, given := range rows {
		row := maps.Clone(base[table])
		maps.Copy(row, given)
		id := fmt.Sprintf("%s-%s-%d", organization, table, i)
		var key int64
		require.NoError(w.t, w.store.Pool().QueryRow(w.t.Context(), `INSERT INTO conversations (organization_id, conversation_id) VALUES ($1, $2)
			ON CONFLICT (organization_id, conversation_id, kind) DO UPDATE SET conversation_id = excluded.conversation_id RETURNING key`, organization, id).Scan(&key))
		row["organization_id"], row["conversation_key"], row["conversation_id"] = organization, key, id
		row["recorded_at"] = "2026-03-10T11:59:00Z"
		columns := slices.Sorted(maps.Keys(row))
		text, err := json.Marshal(row)
		require.NoError(w.t, err)
		_, err = w.store.Pool().Exec(w.t.Context(), fmt.Sprintf("INSERT INTO %s (id, %s) SELECT gen_random_uuid(), %[2]s FROM jsonb_populate_record(NULL::%[1]s, $1)",
			table, strings.Join(columns, ", ")), string(text))
		require.NoError(w.t, err)
	}
}

// reporting is a world with partitions for January to April 2026.
func reporting(t *testing.T) (*world, string) {
	t.Helper()
	w := newWorld(t)
	for table := range base {
		for month := range 4 {
			from := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC).AddDate(0, month, 0)
			_, err := w.store.Pool().Exec(t.Context(), fmt.Sprintf("CREATE TABLE %[1]s_%[2]d PARTITION OF %[1]s FOR VALUES FROM ('%[3]s') TO ('%[4]s')",
				table, month, from.Format(time.DateOnly), from.AddDate(0, 1, 0).Format(time.DateOnly)))
			require.NoError(t, err)
		}
	}
	return w, w.key("acme", api.ReportsRead)
}

// engagementAt is a leg from start to end (15:04 or 2006-01-02T15:04 in UTC; 10 March by default).
func engagementAt(start, end string, more fact) fact {
	from, to := timeAt(start), timeAt(end)
	length := to.Sub(from).Milliseconds()
	row := fact{"started_at": from, "ended_at": to, "duration_ms": length, "talk_ms": length, "handle_ms": length}
	maps.Copy(row, more)
	return row
}

func timeAt(text string) time.Time {
	if len(text) == len("15:04") {
		text = "2026-03-10T" + text
	}
	t, err := time.Parse("2006-01-02T15:04", text)
	if err != nil {
		panic(err)
	}
	return t
}

// visitAt is a visit that was left at 10 March 10:00 after so many seconds.
func visitAt(seconds int, outcome string) fact {
	left := timeAt("10:00")
	return fact{"entered_at": left.Add(-time.Duration(seconds) * time.Second), "left_at": left, "wait_ms": seconds * 1000, "outcome": outcome}
}

// reportAnswer is an answer with its rows.
type reportAnswer struct {
	api.ReportHead
	Rows []api.ReportRow `json:"rows"`
}

// report asks one query.
func (w *world) report(key, query string) reportAnswer {
	w.t.Helper()
	got := w.ask(key, http.MethodPost, "/v1/reports/query", query)
	require.Equal(w.t, http.StatusOK, got.status, got.body)
	var a reportAnswer
	require.NoError(w.t, json.Unmarshal([]byte(got.body), &a), got.body)
	return a
}

// one is the number of a measure in the only row.
func (a reportAnswer) one(t *testing.T, measure analytics.Measure) float64 {
	t.Helper()
	require.Len(t, a.Rows, 1)
	require.NotNil(t, a.Rows[0].Values[measure].Value)
	return *a.Rows[0].Values[measure].Value
}

// column is the number of a measure in each row; null is NaN's place -1.
func (a reportAnswer) column(measure analytics.Measure) []float64 {
	var numbers []float64
	for _, row := range a.Rows {
		number := -1.0
		if v := row.Values[measure].Value; v != nil {
			number = *v
		}
		numbers = append(numbers, number)
	}
	return numbers
}

// servedSlowly is a world whose facts somebody holds, so that no question is answered in time.
func servedSlowly(t *testing.T) (*world, string) {
	t.Helper()
	w, key := reporting(t)
	server, err := api.New(api.Config{Logger: quiet()}, api.Dependencies{
		Log: w.log, Store: w.store, Accepts: foldAccepts{w.store},
		Analytics: analytics.NewEngine(w.store, analytics.Options{StatementTimeout: 50 * time.Millisecond}),
	})
	require.NoError(t, err)
	w.address, _ = serve(t, server)
	tx, err := w.store.Pool().Begin(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { _ = tx.Rollback(context.Background()) })
	_, err = tx.Exec(t.Context(), "LOCK TABLE engagements IN ACCESS EXCLUSIVE MODE")
	require.NoError(t, err)
	return w, key
}
