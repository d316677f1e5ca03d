package report

import (
	"fmt"
	"io"
	"text/tabwriter"

	"engaged/bench/internal/analytics/dataset"
	"engaged/bench/internal/analytics/measure"
)

// WriteText prints the report for a person.
func (r *Report) WriteText(w io.Writer) error {
	p := &printer{w: tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)}
	m := r.Machine
	p.line("analytics benchmark of %s", r.Date.Format("2006-01-02 15:04 MST"))
	p.line("%s", r.Command)
	p.line("%d x %s, %.0f GiB, Linux %s, %s, Postgres %s, DuckDB %s; load before %s; took %.0f s",
		m.CPUs, m.Model, m.Memory, m.Kernel, m.Go, m.Postgres, r.DuckDBVersion, m.Load, r.Took)
	p.data(r.Data)
	p.questions("Questions that rollups answer", r.Questions, false)
	p.questions("Questions that need the rows", r.Questions, true)
	n := r.Nothing
	p.title("Overhead")
	p.line("  a day without data\tp50 %.2f ms, p95 %.2f ms\tof it in Postgres %.2f ms (%.1f statements)\tHTTP, JSON, planning: %.2f ms",
		n.P50, n.P95, n.InPostgres, n.Statements, Overhead(n))
	p.growth(r.Growth)
	p.targets(r)
	p.wrong(r.Questions)
	if p.err != nil {
		return fmt.Errorf("printing the report: %w", p.err)
	}
	return p.w.Flush()
}

// printer keeps the first error.
type printer struct {
	w   *tabwriter.Writer
	err error
}

func (p *printer) line(format string, arguments ...any) {
	if _, err := fmt.Fprintf(p.w, format+"\n", arguments...); err != nil && p.err == nil {
		p.err = err
	}
}

// title begins a table of its own.
func (p *printer) title(text string) {
	if err := p.w.Flush(); err != nil && p.err == nil {
		p.err = err
	}
	p.line("\n%s", text)
}

func (p *printer) data(d Data) {
	p.title("Data")
	p.line("  made\t%d engagements, seed %d, twelve months to %s", d.Rows, d.Seed, d.End.Format("2006-01-02 15:04 MST"))
	for _, table := range dataset.Tables {
		p.line("  %s\t%d rows", table.Name, d.Facts.Tables[table.Name])
	}
	p.line("  loaded\t%.0f s: %.0f rows/s of all tables, %.0f engagements/s, indexes included; %.1f GiB",
		d.Facts.Seconds, d.Facts.RowsPerSecond, d.Facts.EngagementsPerSecond, gibibytes(d.Facts.Bytes))
	if k := d.Rollups; k.Seconds > 0 {
		p.line("  rollups built\t%.0f s more: %.0f rows/s in all; %d cells, %.2f GiB", k.Seconds, WithRollups(d), k.Cells, gibibytes(k.Bytes))
	}
	p.line("  DuckDB loaded\t%.0f s, by CSV from Postgres: %.0f rows/s; %.1f GiB", d.Peer.Seconds, d.Peer.RowsPerSecond, gibibytes(d.Peer.Bytes))
}

func (p *printer) questions(title string, all []measure.Result, rows bool) {
	p.title(title + " (milliseconds)")
	p.line("  \tp50\tp95\tin Postgres\tbeyond\tcells\tsource\tplain SQL\tDuckDB\tplain / ours\tDuckDB / ours\tanswers")
	for _, q := range all {
		if q.Rows != rows {
			continue
		}
		if q.Failed != "" {
			p.line("  %s\t%.0f\t\t\t\t\t%s\t%s\t%s\t\t\t", q.Name, q.P50, q.Failed, side(q.Plain), side(q.Peer))
			continue
		}
		p.line("  %s\t%.2f\t%.2f\t%.2f\t%.2f\t%d\t%s\t%s\t%s\t%s\t%s\t%s", q.Name, q.P50, q.P95, q.InPostgres, Overhead(q), q.Cells, q.Source,
			side(q.Plain), side(q.Peer), ratio(q, q.Plain), ratio(q, q.Peer), verdict(q))
	}
}

func side(s measure.Side) string {
	if s.Failed != "" {
		return "failed"
	}
	return fmt.Sprintf("%.1f", s.Milliseconds)
}

func ratio(q measure.Result, s measure.Side) string {
	if of := Ratio(q, s); of > 0 {
		return fmt.Sprintf("%.3gx", of)
	}
	return ""
}

func verdict(q measure.Result) string {
	switch {
	case len(q.Wrong) > 0:
		return "DIFFER"
	case q.Compared == 0:
		return "not compared"
	default:
		return "agree"
	}
}

func (p *printer) growth(g *Growth) {
	if g == nil {
		return
	}
	p.title("Growth")
	p.line("  %.3g times the engagements of\t%s", g.Rows, g.Before)
	p.line("  p95 of questions that rollups answer\tmedian %.2fx, most %.2fx (%s)", g.Median, g.Worst, g.WorstOf)
}

func (p *printer) targets(r *Report) {
	p.title("Targets")
	for _, t := range r.Targets {
		sign, verdict := ">=", "reached"
		if t.AtMost {
			sign = "<="
		}
		if !t.Met() {
			verdict = "NOT REACHED"
		}
		p.line("  %s\t%s\t%.5g %s\tto reach: %s %.5g %s", verdict, t.Name, t.Got, t.Unit, sign, t.Want, t.Unit)
	}
}

// wrong lists what differs and which peer failed.
func (p *printer) wrong(all []measure.Result) {
	p.title("Notes")
	for _, q := range all {
		if !q.Rows && q.Failed == "" && !Ready(q) {
			p.line("  %s: from %s: %s", q.Name, q.Source, q.Reason)
		}
		for _, what := range q.Wrong {
			p.line("  %s: %s", q.Name, what)
		}
		for _, peer := range []struct {
			name string
			side measure.Side
		}{{"plain SQL", q.Plain}, {"DuckDB", q.Peer}} {
			if peer.side.Failed != "" {
				p.line("  %s: %s: %s", q.Name, peer.name, peer.side.Failed)
			}
		}
	}
}
