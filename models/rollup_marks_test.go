package models_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/engagement"
	"engaged/models"
)

// factTables are the tables whose changes are marked, with the record that is marked and the column that
// places their rows.
var factTables = map[string][2]string{
	"engagements": {"engagements", "ended_at"}, "offers": {"offers", "resolved_at"}, "requester_waits": {"requester_waits", "closed_at"},
	"queue_visits": {"queue_visits", "left_at"}, "ratings": {"ratings", "created_at"},
	"closed_conversations": {"closed_conversations", "closed_at"},
	"deliveries":           {"delivery_facts", "ended_at"}, "delivery_tasks": {"delivery_task_facts", "ended_at"},
}

// watchFacts has Postgres note the quarter hour of every row that is inserted, updated or deleted.
func watchFacts(t *testing.T, store *models.Store) {
	t.Helper()
	_, err := store.Pool().Exec(t.Context(), `
CREATE SCHEMA watch;
CREATE TABLE watch.changes (organization_id text, record text, cell timestamptz);
CREATE FUNCTION watch.note() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE fact jsonb;
BEGIN
    FOR fact IN SELECT to_jsonb(OLD) WHERE TG_OP <> 'INSERT' UNION ALL SELECT to_jsonb(NEW) WHERE TG_OP <> 'DELETE' LOOP
        INSERT INTO watch.changes SELECT fact->>'organization_id', TG_ARGV[0],
            to_timestamp(floor(extract(epoch FROM (fact->>TG_ARGV[1])::timestamptz) / 900) * 900)
        WHERE fact->>TG_ARGV[1] IS NOT NULL;
    END LOOP;
    RETURN NULL;
END $$`)
	require.NoError(t, err)
	for table, fact := range factTables {
		_, err := store.Pool().Exec(t.Context(), fmt.Sprintf(
			`CREATE TRIGGER watched AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION watch.note('%s', '%s')`, table, fact[0], fact[1]))
		require.NoError(t, err)
	}
}

// requireMarked checks that exactly the changed quarter hours are marked, and forgets both.
func requireMarked(t *testing.T, store *models.Store, atLeast int) {
	t.Helper()
	var changes, different int
	require.NoError(t, store.Pool().QueryRow(t.Context(), `
WITH changed AS (SELECT DISTINCT * FROM watch.changes), marked AS (SELECT DISTINCT organization_id, record, cell FROM rollup_marks)
SELECT (SELECT count(*) FROM changed),
    (SELECT count(*) FROM ((TABLE changed EXCEPT TABLE marked) UNION ALL (TABLE marked EXCEPT TABLE changed)) d)`).Scan(&changes, &different))
	require.Zero(t, different)
	require.GreaterOrEqual(t, changes, atLeast)
	_, err := store.Pool().Exec(t.Context(), `TRUNCATE rollup_marks, watch.changes`)
	require.NoError(t, err)
}

func TestEveryChangeOfAFactIsMarked(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	watchFacts(t, store)
	record := func(token string) {
		_, err := store.Record(t.Context(), recordOf(t, store, "c1", token))
		require.NoError(t, err)
	}

	chat(t, store, "c1", time.Hour)
	record("a leg and its wait")
	requireMarked(t, store, 2)

	appendEvents(t, store, event("c1", "5", engagement.WrapupStarted, time.Hour-time.Second), event("c1", "6", engagement.WrapupEnded, time.Hour-11*time.Second))
	record("a later wrap-up")
	requireMarked(t, store, 1)

	rate := func(id string, ago time.Duration) {
		rated := event("c1", id, engagement.ConversationRated, ago)
		rated.AgentID, rated.Data.Score = "", new(4.0)
		appendEvents(t, store, rated)
		record(id)
	}
	rate("7", 40*24*time.Hour)
	requireMarked(t, store, 1)
	rate("8", 10*time.Minute)
	requireMarked(t, store, 2)
}

// A correction marks where rows were and where they are.
func TestCorrectionsAreMarked(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	watchFacts(t, store)
	chat(t, store, "c1", time.Hour)
	r := recordOf(t, store, "c1", "t1")
	_, err := store.Record(t.Context(), r)
	require.NoError(t, err)
	rows, err := store.ConversationEngagements(t.Context(), subject("c1"))
	require.NoError(t, err)
	requireMarked(t, store, 2)

	moved := r.Result
	moved.Legs = append([]engagement.Leg(nil), r.Result.Legs...)
	moved.Legs[0].EndedAt = new(moved.Legs[0].EndedAt.Add(engagement.Millis(45 * 60_000)))
	id := map[string]bool{rows[0].ID: true}
	require.NoError(t, store.Correct(t.Context(), models.Correction{Subject: subject("c1"), RecordCount: 1, Result: moved, Wrong: id}))
	requireMarked(t, store, 3)

	require.NoError(t, store.Correct(t.Context(), models.Correction{Subject: subject("c1"), RecordCount: 1, Extra: id}))
	require.Zero(t, count(t, store, "engagements"))
	requireMarked(t, store, 2)
}

// The zone of the newest settings is the one whose days are kept ready.
func TestReportingZone(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	zone := func() string {
		zone, err := store.ReportingZone(t.Context(), organization)
		require.NoError(t, err)
		return zone
	}
	require.Equal(t, "UTC", zone())
	settings := models.OrganizationSettings{OrganizationID: organization, ReportingTimeZone: new("Asia/Kathmandu")}
	settings, err := store.AddSettings(t.Context(), settings, models.Audit{OrganizationID: organization})
	require.NoError(t, err)
	require.Equal(t, "Asia/Kathmandu", zone())
	settings.ReportingTimeZone = nil
	_, err = store.AddSettings(t.Context(), settings, models.Audit{OrganizationID: organization})
	require.NoError(t, err)
	require.Equal(t, "UTC", zone())
	_, err = store.ReportingZone(t.Context(), "unknown")
	require.ErrorIs(t, err, models.ErrNotFound)
}
