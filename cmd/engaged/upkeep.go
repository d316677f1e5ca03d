package main

import (
	"context"
	"time"

	"engaged/telemetry"
)

// upkeepEvery is how often a process looks after the log: partitions are made a week ahead, so it
// may fail for days.
const upkeepEvery = time.Hour

// upkeep makes the log's partitions and drops old ones until ctx is over. Any number of processes may.
func (p *process) upkeep(ctx context.Context) {
	tick := time.NewTicker(upkeepEvery)
	defer tick.Stop()
	for {
		if err := p.store.EnsureLogPartitions(ctx, now()); err != nil && ctx.Err() == nil {
			p.log.Warn("partitions of the event log", "error", err)
		}
		dropped, err := p.store.DropOldLogPartitions(ctx, now())
		if err != nil && ctx.Err() == nil {
			p.log.Warn("retention of the event log", "error", err)
		}
		if len(dropped) > 0 {
			p.log.Info("dropped partitions past their retention", "partitions", dropped)
			if _, err := p.store.TrimRecordLog(ctx); err != nil && ctx.Err() == nil {
				p.log.Warn("retention of the record log", "error", err)
			}
		}
		if _, err := p.store.TrimDeliveryRequests(ctx); err != nil && ctx.Err() == nil {
			p.log.Warn("retention of delivery requests", "error", err)
		}
		if _, err := p.store.TrimWebhookMessages(ctx, p.settings.Webhooks.LogDays); err != nil && ctx.Err() == nil {
			p.log.Warn("retention of webhooks", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// prepareDevelopment creates the organization of the development key.
func (p *process) prepareDevelopment(ctx context.Context) error {
	d := p.settings.Development
	if d.Key == "" {
		return nil
	}
	p.log.Warn("a development key with all scopes is accepted", "organization", d.Organization)
	return p.store.CreateOrganization(ctx, d.Organization, "")
}

// readEventLog reads what the gauges of the event log show.
func (p *process) readEventLog(ctx context.Context) (telemetry.EventLog, error) {
	stats, err := p.store.LogStats(ctx)
	return telemetry.EventLog(stats), err
}
