package dialer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Row is an attempt as the engine shows it.
type Row struct {
	TaskID string `json:"delivery_task_id"`
	Seq    int    `json:"seq"`
	Number string `json:"to_address"`
	Status string `json:"status"`
	Result string `json:"result"`
	// StartedAt is when its call was started; empty if none was.
	StartedAt string `json:"started_at"`
}

// Task is what Compare must know of a task: what was asked for, and how it ended.
type Task struct {
	Chain
	Status string
}

// Compare holds the attempts of tasks that are over against what the dialer remembers, and returns what
// does not fit. What a dialer cannot know, an attempt that it was never ordered to make or allowed to
// start, may be expired, cancelled or lost, but not have come to anything.
func Compare(tasks map[string]Task, rows []Row, calls []Call) []string {
	type attempt struct {
		task string
		seq  int
	}
	known := map[attempt]Call{}
	for _, c := range calls {
		// Of several orders for one attempt, the one that was started counts, or the last.
		if before, ok := known[attempt{c.TaskID, c.Seq}]; !ok || before.StartedAt.IsZero() {
			known[attempt{c.TaskID, c.Seq}] = c
		}
	}
	rows = slices.Clone(rows)
	slices.SortFunc(rows, func(a, b Row) int { return cmp.Or(cmp.Compare(a.TaskID, b.TaskID), cmp.Compare(a.Seq, b.Seq)) })
	var out []string
	byTask := map[string][]Row{}
	for _, r := range rows {
		byTask[r.TaskID] = append(byTask[r.TaskID], r)
		c, ordered := known[attempt{r.TaskID, r.Seq}]
		delete(known, attempt{r.TaskID, r.Seq})
		if said := compareOne(r, c, ordered); said != "" {
			out = append(out, fmt.Sprintf("task %s attempt %d to %s: %s", r.TaskID, r.Seq, r.Number, said))
		}
	}
	for a := range known {
		out = append(out, fmt.Sprintf("task %s attempt %d: ordered, but there is no such attempt", a.task, a.seq))
	}
	for id, t := range tasks {
		if said := t.compare(byTask[id]); said != "" {
			out = append(out, fmt.Sprintf("task %s: %s", id, said))
		}
	}
	slices.Sort(out)
	return out
}

// neverMade are the outcomes of an attempt whose call was not started.
var neverMade = []string{"Error Unknown", "Expired Expired", "Expired Terminated", "Cancelled Cancelled"}

func compareOne(r Row, c Call, ordered bool) string {
	got := r.Status + " " + r.Result
	status, result := ResultOf(c)
	switch want := status + " " + result; {
	case ordered && r.Number != c.ToAddress:
		return "the order was to call " + c.ToAddress
	case ordered && c.Fate.Kind == Lost && got == "Cancelled Cancelled" && r.StartedAt == "":
		// The task was cancelled before the order counted as lost.
	case ordered && status != "":
		if got != want {
			return fmt.Sprintf("is %s, but the dialer told %s (%s)", got, want, c.Fate.Kind)
		}
		if (r.StartedAt != "") == c.StartedAt.IsZero() {
			return "one of the two knows of no start"
		}
	case ordered && c.Refused == "" && got == "Complete Unknown":
		// The start was granted, but nobody heard of it.
	case r.StartedAt != "":
		return "was started, but not by the dialer"
	case !slices.Contains(neverMade, got):
		return fmt.Sprintf("is %s, but was not made", got)
	}
	return ""
}

// compare follows a task from attempt to attempt.
func (t Task) compare(rows []Row) string {
	if len(rows) == 0 {
		return "has no attempt"
	}
	var made []Attempt
	for i, r := range rows {
		if r.Status == "Expired" {
			if i < len(rows)-1 || t.Status != r.Status {
				return fmt.Sprintf("is %s after an attempt that is %s", t.Status, r.Status)
			}
			return ""
		}
		made = append(made, Attempt{r.Number, r.Result})
		next, ok := t.Follow(made)
		switch {
		case !ok:
			return "these attempts do not follow from each other: " + list(made)
		case i < len(rows)-1 && next != rows[i+1].Number:
			return fmt.Sprintf("%s was called after %s, %q was due", rows[i+1].Number, list(made), next)
		case i == len(rows)-1 && next == "" && t.Status != r.Status:
			return fmt.Sprintf("is %s, but its last attempt %s", t.Status, r.Status)
		case i == len(rows)-1 && next != "" && t.Status != "Expired" && t.Status != "Cancelled":
			return fmt.Sprintf("is %s, but %s was due after %s", t.Status, next, list(made))
		}
	}
	return ""
}

func list(made []Attempt) string {
	var parts []string
	for _, a := range made {
		parts = append(parts, a.Number+" "+a.Result)
	}
	return strings.Join(parts, ", ")
}

// MostAtOnce is how many calls of those given had a line at one instant at most, lost ones among them.
func MostAtOnce(calls []Call) int {
	type moment struct {
		at     int64
		change int
	}
	var moments []moment
	for _, c := range calls {
		if !c.DialedAt.IsZero() && !c.HungUpAt.IsZero() {
			moments = append(moments, moment{c.DialedAt.UnixMilli(), 1}, moment{c.HungUpAt.UnixMilli(), -1})
		}
	}
	// What ends at an instant makes room for what begins at it.
	slices.SortFunc(moments, func(a, b moment) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.change, b.change)) })
	most, live := 0, 0
	for _, m := range moments {
		live += m.change
		most = max(most, live)
	}
	return most
}
