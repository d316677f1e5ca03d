package analytics_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/analytics"
	"engaged/models"
)

// vector is a small table of rows with what the metrics over them are, worked out by hand.
type vector struct {
	Description string
	// Period is that of questions without one of their own; none: all time.
	Period *[2]time.Time
	// Rows are those of each table; columns that matter to no question have the values of base.
	Rows map[string][]map[string]any
	// Configurations are the ids of those of delivery tasks.
	Configurations []string
	Questions      []question
}

// question is a query with its answer.
type question struct {
	Metric         string
	Parameters     analytics.Parameters
	Period         json.RawMessage
	Zone           string
	Interval       analytics.Interval
	Attribution    analytics.Attribution
	BusinessHours  bool `json:"business_hours"`
	IncludeExpired bool `json:"include_expired"`
	Filters        []analytics.Filter
	GroupBy        []string `json:"group_by"`
	Conversations  []string
	Edges          []float64
	Measures       []analytics.Measure
	Want           []wanted
}

// wanted is a row of the answer.
type wanted struct {
	Bucket time.Time
	Group  []*string
	// Values are numbers, null, or the shares of a distribution.
	Values []any
	Sample *int64
}

// base holds values for columns that a fact must have.
var base = map[string]map[string]any{
	"engagements": {
		"revision": 1, "ordinal": 1, "agent_type": "human", "ticket_status_start": "open", "ticket_status_end": "open", "start_reason": "assigned",
		"end_reason": "unknown", "hold_ms": 0, "settings_version": 0, "started_in_business_hours": true, "duration_business_ms": 0, "first_entry": 1,
		"last_entry": 1, "rules_version": 1, "workflow_id": "w", "run_id": "r", "ticket_id": "t", "conversation_id": "c",
	},
	"offers":               {"revision": 1, "ordinal": 1, "agent_type": "human"},
	"requester_waits":      {"ordinal": 1, "agent_type": "human", "started_in_business_hours": true, "ticket_id": "t", "conversation_id": "c"},
	"queue_visits":         {"revision": 1, "ordinal": 1, "ticket_id": "t", "conversation_id": "c"},
	"ratings":              {"revision": 1},
	"closed_conversations": {"revision": 1, "ordinal": 1},
	"live_conversations":   {"seen_number": 1},
	"deliveries": {
		"task_id": "00000000-0000-0000-0000-000000000999", "seq": 1, "channel": "voice", "contact_id": "", "phone_type": "mobile", "to_address": "+12125550101",
		"loop": 1, "contact_index": 0, "phone_index": 0, "planned_at": "2025-12-01T00:00:00Z", "not_before": "2025-12-01T00:00:00Z",
		"expires_at": "2025-12-03T00:00:00Z", "window_start": "2025-12-01T00:00:00Z", "window_end": "2025-12-03T00:00:00Z", "message_left": false,
		"bot_failed": false, "wait_exceeded": false, "opted_out": false, "callback": false, "dispositions": []string{}, "configuration_version": 1, "rules_version": 1,
	},
	"delivery_tasks": {"rules_version": 1, "plan": map[string]any{}, "expires_at": "2025-12-03T00:00:00Z"},
}

// unpartitioned are the tables that are not cut into months.
var unpartitioned = []string{"live_conversations", "deliveries", "delivery_tasks"}

// TestVectors asks an engine on a real database what was worked out by hand, and holds that no metric
// goes without a vector.
func TestVectors(t *testing.T) {
	t.Parallel()
	store := open(t)
	for table := range base {
		if !slices.Contains(unpartitioned, table) {
			execute(t, store, fmt.Sprintf("CREATE TABLE %s_all PARTITION OF %[1]s DEFAULT", table))
		}
	}
	engine := analytics.NewEngine(store, analytics.Options{Now: func() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }})
	files, err := filepath.Glob("testdata/vectors/*.json")
	require.NoError(t, err)
	asked := map[string]bool{"data_freshness": true} // it has a test of its own
	for _, file := range files {
		v := readVector(t, file)
		for _, q := range v.Questions {
			asked[q.Metric] = true
		}
		organization := strings.TrimSuffix(filepath.Base(file), ".json")
		v.load(t, store, organization)
		t.Run(organization, func(t *testing.T) {
			t.Parallel()
			for i, q := range v.Questions {
				t.Run(fmt.Sprintf("%d %s", i, q.Metric), func(t *testing.T) { q.ask(t, engine, organization, v.Period) })
			}
		})
	}
	for _, m := range analytics.Metrics() {
		require.True(t, asked[m.ID], "%s has no vector", m.ID)
	}
}

func readVector(t testing.TB, file string) (v vector) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &v), file)
	return v
}

// load writes the rows, and the conversations that they belong to.
func (v vector) load(t testing.TB, store *models.Store, organization string) {
	t.Helper()
	execute(t, store, "INSERT INTO organizations (id) VALUES ($1)", organization)
	for _, id := range v.Configurations {
		execute(t, store, "INSERT INTO delivery_configurations (id, organization_id, name, version) VALUES ($1, $2, 'c', 1)", id, organization)
	}
	keys := map[string]int64{}
	for _, table := range slices.Sorted(maps.Keys(v.Rows)) {
		for i, given := range v.Rows[table] {
			row := maps.Clone(base[table])
			maps.Copy(row, given)
			row["organization_id"] = organization
			if conversation := fmt.Sprint(row["conversation_id"]); !strings.HasPrefix(table, "deliver") {
				if keys[conversation] == 0 {
					keys[conversation] = newConversation(t, store, organization, conversation)
				}
				row["conversation_key"] = keys[conversation]
			}
			if id := fmt.Sprintf("00000000-0000-0000-0000-%012d", i+1); table == "requester_waits" {
				row["engagement_id"] = id
			} else if table != "live_conversations" {
				row["id"] = id
			}
			columns := slices.Sorted(maps.Keys(row))
			text, err := json.Marshal(row)
			require.NoError(t, err)
			execute(t, store, fmt.Sprintf("INSERT INTO %s (%s) SELECT %[2]s FROM jsonb_populate_record(NULL::%[1]s, $1)", table, strings.Join(columns, ", ")), string(text))
		}
	}
}

func newConversation(t testing.TB, store *models.Store, organization, id string) (key int64) {
	t.Helper()
	require.NoError(t, store.Pool().QueryRow(t.Context(),
		"INSERT INTO conversations (organization_id, conversation_id) VALUES ($1, $2) RETURNING key", organization, id).Scan(&key))
	return key
}

func execute(t testing.TB, store *models.Store, sql string, args ...any) {
	t.Helper()
	_, err := store.Pool().Exec(t.Context(), sql, args...)
	require.NoError(t, err)
}

func (q question) ask(t *testing.T, engine *analytics.Engine, organization string, period *[2]time.Time) {
	if q.Period != nil {
		period = nil
		require.NoError(t, json.Unmarshal(q.Period, &period))
	}
	query := analytics.Query{
		Organization: organization, Metric: q.Metric, Measures: q.Measures, Filters: q.Filters, GroupBy: q.GroupBy, Interval: q.Interval,
		Attribution: q.Attribution, BusinessHours: q.BusinessHours, IncludeExpired: q.IncludeExpired, Parameters: q.Parameters,
		Edges: q.Edges, Conversations: q.Conversations, Exact: true,
	}
	if period != nil {
		query.Period = analytics.Period{Start: period[0], End: period[1]}
	}
	if q.Zone != "" {
		var err error
		query.Location, err = analytics.LoadZone(q.Zone)
		require.NoError(t, err)
	}
	answer, err := engine.Ask(t.Context(), query)
	require.NoError(t, err)
	require.Len(t, answer.Rows, len(q.Want), "%+v", answer.Rows)
	for _, want := range q.Want {
		place := slices.IndexFunc(answer.Rows, want.at)
		require.GreaterOrEqual(t, place, 0, "no row for %s %v in %+v", want.Bucket, want.Group, answer.Rows)
		want.require(t, answer.Rows[place])
	}
}

// at tells that an answer's row is for the wanted bucket and group.
func (w wanted) at(row analytics.Row) bool {
	same := func(a, b *string) bool { return a == b || a != nil && b != nil && *a == *b }
	return row.Bucket.Equal(w.Bucket) && slices.EqualFunc(row.Group, w.Group, same)
}

func (w wanted) require(t *testing.T, row analytics.Row) {
	require.Len(t, row.Values, len(w.Values))
	if w.Sample != nil {
		require.Equal(t, *w.Sample, row.SampleSize)
	}
	for i, want := range w.Values {
		got := row.Values[i]
		require.False(t, got.Approximate)
		switch want := want.(type) {
		case nil:
			require.Nil(t, got.Value)
		case float64:
			require.NotNil(t, got.Value, "value %d", i)
			require.InDelta(t, want, *got.Value, 1e-6, "value %d", i)
		case []any:
			shares := make([]any, len(got.Shares))
			for j, n := range got.Shares {
				shares[j] = float64(n)
			}
			require.Equal(t, want, shares)
		}
	}
}
