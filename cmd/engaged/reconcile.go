package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"engaged/cmd/engaged/config"
	"engaged/reconcile"
)

// reconcileCommand compares records with the log.
type reconcileCommand struct {
	Organization string `name:"organization" placeholder:"ID" group:"command" help:"Only this organization."`
	Conversation string `name:"conversation" placeholder:"ID" group:"command" help:"Only this conversation, or this delivery task by its id."`
	Repair       bool   `name:"repair" group:"command" help:"Write what the log says as the next revision of the records that differ, and start runs for what is overdue."`
	Limit        int    `name:"show" default:"100" placeholder:"N" group:"command" help:"Print at most so many findings; all are counted."`

	Grace time.Duration `name:"grace" default:"5m" placeholder:"DURATION" group:"command" help:"How long a record may be missing before its conversation is overdue. Longer than the backlog is old, lest runs be started that are only late."`

	config.Offline
}

// Help is the longer text of --help.
func (reconcileCommand) Help() string {
	return `A record is the fold of the events that were known when it was written. This command folds them again and compares every row field by field. It then folds what no record holds yet: a conversation of which something should have been recorded longer than --grace ago is overdue, because its workflow was terminated, for example, and so is a delivery task whose attempt has not asked to be dialed; --repair makes it due for dispatch again, and the run that begins writes the record.

It runs beside everything else and only reads, unless --repair is given. It exits with 1 if anything differs or is overdue, also after repairing it.`
}

// Validate returns everything that is wrong with the flags.
func (c reconcileCommand) Validate() config.Problems {
	if c.Grace < 0 {
		return config.Problems{{Flag: "grace", Reason: "must not be less than nothing"}}
	}
	return nil
}

// Run compares and prints.
func (c reconcileCommand) Run(ctx context.Context, env environment) error {
	store, err := openOffline(ctx, c.Offline, env)
	if err != nil {
		return err
	}
	defer store.Close()
	bar, started, shown := newProgress(env), time.Now(), 0
	show := func(finding fmt.Stringer) {
		if shown++; shown <= c.Limit {
			fmt.Fprintln(env.stdout, finding)
		}
	}
	summary, err := reconcile.Run(ctx, store, reconcile.Options{
		Organization: c.Organization, Conversation: c.Conversation, Repair: c.Repair, Grace: c.Grace,
		Begin:  func(subjects int64) { bar.Begin("folding", 0, subjects, "conversations and tasks") },
		Step:   func() { bar.Add(1) },
		Found:  func(d reconcile.Difference) { show(d) },
		Missed: func(o reconcile.Overdue) { show(o) },
	})
	if err != nil {
		return err
	}
	bar.End()
	if shown > c.Limit {
		fmt.Fprintf(env.stdout, "... and %d more\n", shown-c.Limit)
	}
	printReconcile(env, summary, time.Since(started))
	switch {
	case summary.Differences > 0 && summary.Overdue > 0:
		return &outcome{"records differ from the log, and others are overdue"}
	case summary.Differences > 0:
		return &outcome{"records differ from the log"}
	case summary.Overdue > 0:
		return &outcome{"records are overdue"}
	}
	return nil
}

func printReconcile(env environment, s reconcile.Summary, took time.Duration) {
	w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(name string, value any) { fmt.Fprintf(w, "%s\t%v\t\n", name, value) }
	row("conversations compared", s.Conversations)
	row("delivery tasks compared", s.DeliveryTasks)
	row("not comparable (entries past retention)", s.Incomplete)
	row("rows compared", s.Rows)
	row("differences", s.Differences)
	row("that differ", s.Differing)
	row("repaired", s.Repaired)
	row("overdue", s.Overdue)
	row("made due again", s.Redelivered)
	row("took", took.Round(time.Millisecond))
	_ = w.Flush()
}
