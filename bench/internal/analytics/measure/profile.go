package measure

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/jackc/pgx/v5/pgxpool"
)

const statementsSQL = `
SELECT calls, mean_plan_time, mean_exec_time, rows, shared_blks_hit + shared_blks_read, query
FROM pg_stat_statements WHERE query NOT LIKE '%pg_stat_statements%' ORDER BY total_plan_time + total_exec_time DESC`

// profile writes which statements a question took, and how long each.
func profile(ctx context.Context, pool *pgxpool.Pool, directory, name string) error {
	if err := os.MkdirAll(directory, 0o755); err != nil { //nolint:gosec // profiles, not secrets
		return fmt.Errorf("making the directory for profiles: %w", err)
	}
	rows, err := pool.Query(ctx, statementsSQL)
	if err != nil {
		return fmt.Errorf("reading the statistics of statements: %w", err)
	}
	defer rows.Close()
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "calls\tms planning\tms executing\trows\tblocks\tstatement")
	for rows.Next() {
		var calls, count, blocks int64
		var planning, executing float64
		var statement string
		if err := rows.Scan(&calls, &planning, &executing, &count, &blocks, &statement); err != nil {
			return fmt.Errorf("reading a statement: %w", err)
		}
		fmt.Fprintf(table, "%d\t%.3f\t%.3f\t%d\t%d\t%s\n", calls, planning, executing, count, blocks, strings.Join(strings.Fields(statement), " "))
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("reading the statistics of statements: %w", err)
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("writing a profile: %w", err)
	}
	file := filepath.Join(directory, strings.ReplaceAll(name, " ", "-")+".statements")
	if err := os.WriteFile(file, []byte(text.String()), 0o644); err != nil { //nolint:gosec // figures, not secrets
		return fmt.Errorf("writing a profile: %w", err)
	}
	return nil
}
