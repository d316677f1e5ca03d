package models

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"engaged/delivery"
)

// The types of events that webhooks tell of.
const (
	// WebhookOrdered hands a DialOrder to the one endpoint that takes the configuration's orders.
	WebhookOrdered = "delivery.ordered"
	// WebhookEnded tells of an attempt that is over and recorded, an EndedDelivery.
	WebhookEnded = "delivery.ended"
	// WebhookTaskEnded tells of a task that is over and recorded, an EndedTask.
	WebhookTaskEnded = "delivery_task.ended"
	// WebhookPing is a test; nobody asks for it by its type.
	WebhookPing = "webhook.ping"
)

// WebhookTypes are the types that an endpoint may ask for.
var WebhookTypes = []string{WebhookOrdered, WebhookEnded, WebhookTaskEnded}

// WebhooksChannel is the channel on which the store tells that there are webhooks to send.
const WebhooksChannel = "engaged_webhooks"

// webhookEnvelope is what every message is, after the Standard Webhooks specification.
type webhookEnvelope struct {
	Type string `json:"type"`
	// Timestamp is when it happened.
	Timestamp delivery.Instant `json:"timestamp"`
	Data      any              `json:"data"`
}

// webhookEvent is something to tell.
type webhookEvent struct {
	organization, configuration string
	webhookEnvelope
	// key names the event among all of its type.
	key string
	// delivery is the attempt that it is about; empty if none.
	delivery string
}

// A message's id is made of endpoint and event: what was written is not written again.
const (
	webhookIDSQL = `'msg_' || left(encode(sha256(convert_to(e.id::text || '/' || $2::text || '/' || $4::text, 'UTF8')), 'hex'), 32)`

	askedForSQL = `e.organization_id = $1 AND e.enabled AND $2::text = ANY (e.event_types)
    AND (e.configuration_ids = '{}' OR $3::text = ANY (e.configuration_ids))`

	tellSQL = `
WITH told AS (
    INSERT INTO webhook_messages (id, endpoint_id, organization_id, type, delivery_id, body, due_at, created_at)
    SELECT ` + webhookIDSQL + `, e.id, e.organization_id, $2, $5, $6, $7, $7
    FROM webhook_endpoints e WHERE ` + askedForSQL + `
    ON CONFLICT (id) DO NOTHING RETURNING id)
SELECT pg_notify($8, '') FROM told LIMIT 1`

	// Its token is the endpoint's from then on.
	tellOrderSQL = `
WITH told AS (
    INSERT INTO webhook_messages (id, endpoint_id, organization_id, type, delivery_id, body, due_at, created_at, fence, expires_at)
    SELECT ` + webhookIDSQL + `, e.id, e.organization_id, $2, $5, jsonb_set($6::jsonb, '{data,lease_ms}', to_jsonb(e.order_lease_ms))::text, $7, $7, $9, $10
    FROM webhook_endpoints e WHERE ` + askedForSQL + `
    ORDER BY e.created_at, e.id LIMIT 1
    ON CONFLICT (id) DO NOTHING RETURNING endpoint_id),
routed AS (
    UPDATE delivery_tokens t SET webhook_endpoint_id = told.endpoint_id FROM told WHERE t.delivery_id = $5 AND t.fence = $9)
SELECT pg_notify($8, '') FROM told`
)

// queueWebhook has everybody told who asks for an event, once, if the transaction commits.
func queueWebhook(batch *pgx.Batch, e webhookEvent, now time.Time) error {
	body, err := json.Marshal(e.webhookEnvelope)
	if err != nil {
		return fmt.Errorf("encode a webhook: %w", err)
	}
	batch.Queue(tellSQL, e.organization, e.Type, e.configuration, e.key, textOf(e.delivery), string(body), now, WebhooksChannel)
	return nil
}

// queueOrderWebhook hands an order to the endpoint that takes its configuration's orders, if there is
// one; otherwise dialers claim it. The order's token is written before.
func queueOrderWebhook(batch *pgx.Batch, organization string, o DialOrder, now time.Time) error {
	body, err := json.Marshal(webhookEnvelope{WebhookOrdered, delivery.At(now), o})
	if err != nil {
		return fmt.Errorf("encode a webhook: %w", err)
	}
	batch.Queue(tellOrderSQL, organization, WebhookOrdered, o.ConfigurationID, fmt.Sprintf("%s/%d", o.DeliveryID, o.Fence),
		o.DeliveryID, string(body), now, WebhooksChannel, o.Fence, o.NotAfter.Time())
	return nil
}

// queueEnded tells of the attempts that a record makes final, and of its task if that is over.
func (t *storedTask) queueEnded(batch *pgx.Batch, r DeliveryRecord, now time.Time) error {
	for i := range r.Attempts {
		a := &r.Attempts[i]
		if a.EndedAt == nil || *a.EndedAt > r.State.Clock {
			continue
		}
		id := delivery.AttemptID(t.organization, t.task.ID, a.Seq)
		err := queueWebhook(batch, webhookEvent{t.organization, t.task.ConfigurationID,
			webhookEnvelope{WebhookEnded, *a.EndedAt, t.ended(id, a)}, id, id}, now)
		if err != nil {
			return err
		}
	}
	if r.State.EndedAt == nil {
		return nil
	}
	return queueWebhook(batch, webhookEvent{t.organization, t.task.ConfigurationID,
		webhookEnvelope{WebhookTaskEnded, *r.State.EndedAt, t.over(&r.Task)}, t.task.ID, ""}, now)
}

// PingWebhook has an endpoint told nothing but that it is, and returns the message. ErrNotFound without
// the endpoint, ErrConflict if it is disabled.
func (s *Store) PingWebhook(ctx context.Context, organization, endpoint string) (WebhookMessage, error) {
	var sent WebhookMessage
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := mayBeTold(ctx, tx, organization, endpoint); err != nil {
			return err
		}
		var id string
		err := tx.QueryRow(ctx, pingSQL, organization, endpoint, WebhookPing).Scan(&id)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, notifySQL, WebhooksChannel); err != nil {
			return err
		}
		sent, err = readMessage(ctx, tx, organization, endpoint, id)
		return err
	})
	if err != nil {
		return sent, fmt.Errorf("ping a webhook endpoint: %w", err)
	}
	return sent, nil
}

const (
	lockEndpointSQL = `SELECT enabled FROM webhook_endpoints WHERE organization_id = $1 AND id = $2 FOR SHARE`

	pingSQL = `
INSERT INTO webhook_messages (id, endpoint_id, organization_id, type, body, due_at, created_at)
SELECT 'msg_' || replace(gen_random_uuid()::text, '-', ''), $2, $1, $3,
    json_build_object('type', $3::text, 'timestamp', to_char(now AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'data', json_build_object('endpoint_id', $2::uuid))::text, now, now
FROM clock_timestamp() AS now RETURNING id`
)

// mayBeTold tells that an endpoint is there and enabled, and keeps it so.
func mayBeTold(ctx context.Context, tx pgx.Tx, organization, endpoint string) error {
	var enabled bool
	if err := tx.QueryRow(ctx, lockEndpointSQL, organization, endpoint).Scan(&enabled); err != nil {
		return notFound(err)
	}
	if !enabled {
		return ErrConflict
	}
	return nil
}
