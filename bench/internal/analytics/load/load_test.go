package load_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"engaged/bench/internal/analytics/dataset"
	"engaged/bench/internal/analytics/load"
	"engaged/devstack"
	"engaged/engagement"
)

// columns lists a partition's columns and indexes, with its own name left out.
const schemaSQL = `
SELECT array(SELECT attname || ' ' || format_type(atttypid, atttypmod) || ' ' || attnotnull || ' ' || coalesce(pg_get_expr(adbin, adrelid), '')
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
  WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum)
|| array(SELECT split_part(pg_get_indexdef(i.indexrelid), ' USING ', 2) || ' ' || p.inhparent::regclass::text
  FROM pg_index i JOIN pg_inherits p ON p.inhrelid = i.indexrelid WHERE i.indrelid = $1::text::regclass ORDER BY 1)`

func TestFactsAreLoaded(t *testing.T) {
	t.Parallel()
	pool, err := pgxpool.New(t.Context(), devstack.Database(t))
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	config := dataset.Config{Rows: 3_000, Seed: 2, End: time.Date(2026, 11, 21, 5, 0, 0, 0, time.UTC)}
	require.NoError(t, load.Organizations(t.Context(), pool, engagement.At(config.End.AddDate(-2, 0, 0))))

	loaded, err := load.Facts(t.Context(), pool, config)
	require.NoError(t, err)

	require.EqualValues(t, 3_000, loaded.Engagements)
	var total int64
	for _, table := range dataset.Tables {
		var count int64
		require.NoError(t, pool.QueryRow(t.Context(), "SELECT count(*) FROM "+table.Name).Scan(&count))
		require.Equal(t, loaded.Tables[table.Name], count, table.Name)
		total += count
		requireLikeTheFirst(t, pool, table.Name)
	}
	require.Equal(t, loaded.Rows, total)

	var wrong int
	require.NoError(t, pool.QueryRow(t.Context(), `
SELECT count(*) FROM engagements e
WHERE duration_ms <> (extract(epoch FROM ended_at - started_at) * 1000)::bigint OR talk_ms <> duration_ms - hold_ms
   OR handle_ms <> duration_ms + coalesce(wrapup_ms, 0) OR offer_time_ms <> extract(epoch FROM started_at - offered_at) * 1000
   OR wait_total_ms <> wait_answered_ms + wait_unanswered_ms
   OR wait_total_ms <> (SELECT coalesce(sum(wait_ms), 0) FROM requester_waits w WHERE w.engagement_id = e.id)
   OR first_reply_ms <> extract(epoch FROM first_reply_at - started_at) * 1000
   OR tags <> ARRAY(SELECT DISTINCT unnest(tags) ORDER BY 1)`).Scan(&wrong))
	require.Zero(t, wrong, "rows whose values do not fit together")

	kept, err := load.Rollups(t.Context(), pool, loaded)
	require.NoError(t, err)
	require.Positive(t, kept.Cells)
	var bots, marks int64
	require.NoError(t, pool.QueryRow(t.Context(), `
SELECT (SELECT count(*) FROM engagements WHERE agent_type = 'bot') + (SELECT count(*) FROM requester_waits WHERE agent_type = 'bot')`).Scan(&bots))
	require.Equal(t, loaded.Rows-bots, kept.Facts, "everything but bots is in the rollups")
	require.NoError(t, pool.QueryRow(t.Context(), "SELECT count(*) FROM rollup_marks").Scan(&marks))
	require.Zero(t, marks)
}

// requireLikeTheFirst compares a loaded partition with the one that the migrations made.
func requireLikeTheFirst(t *testing.T, pool *pgxpool.Pool, table string) {
	t.Helper()
	var schemas [2][]string
	for i, name := range []string{table + "_early", table + "_202603"} {
		rows, err := pool.Query(t.Context(), schemaSQL, name)
		require.NoError(t, err)
		schemas[i], err = pgx.CollectExactlyOneRow(rows, pgx.RowTo[[]string])
		require.NoError(t, err)
	}
	require.Equal(t, schemas[0], schemas[1])
}
