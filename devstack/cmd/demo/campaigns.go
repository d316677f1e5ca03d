package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"engaged/devstack/dialer"
)

// campaigns is what was asked for, and how it ended.
type campaigns struct {
	copilot, progressive string
	// asked and statuses are by task id; tomorrow is a task that cannot be called yet.
	asked    map[string]askedTask
	statuses map[string]string
	tomorrow string
}

// askedTask is one task as it was asked for.
type askedTask struct {
	contact  string
	numbers  []string
	optedOut bool
}

// tasks are the tasks as dialer.Compare takes them.
func (p *campaigns) tasks() map[string]dialer.Task {
	tasks := map[string]dialer.Task{}
	for id, a := range p.asked {
		own := chain
		own.Numbers = a.numbers
		tasks[id] = dialer.Task{Chain: own, Status: p.statuses[id]}
	}
	return tasks
}

// calls are those of the campaigns: a dialer gets whatever its organization has to dial.
func (p *campaigns) calls(all []dialer.Call) []dialer.Call {
	return append(of(all, p.copilot), of(all, p.progressive)...)
}

func (c *client) configure(ctx context.Context, name, queue, mode string, pacing map[string]any) (string, error) {
	var made struct {
		ID string `json:"id"`
	}
	err := c.do(ctx, http.MethodPost, "/v1/delivery-configurations", map[string]any{
		"name": name, "queue_id": queue, "mode": mode, "pacing": pacing,
		"retry":         map[string]any{"retries": chain.Retries, "delay_ms": 3_000, "phone_delay_ms": 1_000, "on": chain.On},
		"ring_limit_ms": 3_000, "call_limit_ms": 10_000,
	}, &made)
	return made.ID, err
}

// ask configures the campaigns, withdraws the consent of some contacts, and asks for the tasks in one request.
func (c *client) ask(ctx context.Context, o options) (p *campaigns, err error) {
	p = &campaigns{asked: map[string]askedTask{}, statuses: map[string]string{}}
	if p.copilot, err = c.configure(ctx, "Renewals", "renewals", "Copilot", map[string]any{"max_concurrent_calls": copilotCalls}); err != nil {
		return nil, err
	}
	if p.progressive, err = c.configure(ctx, "Win-back", "winback", "Progressive", map[string]any{"calls_per_agent": 1.5}); err != nil {
		return nil, err
	}
	now := time.Now().UTC()
	var all []askedTask
	var bodies, optedOut []map[string]any
	for n := range o.deliveries {
		task := askedTask{contact: fmt.Sprintf("%d-%04d", o.seed, n), numbers: []string{fmt.Sprintf("+1312555%04d", n)}, optedOut: n%40 == 9}
		window := map[string]any{"start": now, "end": now.Add(campaignLasts)}
		switch {
		case n == 0:
			window = map[string]any{"start": now.Add(24 * time.Hour), "end": now.Add(25 * time.Hour)}
		case n%40 == 3:
			window["end"] = now.Add(2 * time.Second)
		case n%5 == 4 && !task.optedOut:
			task.numbers = append(task.numbers, fmt.Sprintf("+1773555%04d", n))
		}
		if task.optedOut {
			optedOut = append(optedOut, map[string]any{"contact_id": task.contact, "opted_out": true})
		}
		all, bodies = append(all, task), append(bodies, p.body(n, task, window))
	}
	var ignored json.RawMessage
	if len(optedOut) > 0 {
		if err := c.do(ctx, http.MethodPost, "/v1/delivery-consents", map[string]any{"records": optedOut}, &ignored); err != nil {
			return nil, err
		}
	}
	var made struct {
		Tasks []struct {
			Index int    `json:"index"`
			ID    string `json:"delivery_task_id"`
		} `json:"tasks"`
	}
	if err := c.do(ctx, http.MethodPost, "/v1/delivery-tasks", bodies, &made); err != nil {
		return nil, err
	}
	if len(made.Tasks) != len(all) {
		return nil, fmt.Errorf("%d of %d delivery tasks were taken", len(made.Tasks), len(all))
	}
	for _, task := range made.Tasks {
		if task.Index == 0 {
			p.tomorrow = task.ID
			continue
		}
		p.asked[task.ID] = all[task.Index]
	}
	return p, nil
}

func (p *campaigns) body(n int, task askedTask, window map[string]any) map[string]any {
	configuration := p.copilot
	if n%3 == 2 {
		configuration = p.progressive
	}
	var phones []map[string]string
	for i, number := range task.numbers {
		phones = append(phones, map[string]string{"type": []string{"mobile", "home"}[i], "number": number})
	}
	return map[string]any{
		"configuration_id": configuration, "tracking_id": "demo-" + task.contact, "windows": []any{window},
		"contacts": []any{map[string]any{"id": task.contact, "country": "US", "time_zone": "America/Chicago", "phones": phones}},
	}
}

// list reads all pages of a list for both campaigns.
func list[T any](ctx context.Context, c *client, p *campaigns, path string) ([]T, error) {
	var all []T
	for _, configuration := range []string{p.copilot, p.progressive} {
		query := url.Values{"configuration_id": {configuration}, "limit": {"500"}}
		for more := true; more; more = query.Get("cursor") != "" {
			var page struct {
				Data       []T    `json:"data"`
				NextCursor string `json:"next_cursor"`
			}
			if err := c.do(ctx, http.MethodGet, path+"?"+query.Encode(), nil, &page); err != nil {
				return nil, err
			}
			all = append(all, page.Data...)
			query.Set("cursor", page.NextCursor)
		}
	}
	return all, nil
}

// untilOver waits until every task that can be called today is over.
func (c *client) untilOver(ctx context.Context, p *campaigns) error {
	ctx, cancel := context.WithTimeout(ctx, campaignLasts+time.Minute)
	defer cancel()
	bar := progress{}
	bar.Begin("dialed", 0, int64(len(p.asked)), "tasks")
	defer bar.End()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		tasks, err := list[struct{ ID, Status string }](ctx, c, p, "/v1/delivery-tasks")
		before := len(p.statuses)
		for _, t := range tasks {
			if _, ours := p.asked[t.ID]; ours && t.Status != "Pending" && t.Status != "InProcess" {
				p.statuses[t.ID] = t.Status
			}
		}
		bar.Add(int64(len(p.statuses) - before))
		if err == nil && len(p.statuses) == len(p.asked) {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("%d of %d delivery tasks are over: %w", len(p.statuses), len(p.asked), ctx.Err())
		}
	}
}

// attempts reads what became of every attempt.
func (c *client) attempts(ctx context.Context, p *campaigns) ([]dialer.Row, error) {
	rows, err := list[dialer.Row](ctx, c, p, "/v1/deliveries")
	var ours []dialer.Row
	for _, r := range rows {
		if _, asked := p.asked[r.TaskID]; asked {
			ours = append(ours, r)
		}
	}
	return ours, err
}
