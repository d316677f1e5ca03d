package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"text/tabwriter"

	"engaged/devstack/dialer"
)

// printDeliveries shows attempts by status and result, and tasks by the calls that they took, as recorded
// and as the dialer told it.
func printDeliveries(w io.Writer, p *campaigns, rows []dialer.Row, calls []dialer.Call) {
	recorded, told := map[string]int{}, map[string]int{}
	perTask, toldPerTask := map[string]int{}, map[string]int{}
	for _, r := range rows {
		recorded[r.Status+" "+r.Result]++
		if r.StartedAt != "" {
			perTask[r.TaskID]++
		}
	}
	for _, c := range calls {
		if status, result := dialer.ResultOf(c); status != "" {
			told[status+" "+result]++
		}
		if !c.StartedAt.IsZero() {
			toldPerTask[c.TaskID]++
		}
	}
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(out, "status\tresult\tattempts\tdialer told\t\t")
	for _, name := range slices.Sorted(maps.Keys(recorded)) {
		status, result, _ := strings.Cut(name, " ")
		if status == "Expired" || status == "Cancelled" {
			fmt.Fprintf(out, "%s\t%s\t%d\tnot called\t\t\n", status, result, recorded[name])
			continue
		}
		fmt.Fprintf(out, "%s\t%s\t%d\t%d\t%s\t\n", status, result, recorded[name], told[name], mark(recorded[name] == told[name]))
	}
	_ = out.Flush() // a terminal that is gone is nobody's loss
	fmt.Fprintln(w)
	out = tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(out, "calls\ttasks\tdialer told\t\t")
	tasks, toldTasks := p.byCalls(perTask), p.byCalls(toldPerTask)
	for n := range max(len(tasks), len(toldTasks)) {
		fmt.Fprintf(out, "%d\t%d\t%d\t%s\t\n", n, tasks[n], toldTasks[n], mark(tasks[n] == toldTasks[n]))
	}
	_ = out.Flush() // a terminal that is gone is nobody's loss
	fmt.Fprintln(w)
}

func mark(equal bool) string {
	if equal {
		return "equal"
	}
	return "DIFFERENT"
}

// byCalls counts tasks by how many calls they took, from none on.
func (p *campaigns) byCalls(perTask map[string]int) map[int]int {
	tasks := map[int]int{}
	for n := range slices.Max(append(slices.Collect(maps.Values(perTask)), 0)) {
		tasks[n] = 0
	}
	for id := range p.asked {
		tasks[perTask[id]]++
	}
	return tasks
}

// printExplained asks why a contact has not been called who cannot be today, and cancels the task then.
func (c *client) printExplained(ctx context.Context, w io.Writer, p *campaigns) error {
	var e struct {
		Answer  string `json:"answer"`
		Next    string `json:"next_eligible_at"`
		Attempt struct {
			Number string `json:"to_address"`
		} `json:"attempt"`
		Verdict struct {
			Checks []struct {
				Rule, Reason string
				Allowed      bool
			} `json:"checks"`
		} `json:"verdict"`
	}
	if err := c.do(ctx, http.MethodGet, "/v1/delivery-tasks/"+p.tomorrow+"/explain", nil, &e); err != nil {
		return err
	}
	fmt.Fprintf(w, "Why has %s not been called? %s Next: %s.\n", e.Attempt.Number, e.Answer, e.Next)
	for _, check := range e.Verdict.Checks {
		said := "allows it"
		if !check.Allowed {
			said = check.Reason
		}
		fmt.Fprintf(w, "  %-20s %s\n", check.Rule, said)
	}
	fmt.Fprintln(w)
	var ignored json.RawMessage
	return c.do(ctx, http.MethodPost, "/v1/delivery-tasks/"+p.tomorrow+"/cancel", map[string]any{}, &ignored)
}
