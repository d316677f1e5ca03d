package main

import (
	"context"
	"time"

	"engaged/models"
	"engaged/telemetry"
	"engaged/webhooks"
)

// sendWebhooks sends what the outbox holds until ctx is over.
func (p *process) sendWebhooks(ctx context.Context) {
	settings := p.settings.Webhooks
	if settings.Senders == 0 {
		return
	}
	keyring, err := settings.Keyring()
	if err != nil {
		// Settings were checked when they were read.
		p.log.Error("webhooks are not sent", "error", err)
		return
	}
	outbox := observedOutbox{Store: p.store, webhooks: telemetry.NewWebhooks(p.metrics.Registry), now: time.Now}
	webhooks.NewDispatcher(outbox, webhooks.Options{
		Guard: webhooks.Guard{AllowPrivate: settings.AllowPrivate}, Keyring: keyring, Senders: settings.Senders,
		PerEndpoint: settings.PerEndpoint, DisableAfter: settings.DisableAfter, Logger: p.log,
	}).Run(ctx)
}

// observedOutbox is the outbox with its attempts counted.
type observedOutbox struct {
	*models.Store
	webhooks *telemetry.Webhooks
	now      func() time.Time
}

// EndWebhookAttempt keeps what became of a message and counts it.
func (o observedOutbox) EndWebhookAttempt(ctx context.Context, claim models.WebhookClaim, r models.WebhookResult) (models.WebhookStatus, error) {
	o.webhooks.Attempt(r.Attempt.Outcome, time.Duration(r.Attempt.TookMS)*time.Millisecond)
	status, err := o.Store.EndWebhookAttempt(ctx, claim, r)
	if err == nil && status != "" && status != models.WebhookPending {
		o.webhooks.Ended(string(status), status == models.WebhookDelivered, o.now().Sub(claim.CreatedAt))
	}
	return status, err
}
