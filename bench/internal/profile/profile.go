// Package profile finds out what takes the time of a measurement: functions of all processes by perf, statements
// of Postgres by pg_stat_statements.
package profile

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"text/tabwriter"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Profiler writes profiles into a directory. It costs a few percent itself, so figures of such a run are not for
// publication.
type Profiler struct {
	directory string
	perf      string
	pool      *pgxpool.Pool
}

// New returns a profiler that reads statements over the pool; the stack must keep statistics of them.
func New(directory string, pool *pgxpool.Pool) (*Profiler, error) {
	perf, err := exec.LookPath("perf")
	if err != nil {
		return nil, fmt.Errorf("--profile needs perf: %w", err)
	}
	if err := os.MkdirAll(directory, 0o755); err != nil { //nolint:gosec // profiles, not secrets
		return nil, fmt.Errorf("making the directory for profiles: %w", err)
	}
	return &Profiler{directory: directory, perf: perf, pool: pool}, nil
}

// Watch records for eight seconds which functions of all processes take the CPU, and which statements take
// Postgres's time and write its log.
func (p *Profiler) Watch(ctx context.Context, name string) error {
	if _, err := p.pool.Exec(ctx, "SELECT pg_stat_statements_reset()"); err != nil {
		return fmt.Errorf("resetting the statistics of statements: %w", err)
	}
	file := filepath.Join(p.directory, name)
	cmd := exec.CommandContext(ctx, p.perf, "record", "-a", "-g", "-F", "199", "-o", file+".perf", "--", "sleep", "8")
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("perf: %w: %s", err, output)
	}
	return p.statements(ctx, file+".statements")
}

const selectStatements = `
SELECT d.datname, s.calls, s.total_exec_time + s.total_plan_time AS ms, s.rows, s.wal_bytes::bigint, left(regexp_replace(s.query, '\s+', ' ', 'g'), 160)
FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid ORDER BY ms DESC LIMIT 60`

func (p *Profiler) statements(ctx context.Context, path string) error {
	rows, err := p.pool.Query(ctx, selectStatements)
	if err != nil {
		return fmt.Errorf("reading the statistics of statements: %w", err)
	}
	defer rows.Close()
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("writing the statistics of statements: %w", err)
	}
	defer file.Close() //nolint:errcheck // Flush below tells
	table := tabwriter.NewWriter(file, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "database\tcalls\tms\trows\tWAL bytes\tstatement")
	for rows.Next() {
		var database, statement string
		var calls, written, count int64
		var ms float64
		if err := rows.Scan(&database, &calls, &ms, &count, &written, &statement); err != nil {
			return fmt.Errorf("reading a statement: %w", err)
		}
		fmt.Fprintf(table, "%s\t%d\t%.1f\t%d\t%d\t%s\n", database, calls, ms, count, written, statement)
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("writing the statistics of statements: %w", err)
	}
	return rows.Err()
}
