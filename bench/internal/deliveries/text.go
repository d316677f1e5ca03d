package deliveries

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"engaged/bench/internal/openloop"
)

// WriteText prints the result for a person.
func (r *Result) WriteText(w io.Writer) error {
	t := &text{w: tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)}
	m := r.Machine
	t.title("deliveries benchmark of %s\n%s\n%d x %s, %.0f GiB, Linux %s, %s, Postgres %s, Temporal server %s; load before %s; took %.0f s",
		r.Date.Format("2006-01-02 15:04 MST"), r.Command, m.CPUs, m.Model, m.Memory, m.Kernel, m.Go, m.Postgres, m.Temporal, m.Load, r.Took)
	t.create(r.Create)
	t.starts(r.Starts)
	t.waiting(r)
	t.window(r)
	t.title("\nTargets")
	for _, target := range r.Targets {
		sign, verdict := ">=", "reached"
		if target.AtMost {
			sign = "<="
		}
		if !target.Met() {
			verdict = "NOT REACHED"
		}
		t.line("%s\t%s\t%.5g %s\tto reach: %s %.5g %s", verdict, target.Name, target.Got, target.Unit, sign, target.Want, target.Unit)
	}
	if t.err != nil {
		return fmt.Errorf("printing the result: %w", t.err)
	}
	return t.w.Flush()
}

// text keeps the first error.
type text struct {
	w   *tabwriter.Writer
	err error
}

// title begins a table of its own.
func (t *text) title(format string, arguments ...any) {
	if err := t.w.Flush(); err != nil && t.err == nil {
		t.err = err
	}
	t.print(format, arguments...)
}

func (t *text) line(format string, arguments ...any) { t.print("  "+format, arguments...) }

func (t *text) print(format string, arguments ...any) {
	if _, err := fmt.Fprintf(t.w, format+"\n", arguments...); err != nil && t.err == nil {
		t.err = err
	}
}

// cpu is what each role spent in a minute.
func cpu(i Interval) string {
	parts := []string{fmt.Sprintf("%.2f CPU s a minute", i.AllPerMinute())}
	for _, role := range roles {
		if spent, measured := i.CPU[role]; measured {
			parts = append(parts, fmt.Sprintf("%s %.2f", names[role], spent/i.Seconds*60))
		}
	}
	return strings.Join(parts, ", ")
}

func mib(bytes int64) float64 { return float64(bytes) / (1 << 20) }

func (f Footprint) String() string {
	return fmt.Sprintf("%.0f MiB resident, %.0f MiB heap, %d goroutines", mib(f.Resident), mib(f.HeapInUse), f.Goroutines)
}

func latency(l openloop.Latency) string {
	return fmt.Sprintf("p50 %.1f  p90 %.1f  p99 %.1f  max %.0f ms (%d)", l.P50, l.P90, l.P99, l.Max, l.Count)
}

func (t *text) create(c *CreateResult) {
	if c == nil {
		return
	}
	t.title("\nBulk requests")
	t.line("tasks/s\t%.0f, %d tasks in %d requests", c.TasksPerSecond, c.Tasks, c.Requests)
	t.line("answered\tafter %.1f s, %d tasks and %.1f MiB each", c.Seconds, c.Largest, mib(int64(c.BodyBytes)))
	t.line("CPU\t%s", cpu(c.Cost))
	t.line("API\t%s", c.API)
	if c.BesideTasks > 0 {
		t.line("while runs are started\t%d tasks answered after %.1f s", c.BesideTasks, c.Beside)
	}
}

func (t *text) starts(s *StartsResult) {
	if s == nil {
		return
	}
	t.title("\nStarting runs, beside a bulk request")
	t.line("runs/s\t%.1f, %d runs in %.0f s", s.RunsPerSecond, s.Runs, s.Cost.Seconds)
	t.line("CPU\t%s", cpu(s.Cost))
	for _, point := range s.Points {
		t.line("worker, %d runs\t%s", point.Runs, point.Footprint)
	}
	t.line("API\t%s", s.API)
}

func (t *text) waiting(r *Result) {
	t.title("\nWaiting")
	if r.Empty != nil {
		t.line("engine, no tasks\t%s", cpu(r.Empty.Idle))
		t.line("\tworker: %s; API: %s", r.Empty.Worker, r.Empty.API)
	}
	if w := r.Waiting; w != nil {
		t.line("engine, %d tasks, %d of them with a run\t%s", w.Tasks, w.Runs, cpu(w.Idle))
		t.line("\tworker: %s; API: %s", w.Worker, w.API)
		t.line("\t%d workflow tasks in %.0f s", w.WorkflowTasks, w.Idle.Seconds)
	}
	if p := r.Peer; p != nil {
		t.line("peer, no tasks\t%s", cpu(p.Empty))
		t.line("peer, %d tasks that ask every %.0f s\t%s", p.Tasks, p.Every, cpu(p.Idle))
		t.line("\t%d questions in %.0f s; %.0f MiB more resident", p.Polls, p.Idle.Seconds, mib(p.Resident))
	}
	if engine, peer := r.Waited(); peer > 0 {
		t.line("per 1,000 tasks\tengine, all of it %.3f, peer, beyond no tasks %.2f CPU s a minute", engine, peer)
	}
}

func (t *text) window(r *Result) {
	t.title("\nStart of the window")
	if w := r.Window; w != nil {
		t.line("orders/s\t%.1f, %d orders in %.0f s, %d refused at their start; %d tasks due at once, the first order after %.2f s",
			w.OrdersPerSecond, w.Orders, w.Seconds, w.Refused, w.Due, w.First)
		t.line("slot free to order handed out\t%s", latency(w.Handed))
		t.line("order granted to handed out\t%s", latency(w.Claimed))
		t.line("at once\t%d orders live, %d calls, of %d", w.Most, w.MostCalls, w.Max)
		t.line("CPU while dialing\t%s", cpu(w.Dialing))
		t.line("recorded\t%d of the attempts, %.0f s after dialing ended: %.1f/s in all", w.Recorded, w.Drain, float64(w.Recorded)/(w.Seconds+w.Drain))
		t.line("CPU of an attempt\t%.1f ms, %.1f KiB of WAL", w.PerAttempt*1000, float64(w.Cost.WAL)/1024/float64(max(w.Recorded, 1)))
		t.line("worker\t%s", w.Worker)
	}
	if p := r.Peer; p != nil {
		t.line("peer\t%d tasks dialed after %.0f s; CPU of an attempt %.1f ms", p.Tasks, p.Dialed, p.PerAttempt*1000)
	}
}
