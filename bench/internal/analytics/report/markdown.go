package report

import (
	"fmt"
	"os"
	"strings"

	"engaged/bench/internal/analytics/measure"
)

// WriteMarkdown writes the tables of questions and targets as docs/performance.md has them.
func (r *Report) WriteMarkdown(path string) error {
	var b strings.Builder
	m, d := r.Machine, r.Data
	fmt.Fprintf(&b, "%d cores (%s), %.0f GiB, Linux %s, %s, Postgres %s, DuckDB %s, %s; load before %s.\n`%s`, %.0f s in all.\n\n",
		m.CPUs, m.Model, m.Memory, m.Kernel, m.Go, m.Postgres, r.DuckDBVersion, r.Date.Format("2006-01-02"), m.Load, r.Command, r.Took)
	fmt.Fprintf(&b, "%d engagements, %d rows in all. Loaded in %.0f s: %.0f rows/s, indexes included; rollups in %.0f s more: %.0f rows/s in all. Facts %.1f GiB, rollups %.1f GiB, DuckDB's file %.1f GiB.\n",
		d.Rows, d.Facts.Rows, d.Facts.Seconds, d.Facts.RowsPerSecond, d.Rollups.Seconds, WithRollups(d), gibibytes(d.Facts.Bytes), gibibytes(d.Rollups.Bytes), gibibytes(d.Peer.Bytes))
	for _, part := range []struct {
		title string
		rows  bool
	}{{"From rollups", false}, {"From rows", true}} {
		fmt.Fprintf(&b, "\n%s, in milliseconds:\n\n| | p50 | p95 | in Postgres | cells | plain SQL | DuckDB | plain / ours | DuckDB / ours |\n|---|---|---|---|---|---|---|---|---|\n", part.title)
		for _, q := range r.Questions {
			if q.Rows == part.rows {
				b.WriteString(markdownRow(q))
			}
		}
	}
	b.WriteString("\n| | measured | to reach | |\n|---|---|---|---|\n")
	for _, t := range r.Targets {
		sign, verdict := ">=", "reached"
		if t.AtMost {
			sign = "<="
		}
		if !t.Met() {
			verdict = "**not reached**"
		}
		fmt.Fprintf(&b, "| %s | %.4g %s | %s %.4g %s | %s |\n", t.Name, t.Got, t.Unit, sign, t.Want, t.Unit, verdict)
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil { //nolint:gosec // figures, not secrets
		return fmt.Errorf("writing the tables: %w", err)
	}
	return nil
}

func markdownRow(q measure.Result) string {
	if q.Failed != "" {
		return fmt.Sprintf("| %s | %s after %.0f | | | | %s | %s | | |\n", q.Name, q.FailedCode, q.P50, side(q.Plain), side(q.Peer))
	}
	return fmt.Sprintf("| %s | %.1f | %.1f | %.1f | %d | %s | %s | %s | %s |\n", q.Name, q.P50, q.P95, q.InPostgres, q.Cells,
		side(q.Plain), side(q.Peer), ratio(q, q.Plain), ratio(q, q.Peer))
}

func gibibytes(bytes int64) float64 { return float64(bytes) / (1 << 30) }
