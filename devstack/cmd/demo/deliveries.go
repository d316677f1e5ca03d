package main

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"engaged/devstack/dialer"
)

// The demo's campaigns: their windows are open for a minute, and time runs thirty times faster than in a
// call centre.
const (
	campaignLasts = time.Minute
	faster        = 30
	copilotCalls  = 40
	agents        = 15
)

// chain is what the campaigns say about calling again; each task has its own numbers.
var chain = dialer.Chain{Retries: 1, On: []string{"busy", "no_answer", "failed"}}

// runDeliveries has campaigns dialed and shows what came of them beside what the dialer told.
func runDeliveries(ctx context.Context, o options, c *client) error {
	started := time.Now()
	d := dialer.New(dialer.Options{
		URL: o.url, Key: o.key, Seed: o.seed, World: campaignWorld(), Calls: 100, Agents: map[string]int{"winback": agents},
		HoldOn: time.Second, Wait: time.Second,
	})
	working, stop := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { d.Run(working) })
	p, err := c.ask(ctx, o)
	if err == nil {
		fmt.Printf("\nDeliveries: %d tasks in two campaigns, Copilot with %d calls at once and Progressive for %d agents\n", len(p.asked), copilotCalls, agents)
		err = c.untilOver(ctx, p)
	}
	stop()
	running.Wait()
	if err != nil {
		return err
	}
	calls := p.calls(d.Journal().Calls())
	rows, err := c.attempts(ctx, p)
	if err != nil {
		return err
	}
	fmt.Printf("\n%d attempts of %d tasks in %v\n\n", len(rows), len(p.asked), time.Since(started).Round(time.Second))
	printDeliveries(os.Stdout, p, rows, calls)
	if err := c.printExplained(ctx, os.Stdout, p); err != nil {
		return err
	}
	return p.compare(rows, calls)
}

// campaignWorld is a usual one, with conversations short enough for a demo.
func campaignWorld() dialer.World {
	w := dialer.Realistic().Faster(faster)
	w.Talk.Most = 8 * time.Second
	return w
}

// compare fails if anything differs from what the dialer remembers.
func (p *campaigns) compare(rows []dialer.Row, calls []dialer.Call) error {
	differences := dialer.Compare(p.tasks(), rows, calls)
	for id, task := range p.asked {
		if task.optedOut && p.statuses[id] != "Cancelled" {
			differences = append(differences, fmt.Sprintf("task %s: %s has opted out, but it is %s", id, task.contact, p.statuses[id]))
		}
	}
	if most := dialer.MostAtOnce(of(calls, p.copilot)); most > copilotCalls {
		differences = append(differences, fmt.Sprintf("%d calls at once, %d may be", most, copilotCalls))
	}
	for _, said := range differences[:min(20, len(differences))] {
		fmt.Println(said)
	}
	if len(differences) > 0 {
		return fmt.Errorf("%d differences between the deliveries and what the dialer told", len(differences))
	}
	fmt.Printf("All %d attempts are what the dialer told, and follow from each other by the rules.\n", len(rows))
	return nil
}

func of(calls []dialer.Call, configuration string) []dialer.Call {
	var some []dialer.Call
	for _, c := range calls {
		if c.ConfigurationID == configuration {
			some = append(some, c)
		}
	}
	return some
}
