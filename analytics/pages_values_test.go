package analytics

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/devstack"
	"engaged/models"
)

const insertVisitsSQL = `
INSERT INTO queue_visits (id, organization_id, revision, conversation_key, conversation_id, ordinal, queue_id, channel, ticket_id, entered_at, left_at, outcome, wait_ms)
SELECT gen_random_uuid(), $1, 1, n, n::text, 1, $2, $3, n::text, $4, $4, 'answered', 0 FROM generate_series(1, $5) n`

// A value that hides behind more rows than are looked at is found once rollups are kept, and values that
// are not behind others at once, however old they are.
func TestValuesAreFoundBehindManyRows(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	store, err := models.Open(ctx, devstack.Database(t), models.Options{})
	require.NoError(t, err)
	t.Cleanup(store.Close)
	require.NoError(t, store.CreateOrganization(ctx, "acme", ""))
	require.NoError(t, store.CreateOrganization(ctx, "other", ""))
	now := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	_, err = store.Pool().Exec(ctx, "CREATE TABLE queue_visits_all PARTITION OF queue_visits FOR VALUES FROM ('2000-01-01 00:00:00+00') TO ('2027-01-01 00:00:00+00')")
	require.NoError(t, err)
	insert := func(organization, queue, channel string, at time.Time, n int) {
		t.Helper()
		_, err := store.Pool().Exec(ctx, insertVisitsSQL, organization, queue, channel, at, n)
		require.NoError(t, err)
	}
	insert("acme", "hidden", "email", now.Add(-2*time.Hour), 1)
	insert("acme", "busy", "chat", now.Add(-time.Hour), sampledRows)
	insert("acme", "of long ago", "Fax Machine", now.AddDate(-20, 0, 0), 1)
	insert("acme", "of last month", "fax", now.AddDate(0, -1, 0), 1)
	insert("other", "secret", "SECRET", now.Add(-time.Minute), 1)
	_, err = store.Pool().Exec(ctx, "INSERT INTO directory (organization_id, kind, id, name) VALUES ('acme', 'queue', 'busy', 'A busy queue'), ('acme', 'queue', 'unused', ''), ('other', 'queue', 'hidden', 'secret')")
	require.NoError(t, err)
	engine := NewEngine(store, Options{Now: func() time.Time { return now }})

	require.Equal(t, []string{"A busy queue=busy", "=of last month", "=of long ago", "=unused"}, valuesOf(ctx, t, engine, "queue_id"))
	require.NoError(t, NewKeeper(store.Pool(), KeeperOptions{}).Keep(ctx))
	require.Equal(t, []string{"A busy queue=busy", "=hidden", "=of last month", "=of long ago", "=unused"}, valuesOf(ctx, t, engine, "queue_id"))
	channels := valuesOf(ctx, t, engine, "channel")
	require.Contains(t, channels, "Chat=CHAT")
	require.Contains(t, channels, "fax=FAX")
	require.Contains(t, channels, "Fax Machine=Fax Machine")
	require.NotContains(t, channels, "SECRET=SECRET")
}

// valuesOf walks through all pages of two values each, and back again, and returns "label=value".
func valuesOf(ctx context.Context, t *testing.T, engine *Engine, attribute string) []string {
	t.Helper()
	var all []AttributeValue
	q := ValueQuery{Organization: "acme", Attribute: attribute, Limit: 2}
	for more := true; more; {
		page, err := engine.Values(ctx, q)
		require.NoError(t, err)
		all, more = append(all, page.Values...), page.More
		q.From = &all[len(all)-1]
	}
	last := all[len(all)-1]
	back, err := engine.Values(ctx, ValueQuery{Organization: "acme", Attribute: attribute, Limit: MaxPage, From: &last, Backward: true})
	require.NoError(t, err)
	require.Equal(t, all[:len(all)-1], back.Values)
	var texts []string
	for _, v := range all {
		texts = append(texts, fmt.Sprintf("%s=%s", v.Label, v.Value))
	}
	return texts
}

// Every attribute of the catalogue has values that the schema can be asked for, and every record rows.
func TestPagesOfTheWholeCatalogueCanBeRead(t *testing.T) {
	t.Parallel()
	store, err := models.Open(t.Context(), devstack.Database(t), models.Options{})
	require.NoError(t, err)
	t.Cleanup(store.Close)
	engine := NewEngine(store, Options{})
	for _, a := range Attributes() {
		_, err := engine.Values(t.Context(), ValueQuery{Organization: "acme", Attribute: a.ID, Limit: 10, From: &AttributeValue{Value: "x"}})
		require.NoError(t, err, a.ID)
	}
	for _, r := range Records() {
		var filters []Filter
		for _, attribute := range r.Attributes {
			a, _ := AttributeByID(attribute.ID)
			value := map[AttributeType]string{Flag: "true", Numeric: "4.5"}[a.Type]
			if value == "" {
				value = "x"
			}
			filters = append(filters, Filter{Attribute: a.ID, Values: []string{value}})
		}
		for _, backward := range []bool{false, true} {
			page, err := engine.Records(t.Context(), RecordQuery{
				Organization: "acme", Record: r.ID, Filters: filters, Conversations: []string{"1"}, Limit: MaxPage, Backward: backward,
				Period: Period{Start: time.Unix(0, 0), End: time.Unix(1, 0)}, From: &Place{Time: time.Unix(0, 0), Key: "x"},
			})
			require.NoError(t, err, r.ID)
			require.Empty(t, page.Rows)
		}
	}
	var wrong *InvalidQuery
	_, err = engine.Values(t.Context(), ValueQuery{Organization: "acme", Attribute: "nope", Limit: 1})
	require.ErrorAs(t, err, &wrong)
	_, err = engine.Records(t.Context(), RecordQuery{Organization: "acme", Record: "nope", Limit: 1})
	require.ErrorAs(t, err, &wrong)
	_, err = engine.Records(t.Context(), RecordQuery{Organization: "acme", Record: "ratings", Limit: MaxPage + 1})
	require.ErrorAs(t, err, &wrong)
	_, err = engine.Records(t.Context(), RecordQuery{Organization: "acme", Record: "ratings", Limit: 1, Filters: []Filter{{Attribute: "score", Operator: Empty}}})
	require.ErrorAs(t, err, &wrong)
}
