package measure

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"engaged/bench/internal/analytics/dataset"
	"engaged/bench/internal/analytics/duck"
	"engaged/bench/internal/analytics/load"
	"engaged/bench/internal/analytics/question"
	"engaged/devstack"
	"engaged/engagement"
)

// Both peers are asked the same: where their answers differ, one of the two statements is wrong.
func TestThePeersAgreeOnEveryQuestion(t *testing.T) {
	t.Parallel()
	pool, err := pgxpool.New(t.Context(), devstack.Database(t)+"&timezone=UTC")
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	config := dataset.Config{Rows: 4_000, Seed: 9, End: time.Date(2026, 11, 21, 5, 0, 0, 0, time.UTC)}
	require.NoError(t, load.Organizations(t.Context(), pool, engagement.At(config.End.AddDate(-2, 0, 0))))
	_, err = load.Facts(t.Context(), pool, config)
	require.NoError(t, err)
	peer, err := duck.Open(t.Context(), filepath.Join(t.TempDir(), "facts.duckdb"))
	require.NoError(t, err)
	t.Cleanup(peer.Close)
	loaded, err := peer.Load(t.Context(), pool)
	require.NoError(t, err)
	require.Greater(t, loaded.Rows, config.Rows)
	var ticket, requester string
	require.NoError(t, pool.QueryRow(t.Context(), "SELECT ticket_id, requester_id FROM engagements WHERE organization_id = 'bench' AND agent_type = 'human' AND ended_at >= '2026-05-01' ORDER BY ordinal DESC, ended_at LIMIT 1").Scan(&ticket, &requester))
	all, err := question.Set(config.End, ticket, requester)
	require.NoError(t, err)

	for _, q := range all {
		q.Ask.Exact = true
		plain, _, err := Plain{Pool: pool, Timeout: time.Minute}.once(t.Context(), q)
		require.NoError(t, err, q.Name)
		theirs, _, err := Peer{DB: peer.DB, Timeout: time.Minute}.once(t.Context(), q)
		require.NoError(t, err, q.Name)
		require.NotEmpty(t, plain, q.Name)
		require.Empty(t, Differences(q, theirs, plain), q.Name)
	}
}

func TestAPeerIsEndedByTheTimeout(t *testing.T) {
	t.Parallel()
	pool, err := pgxpool.New(t.Context(), devstack.Database(t))
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	q, err := question.Nothing(time.Now())
	require.NoError(t, err)
	q.Statement = "SELECT count(*) FROM generate_series(1, 1000000000) WHERE $1::text <> '' AND $2::timestamptz < $3::timestamptz"
	side := Side{}

	answer := (&Bench{Effort: Effort{Peers: 1}}).side(t.Context(), q, &side, Plain{Pool: pool, Timeout: 20 * time.Millisecond}.once)

	require.Nil(t, answer)
	require.Contains(t, side.Failed, "statement timeout")
}
