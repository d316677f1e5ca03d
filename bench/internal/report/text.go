package report

import (
	"fmt"
	"io"
	"text/tabwriter"

	"engaged/bench/internal/chat"
	"engaged/bench/internal/ledger"
	"engaged/bench/internal/openloop"
	"engaged/bench/internal/scenario"
	"engaged/bench/internal/usage"
)

// WriteText prints the report for a person.
func (r *Report) WriteText(w io.Writer) error {
	p := &printer{w: tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)}
	m := r.Machine
	p.line("engine benchmark of %s", r.Date.Format("2006-01-02 15:04 MST"))
	p.line("%s", r.Command)
	p.line("%d x %s, %.0f GiB, Linux %s, %s, Postgres %s, Temporal server %s; load before %s; took %.0f s",
		m.CPUs, m.Model, m.Memory, m.Kernel, m.Go, m.Postgres, m.Temporal, m.Load, r.Took)
	if r.Bare != nil {
		p.intake("Intake, one event a request, nothing dispatched", r.Bare)
	}
	if r.Intake != nil {
		p.intake("Intake, one event a request", r.Intake)
	}
	if r.Batch != nil {
		p.intake("Intake, several events a request", r.Batch)
	}
	p.loads(r)
	p.sideBySide(r)
	p.chats(r)
	p.targets(r)
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

func latency(l openloop.Latency) string {
	return fmt.Sprintf("p50 %.1f  p90 %.1f  p99 %.1f  p99.9 %.1f  max %.0f ms (%d)", l.P50, l.P90, l.P99, l.P999, l.Max, l.Count)
}

func cpu(c scenario.Cost) string {
	share := func(role usage.Role) float64 { return 100 * c.CPU[role] / c.Seconds }
	return fmt.Sprintf("postgres %.0f %%, temporal %.0f %%, engine %.0f %%, load %.0f %% of a core",
		share(usage.Postgres), share(usage.Temporal), share(usage.Engine), share(usage.Driver))
}

func (p *printer) intake(title string, i *scenario.IntakeResult) {
	p.title(title)
	p.line("  acknowledged\t%.0f requests/s, %.0f events/s for %.0f s; %d refused and sent again, %d late",
		i.RequestsPerSecond, i.Window.EventsPerSecond, i.Window.Seconds, i.Sent.Refused, i.Sent.Late)
	p.line("  acknowledgement\t%s", latency(i.Sent.Acknowledgement))
	p.line("  CPU\t%s", cpu(i.Window))
	p.faults(i)
	if i.Whole.Events == 0 {
		return
	}
	p.line("  backlog\t%d of %d entries, drained in %.0f s: %.0f events/s, %.1f engagements/s, %.0f events per CPU-second",
		i.Backlog, i.Sent.Events, i.Drain.Seconds, i.Drain.EventsPerSecond, float64(i.DrainEngagements)/i.Drain.Seconds, i.Drain.EventsPerCPUSecond)
	p.line("  CPU of the drain\t%s", cpu(i.Drain))
	p.line("  all of it\t%.0f events per CPU-second, %.0f WAL bytes an event", i.Whole.EventsPerCPUSecond, i.Whole.WALBytesPerEvent)
	for _, check := range i.Checks {
		verdict := "ok"
		if !check.OK() {
			verdict = "FAILED"
		}
		p.line("  check\t%s: %d of %d %s", check.Name, check.Got, check.Want, verdict)
	}
}

func (p *printer) faults(i *scenario.IntakeResult) {
	if i.Sent.FirstFault != "" {
		p.line("  first fault\t%s", i.Sent.FirstFault)
	}
}

// loads prints where the CPU went.
func (p *printer) loads(r *Report) {
	p.title("Load and CPU")
	row := func(name string, c, idle scenario.Cost, applied openloop.Latency, ack openloop.Latency, open int) {
		p.line("  %s\t%.0f events/s\t%d open\t%s", name, c.EventsPerSecond, open, cpu(c))
		if idle.Seconds > 0 {
			p.line("  \tidle\t\t%s", cpu(idle))
		}
		p.line("  \tapplied\t\t%s", latency(applied))
		p.line("  \tacknowledged\t\t%s", latency(ack))
	}
	for _, t := range []struct {
		name   string
		result *scenario.TempoResult
	}{{"engaged, real tempo", r.Tempo}, {"engaged, real tempo, many open", r.Open}} {
		if t.result != nil {
			if t.result.Undispatched > 10 {
				p.line("  %s\tWARNING\tfilling was not over: %d conversations waited for dispatch when the window began", t.name, t.result.Undispatched)
			}
			row(t.name, t.result.Window, t.result.Idle, t.result.Applied, t.result.Sent.Acknowledgement, t.result.Open)
		}
	}
	for _, n := range []struct {
		name   string
		result *scenario.NaiveResult
	}{{"naive, real tempo", r.NaiveTempo}, {"naive, saturated", r.Spread}, {"naive, saturated by bursts", r.Burst}} {
		if n.result != nil {
			row(n.name, n.result.Window, n.result.Idle, n.result.Applied, n.result.Acknowledgement, n.result.Open)
		}
	}
}

// side is one line of the comparison: less is better where lower is set.
func (p *printer) side(name string, ours, theirs float64, format string, lower bool) {
	ratio := ours / theirs
	if lower {
		ratio = theirs / ours
	}
	p.line("  %s\t"+format+"\t"+format+"\t%.1fx", name, ours, theirs, ratio)
}

func (p *printer) sideBySide(r *Report) {
	p.title("Side by side")
	p.line("  \tengaged\tnaive\tbetter by")
	if r.Intake != nil && r.Spread != nil {
		drain := r.Intake.Drain
		p.side("events/s: draining a backlog / saturated", drain.EventsPerSecond, r.Spread.Window.EventsPerSecond, "%.0f", false)
		p.side("engagements/s: draining a backlog / saturated", float64(r.Intake.DrainEngagements)/drain.Seconds, r.Spread.EngagementsPerSecond, "%.1f", false)
		p.side("acknowledgement p50, ms: at the intake's rate / saturated", r.Intake.Sent.Acknowledgement.P50, r.Spread.Acknowledgement.P50, "%.1f", true)
		p.side("acknowledgement p99, ms: at the intake's rate / saturated", r.Intake.Sent.Acknowledgement.P99, r.Spread.Acknowledgement.P99, "%.1f", true)
	}
	if r.Intake != nil && r.Burst != nil {
		p.side("events/s: draining a backlog / bursts", r.Intake.Drain.EventsPerSecond, r.Burst.Window.EventsPerSecond, "%.0f", false)
	}
	if r.Open != nil && r.Spread != nil {
		p.side("events per CPU-second: real tempo, many open / saturated", r.Open.Window.EventsPerCPUSecond, r.Spread.Window.EventsPerCPUSecond, "%.0f", false)
	}
	if r.Tempo != nil && r.NaiveTempo != nil {
		t, n := r.Tempo, r.NaiveTempo
		p.side("events per CPU-second: real tempo, same load", t.Window.EventsPerCPUSecond, n.Window.EventsPerCPUSecond, "%.0f", false)
		p.side("acknowledgement p50, ms: real tempo", t.Sent.Acknowledgement.P50, n.Acknowledgement.P50, "%.1f", true)
		p.side("acknowledgement p99, ms: real tempo", t.Sent.Acknowledgement.P99, n.Acknowledgement.P99, "%.1f", true)
		p.side("lifecycle received to applied p50, ms: real tempo", t.Applied.P50, n.Applied.P50, "%.1f", true)
		p.side("lifecycle received to applied p99, ms: real tempo", t.Applied.P99, n.Applied.P99, "%.1f", true)
		p.side("WAL KiB per engagement: real tempo", t.Window.WALBytesPerEvent*chat.MeanEvents/1024, n.Window.WALBytesPerEvent*chat.MeanEvents/1024, "%.0f", true)
		memory := t
		if r.Open != nil {
			memory = r.Open
		}
		p.side("worker MiB per 10,000 open engagements", memory.BytesPerOpen*10_000/(1<<20), n.BytesPerOpen*10_000/(1<<20), "%.0f", true)
	}
}

// chats itemises what single chats cost Temporal.
func (p *printer) chats(r *Report) {
	if len(r.Chats) == 0 {
		return
	}
	p.title(fmt.Sprintf("One chat (played in %.0f s, timers to scale), engaged / naive", r.ChatLength))
	head := "  "
	for _, c := range r.Chats {
		head += "\t" + c.Chat
	}
	p.line("%s", head)
	for _, item := range []struct {
		name string
		of   func(ledger.Count) int
	}{
		{"billable actions", ledger.Count.Actions},
		{"- starts (with signal)", func(c ledger.Count) int { return c.Starts }},
		{"- signals", func(c ledger.Count) int { return c.Signals }},
		{"- timers started", func(c ledger.Count) int { return c.Timers }},
		{"- activity attempts", func(c ledger.Count) int { return c.Activities }},
		{"- tasks with local activities", func(c ledger.Count) int { return c.LocalActivities }},
		{"- updates", func(c ledger.Count) int { return c.Updates }},
		{"history events", func(c ledger.Count) int { return c.Events }},
		{"history bytes", func(c ledger.Count) int { return c.Bytes }},
		{"workflow tasks", func(c ledger.Count) int { return c.WorkflowTasks }},
		{"runs", func(c ledger.Count) int { return c.Runs }},
	} {
		line := "  " + item.name
		for _, c := range r.Chats {
			line += fmt.Sprintf("\t%.1f / %.1f", perChat(c, item.of(c.Engine)), perChat(c, item.of(c.Naive)))
		}
		p.line("%s", line)
	}
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
