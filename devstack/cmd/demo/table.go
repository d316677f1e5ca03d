package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
	"time"

	"engaged/devstack/oracle"
	"engaged/engagement"
)

// sums are what the table shows of a set of engagements.
type sums struct {
	engagements, transfers, timeouts, reopened, expired int
	duration, firstReply, wait, offer                   average
	ratings                                             int
	scores                                              float64
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
	csat := "-"
	if s.ratings > 0 {
		csat = fmt.Sprintf("%.2f", s.scores/float64(s.ratings))
	}
	return fmt.Sprintf("%d\t%s\t%s\t%s\t%s\t%d\t%d\t%d\t%d\t%s",
		s.engagements, s.duration, s.firstReply, s.wait, s.offer, s.transfers, s.timeouts, s.reopened, s.expired, csat)
}

// printTable shows the records, and the fold over the same events beneath each.
func printTable(w io.Writer, title string, recorded, folded map[string]*sums) {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(out, "%s\t\tengagements\tduration\tfirst reply\tlongest wait\toffer time\ttransferred\ttimed out\treopened\texpired\tcsat\t\n", title)
	for _, name := range slices.Sorted(maps.Keys(folded)) {
		stack, fold := recorded[name], folded[name]
		if stack == nil {
			stack = &sums{}
		}
		mark := "equal"
		if stack.String() != fold.String() {
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

// group sums engagements up by one thing, and ratings by the same.
func group(rows map[key]row, by func(row) string, records map[string]oracle.Records, ratedBy func(engagement.Rating) string) map[string]*sums {
	total := &sums{}
	groups := map[string]*sums{"all": total}
	of := func(name string) *sums {
		if groups[name] == nil {
			groups[name] = &sums{}
		}
		return groups[name]
	}
	for _, r := range rows {
		of(by(r)).add(r)
		total.add(r)
	}
	for _, conversation := range records {
		for _, rating := range conversation.Ratings {
			if rating.Survey == "csat" && rating.Score != nil {
				of(ratedBy(rating)).rate(*rating.Score)
				total.rate(*rating.Score)
			}
		}
	}
	return groups
}

func (s *sums) rate(score float64) {
	s.ratings++
	s.scores += score
}

func channelOf(r engagement.Rating) string { return r.Channel }

func queueOf(r engagement.Rating) string { return r.QueueID }
