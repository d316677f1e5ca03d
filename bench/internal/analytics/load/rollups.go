package load

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"engaged/analytics"
	"engaged/bench/internal/progress"
)

const rollupsSizeSQL = `SELECT count(*), coalesce(pg_total_relation_size('rollup_cells'), 0) FROM rollup_cells`

// Rollups builds all rollups over facts that are loaded, with the keeper that a running process has.
func Rollups(ctx context.Context, pool *pgxpool.Pool, facts Loaded) (Kept, error) {
	bar := progress.Start("building rollups", "facts", int(facts.Rows))
	begun := time.Now()
	result := Kept{}
	keeper := analytics.NewKeeper(pool, analytics.KeeperOptions{Progress: func(p analytics.KeeperProgress) {
		result.Facts += p.Facts
		result.Days++
		bar.Add(int(p.Facts))
	}})
	err := keeper.Keep(ctx)
	bar.Done()
	if err != nil {
		return Kept{}, fmt.Errorf("building rollups: %w", err)
	}
	result.Seconds = time.Since(begun).Seconds()
	if err := pool.QueryRow(ctx, rollupsSizeSQL).Scan(&result.Cells, &result.Bytes); err != nil {
		return Kept{}, fmt.Errorf("measuring the rollups: %w", err)
	}
	for _, table := range []string{"rollup_cells", "rollup_keys", "rollup_marks", "rollups"} {
		if _, err := pool.Exec(ctx, "VACUUM (ANALYZE) "+table); err != nil {
			return Kept{}, fmt.Errorf("collecting statistics of %s: %w", table, err)
		}
	}
	return result, nil
}
