package models

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// WebhookMessage is one event for one endpoint, and what became of it.
type WebhookMessage struct {
	// ID is the webhook-id.
	ID   string
	Type string
	// DeliveryID is the attempt to call that it tells of; empty if none.
	DeliveryID string
	Status     WebhookStatus
	CreatedAt  time.Time
	// DueAt is when it is sent next, if it is pending; EndedAt when it was over, if it is.
	DueAt, EndedAt *time.Time
	// ExpiresAt is when there is no point in telling any more; nil: never.
	ExpiresAt *time.Time
	// AttemptCount is of all attempts, Attempts are the latest, oldest first.
	AttemptCount int
	Attempts     []WebhookAttempt
	// Body is what is sent; empty in lists.
	Body string
}

// WebhookFilter selects messages of an endpoint, the newest first; zero fields select all.
type WebhookFilter struct {
	OrganizationID, EndpointID string
	Status                     WebhookStatus
	Type                       string
	// From and To bound CreatedAt, half open.
	From, To *time.Time
	// BeforeCreated and BeforeID are the place before which the list goes on.
	BeforeCreated time.Time
	BeforeID      string
	// Limit bounds the list.
	Limit int
}

const (
	messageColumns = `
SELECT m.id, m.type, coalesce(m.delivery_id::text, ''), m.status, m.created_at, CASE WHEN m.status = 'pending' THEN m.due_at END, m.ended_at, m.expires_at,
    m.attempt_count, m.attempts`

	listMessagesSQL = messageColumns + `, ''
FROM webhook_messages m
WHERE m.endpoint_id = $2 AND m.organization_id = $1 AND ($3 = '' OR m.status = $3) AND ($4 = '' OR m.type = $4)
    AND m.created_at >= coalesce($5, '-infinity'::timestamptz) AND m.created_at < coalesce($6, 'infinity'::timestamptz)
    AND ($8 = '' OR (m.created_at, m.id) < ($7, $8))
ORDER BY m.created_at DESC, m.id DESC LIMIT $9`

	messageSQL = messageColumns + `, m.body
FROM webhook_messages m WHERE m.organization_id = $1 AND m.endpoint_id = $2 AND m.id = $3`

	// What is being sent is left to whoever does. An order is not told twice once it is over.
	replaySQL = `
UPDATE webhook_messages SET status = 'pending', due_at = clock_timestamp(), tries = 0, ended_at = NULL
WHERE organization_id = $1 AND endpoint_id = $2 AND id = $3 AND lease_until IS NULL AND (status = 'pending' OR fence IS NULL)
RETURNING id`

	replayRangeSQL = `
WITH chosen AS (
    SELECT id FROM webhook_messages
    WHERE organization_id = $1 AND endpoint_id = $2 AND created_at >= $3 AND created_at < $4 AND status = ANY ($5::text[]) AND fence IS NULL
    ORDER BY created_at, id LIMIT $6 FOR UPDATE)
UPDATE webhook_messages m SET status = 'pending', due_at = clock_timestamp(), tries = 0, ended_at = NULL
FROM chosen WHERE m.id = chosen.id`

	trimMessagesSQL = `
DELETE FROM webhook_messages WHERE id IN (
    SELECT id FROM webhook_messages WHERE ended_at < clock_timestamp() - $1 * interval '1 day' ORDER BY ended_at LIMIT $2)`

	trimSecretsSQL = `
UPDATE webhook_endpoints SET previous_secret = NULL, previous_until = NULL WHERE previous_until <= clock_timestamp()`
)

// ListWebhookMessages returns messages without their bodies.
func (s *Store) ListWebhookMessages(ctx context.Context, f WebhookFilter) ([]WebhookMessage, error) {
	rows, err := s.pool.Query(ctx, listMessagesSQL, f.OrganizationID, f.EndpointID, string(f.Status), f.Type, f.From, f.To, f.BeforeCreated, f.BeforeID, f.Limit)
	if err != nil {
		return nil, fmt.Errorf("list webhook messages: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (WebhookMessage, error) { return scanMessage(row) })
	if err != nil {
		return nil, fmt.Errorf("list webhook messages: %w", err)
	}
	return list, nil
}

// WebhookMessage returns one message with its body; ErrNotFound without it.
func (s *Store) WebhookMessage(ctx context.Context, organization, endpoint, id string) (WebhookMessage, error) {
	m, err := readMessage(ctx, s.pool, organization, endpoint, id)
	if err != nil {
		return m, fmt.Errorf("read a webhook message: %w", err)
	}
	return m, nil
}

func readMessage(ctx context.Context, q querier, organization, endpoint, id string) (WebhookMessage, error) {
	m, err := scanMessage(q.QueryRow(ctx, messageSQL, organization, endpoint, id))
	return m, notFound(err)
}

func scanMessage(row pgx.Row) (WebhookMessage, error) {
	var m WebhookMessage
	var attempts []byte
	err := row.Scan(&m.ID, &m.Type, &m.DeliveryID, &m.Status, &m.CreatedAt, &m.DueAt, &m.EndedAt, &m.ExpiresAt, &m.AttemptCount, &attempts, &m.Body)
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(attempts, &m.Attempts)
}

// ReplayWebhook has a message sent again, or at once where it waits for another attempt. ErrNotFound
// without it, ErrConflict if its endpoint is disabled, ErrInUse if it is being sent or its order is over.
func (s *Store) ReplayWebhook(ctx context.Context, endpoint, id string, audit Audit) (WebhookMessage, error) {
	var m WebhookMessage
	err := s.replay(ctx, endpoint, audit, func(tx pgx.Tx) (any, error) {
		before, err := readMessage(ctx, tx, audit.OrganizationID, endpoint, id)
		if err != nil {
			return nil, err
		}
		tag, err := tx.Exec(ctx, replaySQL, audit.OrganizationID, endpoint, before.ID)
		if err == nil && tag.RowsAffected() == 0 {
			err = ErrInUse
		}
		if err != nil {
			return nil, err
		}
		m, err = readMessage(ctx, tx, audit.OrganizationID, endpoint, id)
		return id, err
	})
	return m, err
}

// ReplayWebhooks has messages of the half-open time range sent again whose status is one of those given,
// the oldest first, at most so many, and returns how many. Orders are not. ErrNotFound without the
// endpoint, ErrConflict if it is disabled.
func (s *Store) ReplayWebhooks(ctx context.Context, endpoint string, from, to time.Time, statuses []WebhookStatus, most int, audit Audit) (int, error) {
	replayed := 0
	err := s.replay(ctx, endpoint, audit, func(tx pgx.Tx) (any, error) {
		tag, err := tx.Exec(ctx, replayRangeSQL, audit.OrganizationID, endpoint, from, to, statuses, most)
		replayed = int(tag.RowsAffected())
		return replayed, err
	})
	return replayed, err
}

func (s *Store) replay(ctx context.Context, endpoint string, audit Audit, change func(pgx.Tx) (any, error)) error {
	err := s.retry(ctx, func() error {
		return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
			if err := mayBeTold(ctx, tx, audit.OrganizationID, endpoint); err != nil {
				return err
			}
			what, err := change(tx)
			if err != nil {
				return err
			}
			audit.Subject = "webhook_endpoint/" + endpoint
			if err := writeAudit(ctx, tx, audit, map[string]any{"messages": what}); err != nil {
				return err
			}
			_, err = tx.Exec(ctx, notifySQL, WebhooksChannel)
			return err
		})
	})
	if err != nil {
		return fmt.Errorf("replay webhooks: %w", err)
	}
	return nil
}

// trimmedAtOnce bounds one statement of TrimWebhookMessages.
const trimmedAtOnce = 10_000

// TrimWebhookMessages forgets messages that were over so many days ago, and returns how many; it also forgets
// secrets that sign no more.
func (s *Store) TrimWebhookMessages(ctx context.Context, days int) (int64, error) {
	total := int64(0)
	if _, err := s.pool.Exec(ctx, trimSecretsSQL); err != nil {
		return 0, fmt.Errorf("forget webhook secrets: %w", err)
	}
	for {
		tag, err := s.pool.Exec(ctx, trimMessagesSQL, days, trimmedAtOnce)
		total += tag.RowsAffected()
		if err != nil {
			return total, fmt.Errorf("trim webhook messages: %w", err)
		}
		if tag.RowsAffected() < trimmedAtOnce {
			return total, nil
		}
	}
}
