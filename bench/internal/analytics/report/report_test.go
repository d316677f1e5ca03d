package report_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"engaged/bench/internal/analytics/measure"
	"engaged/bench/internal/analytics/report"
)

// example is a run in which everything is just reached, but for what change spoils.
func example(change func(*report.Report)) *report.Report {
	r := &report.Report{Command: "make bench-analytics", Nothing: measure.Result{P50: 0.8, InPostgres: 0.3}}
	r.Data.Rows, r.Data.Facts.RowsPerSecond = 10_000_000, 50_000
	side := func(ms float64) measure.Side { return measure.Side{Milliseconds: ms, Repetitions: 3} }
	r.Questions = []measure.Result{
		{Name: "90 days by queue", Source: "rollup", P50: 2, P95: 20, InPostgres: 1, Plain: side(900), Peer: side(30), Compared: 2},
		{Name: "a year by day and queue", Yearly: true, Source: "rollup", P50: 40, P95: 50, Plain: side(4000), Peer: side(40), Compared: 2},
		{Name: "a ticket", Rows: true, Source: "rows", P50: 1, P95: 2, Plain: side(1), Peer: side(100), Compared: 2},
		{Name: "a year, exactly", Rows: true, P50: 5004, P95: 5004, Failed: "422 report:too_slow: ask for less", FailedCode: "report:too_slow", Plain: side(9000)},
	}
	if change != nil {
		change(r)
	}
	r.Compare()
	return r
}

// missed names the targets that are not reached.
func missed(r *report.Report) (names []string) {
	for _, t := range r.Targets {
		if !t.Met() {
			names = append(names, t.Name)
		}
	}
	return names
}

func TestTargets(t *testing.T) {
	t.Parallel()
	require.Empty(t, missed(example(nil)))
	for _, c := range []struct {
		change func(*report.Report)
		missed string
	}{
		{func(r *report.Report) { r.Data.Facts.RowsPerSecond-- }, "load"},
		{func(r *report.Report) { r.Nothing.P50 = 1.4 }, "a day without data"},
		{func(r *report.Report) { r.Questions[0].P95 = 20.1 }, "90 days by queue: p95"},
		{func(r *report.Report) { r.Questions[0].InPostgres = 0.9 }, "planning at p50: 90 days by queue"},
		{func(r *report.Report) { r.Questions[1].P95 = 50.1 }, "a year by day and queue: p95"},
		{func(r *report.Report) { r.Questions[1].Plain.Milliseconds = 3_900 }, "plain SQL"},
		{func(r *report.Report) { r.Questions[1].Peer.Milliseconds = 39 }, "DuckDB"},
		{func(r *report.Report) { r.Questions[1].Source = "rows" }, "rollups should answer"},
		{func(r *report.Report) { r.Questions[2].P95 = 5_001 }, "over rows"},
		{func(r *report.Report) { r.Questions[3].FailedCode = "server:internal" }, "over rows"},
		{func(r *report.Report) { r.Questions[0].Wrong = []string{"plain SQL: a count"} }, "another answer"},
		{func(r *report.Report) { r.Growth = &report.Growth{Median: 1.6, Worst: 1.4} }, "growth"},
	} {
		names := missed(example(c.change))
		require.Len(t, names, 1, c.missed)
		require.Contains(t, names[0], c.missed)
	}
}

func TestGrowthIsOfQuestionsThatRollupsAnswer(t *testing.T) {
	t.Parallel()
	now, before := example(nil), example(func(r *report.Report) {
		r.Data.Rows, r.Questions[0].P95, r.Questions[1].P95, r.Questions[2].P95 = 1_000_000, 10, 40, 1
	})
	file := filepath.Join(t.TempDir(), "before.json")
	require.NoError(t, before.WriteJSON(file))
	read, err := report.Read(file)
	require.NoError(t, err)

	now.Since(read)

	require.Equal(t, &report.Growth{
		Before: "make bench-analytics", Rows: 10, Median: 2, Worst: 2, WorstOf: "90 days by queue",
		P95: map[string]float64{"90 days by queue": 2, "a year by day and queue": 1.25},
	}, now.Growth)
}

func TestTextTellsWhatIsWrong(t *testing.T) {
	t.Parallel()
	r := example(func(r *report.Report) {
		r.Questions[1].Source, r.Questions[1].Reason = "rows", "agent is not in a set"
		r.Questions[0].Wrong = []string{"plain SQL: Count is 1, should be 2"}
		r.Questions[3].Peer.Failed = "out of memory"
	})
	var text strings.Builder
	require.NoError(t, r.WriteText(&text))
	file := filepath.Join(t.TempDir(), "tables.md")
	require.NoError(t, r.WriteMarkdown(file))
	tables, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Contains(t, string(tables), "| 90 days by queue | 2.0 | 20.0 | 1.0 | 0 | 900.0 | 30.0 | 450x | 15x |\n")
	require.Contains(t, string(tables), "| a year, exactly | report:too_slow after 5004 | | | | 9000.0 | failed | | |\n")
	for _, part := range []string{
		"450x", "DIFFER", "422 report:too_slow: ask for less", "NOT REACHED", "agent is not in a set", "Count is 1, should be 2", "DuckDB: out of memory",
	} {
		require.Contains(t, text.String(), part)
	}
}
