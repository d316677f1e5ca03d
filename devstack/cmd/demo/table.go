package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
	"time"

	"engaged/engagement"
)

// sums are what the table shows of a set of engagements.
type sums struct {
	engagements, transfers, timeouts, reopened, expired int
	duration, firstReply, wait, offer                   average
}

// average is a sum and how many values went into it.
type average struct {
	sum   engagement.Millis
	count int
}

func (a *average) add(v *engagement.Millis) {
	if v != nil {
		a.sum += *v
		a.count++
	}
}

func (a average) String() string {
	if a.count == 0 {
		return "-"
	}
	return (a.sum / engagement.Millis(a.count)).Duration().Round(time.Second).String()
}

func (s *sums) add(r row) {
	s.engagements++
	if r.EndReason == "transferred" {
		s.transfers++
	}
	if r.EndReason == "inactivity_timeout" {
		s.timeouts++
	}
	if r.StartReason == "reopened" {
		s.reopened++
	}
	if r.Expired {
		s.expired++
		return // an expired engagement is in no average
	}
	s.duration.add(r.Duration)
	s.firstReply.add(r.FirstReply)
	s.wait.add(r.WaitLongest)
	s.offer.add(r.OfferTime)
}

func (s *sums) String() string {
	return fmt.Sprintf("%d\t%s\t%s\t%s\t%s\t%d\t%d\t%d\t%d", s.engagements, s.duration, s.firstReply, s.wait, s.offer, s.transfers, s.timeouts, s.reopened, s.expired)
}

// printTable shows the records by something, and the fold over the same events beneath each.
func printTable(w io.Writer, title string, got, want map[key]row, by func(row) string) {
	recorded, folded := group(got, by), group(want, by)
	names := slices.Sorted(maps.Keys(folded))
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(out, "%s\t\tengagements\tduration\tfirst reply\tlongest wait\toffer time\ttransferred\ttimed out\treopened\texpired\t\n", title)
	for _, name := range names {
		stack, fold := recorded[name], folded[name]
		if stack == nil {
			stack = &sums{}
		}
		mark := "equal"
		if *stack != *fold {
			mark = "DIFFERENT"
		}
		label := name
		if label == "" {
			label = "(none)"
		}
		fmt.Fprintf(out, "%s\trecorded\t%s\t\n", label, stack)
		fmt.Fprintf(out, "%s\tfold\t%s\t\n", mark, fold)
	}
	_ = out.Flush() // a terminal that is gone is nobody's loss
	fmt.Fprintln(w)
}

func group(rows map[key]row, by func(row) string) map[string]*sums {
	all := map[string]*sums{}
	for _, r := range rows {
		name := by(r)
		if all[name] == nil {
			all[name] = &sums{}
		}
		all[name].add(r)
		if all["all"] == nil {
			all["all"] = &sums{}
		}
		all["all"].add(r)
	}
	return all
}
