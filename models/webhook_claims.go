package models

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// WebhookClaim is a message that a process has taken to send it, for the length of a lease.
type WebhookClaim struct {
	MessageID, EndpointID, OrganizationID string
	// Claim is this claim's number.
	Claim int64
	URL   string
	// Body is what is sent, Type and CreatedAt what the message is.
	Body      string
	Type      string
	CreatedAt time.Time
	// Tries is how many attempts have failed in this round.
	Tries int
	// Secret signs, sealed; so does PreviousSecret unless it is nil.
	Secret, PreviousSecret []byte
}

// dueSQL holds of a message m that is to be sent now.
const dueSQL = `m.status = 'pending' AND m.due_at <= statement_timestamp()`

// inOrderSQL has the planner take the few rows that are wanted in the order of an index. It does not know how few
// they are: left to itself it reads and sorts the whole backlog of an endpoint.
const inOrderSQL = `
SELECT set_config(name, 'off', true) FROM unnest(ARRAY['enable_seqscan', 'enable_bitmapscan', 'enable_sort', 'enable_hashjoin', 'enable_mergejoin']) AS name`

const (
	// An endpoint is locked before its messages are counted, so that nobody else counts them meanwhile.
	lockEndpointsSQL = `
SELECT e.id::text FROM webhook_endpoints e
WHERE e.enabled AND coalesce(
    (SELECT true FROM webhook_messages m WHERE m.endpoint_id = e.id AND ` + dueSQL + ` AND m.fence IS NOT NULL LIMIT 1),
    (SELECT true FROM webhook_messages m WHERE m.endpoint_id = e.id AND ` + dueSQL + ` AND m.fence IS NULL LIMIT 1), false)
ORDER BY e.id FOR NO KEY UPDATE OF e SKIP LOCKED`

	// An order that was started was delivered, whatever became of the answer; one that ran out or was
	// withdrawn is told no more.
	voidOrdersSQL = `
UPDATE webhook_messages m
SET status = CASE WHEN EXISTS (SELECT FROM delivery_tokens t WHERE t.delivery_id = m.delivery_id AND t.fence = m.fence AND t.started_at IS NOT NULL)
        THEN 'delivered' WHEN m.expires_at <= statement_timestamp() THEN 'expired' ELSE 'cancelled' END,
    ended_at = clock_timestamp(), lease_until = NULL
WHERE m.endpoint_id = ANY ($1::uuid[]) AND ` + dueSQL + ` AND m.fence IS NOT NULL
    AND NOT EXISTS (SELECT FROM delivery_tokens t
        WHERE t.delivery_id = m.delivery_id AND t.fence = m.fence AND t.not_after > statement_timestamp() AND ` + untakenSQL + `)`

	// Endpoints take turns, each has at most so many messages under way, and its orders come first: they wait
	// behind no backlog.
	claimWebhooksSQL = `
WITH slots AS (
    SELECT e.id, greatest($2 - (SELECT count(*) FROM webhook_messages m WHERE m.endpoint_id = e.id AND m.lease_until > statement_timestamp()), 0) AS free
    FROM unnest($1::uuid[]) AS e (id)),
due AS (
    SELECT m.id, m.due_at, row_number() OVER (PARTITION BY m.endpoint_id ORDER BY m.rest, m.due_at, m.id) AS turn
    FROM slots CROSS JOIN LATERAL (
        SELECT u.* FROM (
            (SELECT m.id, m.endpoint_id, m.due_at, false AS rest FROM webhook_messages m
            WHERE m.endpoint_id = slots.id AND ` + dueSQL + ` AND m.fence IS NOT NULL AND EXISTS (SELECT FROM delivery_tokens t
                JOIN delivery_configurations c ON c.id = t.configuration_id
                JOIN delivery_configuration_versions v ON v.configuration_id = c.id AND v.version = c.version
                WHERE t.delivery_id = m.delivery_id AND t.fence = m.fence AND ` + mayBeDialedSQL + `)
            ORDER BY m.due_at, m.id LIMIT slots.free)
            UNION ALL
            (SELECT m.id, m.endpoint_id, m.due_at, true FROM webhook_messages m
            WHERE m.endpoint_id = slots.id AND ` + dueSQL + ` AND m.fence IS NULL
            ORDER BY m.due_at, m.id LIMIT slots.free)) u
        ORDER BY u.rest, u.due_at, u.id LIMIT slots.free) m),
taken AS (
    SELECT m.id FROM due JOIN webhook_messages m ON m.id = due.id WHERE ` + dueSQL + `
    ORDER BY due.turn, due.due_at, m.id LIMIT $3 FOR UPDATE OF m SKIP LOCKED)
UPDATE webhook_messages m
SET claim = m.claim + 1, lease_until = clock_timestamp() + $4 * interval '1 millisecond', due_at = clock_timestamp() + $4 * interval '1 millisecond'
FROM taken JOIN webhook_messages w ON w.id = taken.id JOIN webhook_endpoints e ON e.id = w.endpoint_id
WHERE m.id = taken.id
RETURNING m.id, m.endpoint_id::text, m.organization_id, m.claim, e.url, m.body, m.type, m.created_at, m.tries, e.secret,
    CASE WHEN e.previous_until > clock_timestamp() THEN e.previous_secret END`
)

// ClaimWebhooks takes up to most messages that are due, of each endpoint at most so many that perEndpoint are
// under way in all processes. A claim that is not ended within the lease is taken again by anybody. It
// also clears the outbox of endpoints that are disabled.
func (s *Store) ClaimWebhooks(ctx context.Context, most, perEndpoint int, lease time.Duration) ([]WebhookClaim, error) {
	var claims []WebhookClaim
	err := s.retry(ctx, func() error {
		return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) (err error) {
			claims, err = claimWebhooks(ctx, tx, most, perEndpoint, lease)
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("claim webhooks: %w", err)
	}
	return claims, nil
}

func claimWebhooks(ctx context.Context, tx pgx.Tx, most, perEndpoint int, lease time.Duration) ([]WebhookClaim, error) {
	if _, err := tx.Exec(ctx, inOrderSQL); err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, clearOutboxSQL, nil, OrdersChannel); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, lockEndpointsSQL)
	if err != nil {
		return nil, err
	}
	endpoints, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(endpoints) == 0 {
		return nil, err
	}
	if _, err := tx.Exec(ctx, voidOrdersSQL, endpoints); err != nil {
		return nil, err
	}
	rows, err = tx.Query(ctx, claimWebhooksSQL, endpoints, perEndpoint, most, lease.Milliseconds())
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[WebhookClaim])
}

// A few at a time: what else there is is cleared next time, orders at once.
//
// An order that was never sent goes to the dialers; one that may have arrived is nobody's any more: its
// claim is lost at once. A single endpoint is about to go, whatever is under way.
const clearOutboxSQL = `
WITH idle AS (
    SELECT m.id FROM webhook_endpoints e CROSS JOIN LATERAL (
        SELECT m.id FROM webhook_messages m WHERE m.endpoint_id = e.id AND m.status = 'pending' AND m.fence IS NULL LIMIT 1000) m
    WHERE NOT e.enabled AND ($1::uuid IS NULL OR e.id = $1)
    UNION ALL
    SELECT m.id FROM webhook_endpoints e CROSS JOIN LATERAL (
        SELECT m.id FROM webhook_messages m WHERE m.endpoint_id = e.id AND m.status = 'pending' AND m.fence IS NOT NULL LIMIT 100000) m
    WHERE NOT e.enabled AND ($1::uuid IS NULL OR e.id = $1)),
ended AS (
    UPDATE webhook_messages m SET status = 'cancelled', ended_at = clock_timestamp(), lease_until = NULL
    FROM idle
    WHERE m.id = idle.id AND m.status = 'pending' AND ($1::uuid IS NOT NULL OR m.lease_until IS NULL OR m.lease_until <= clock_timestamp())
    RETURNING m.endpoint_id, m.delivery_id, m.fence, m.claim),
freed AS (
    UPDATE delivery_tokens t
    SET webhook_endpoint_id = CASE WHEN ended.claim = 0 THEN NULL ELSE t.webhook_endpoint_id END,
        claimed_by = CASE WHEN ended.claim > 0 THEN 'webhook/' || ended.endpoint_id END,
        claimed_at = CASE WHEN ended.claim > 0 THEN clock_timestamp() END,
        lease_until = CASE WHEN ended.claim > 0 THEN clock_timestamp() END
    FROM ended WHERE t.delivery_id = ended.delivery_id AND t.fence = ended.fence AND ` + untakenSQL + `
    RETURNING 1)
SELECT pg_notify($2, '') FROM freed LIMIT 1`

// Far enough ahead it does not matter when.
const nextWebhookSQL = `
SELECT coalesce(extract(epoch FROM min(least(o.due_at, r.due_at)) - clock_timestamp()), 3600)::float8
FROM webhook_endpoints e
LEFT JOIN LATERAL (SELECT m.due_at FROM webhook_messages m
    WHERE m.endpoint_id = e.id AND m.status = 'pending' AND m.fence IS NOT NULL AND m.due_at > statement_timestamp() ORDER BY m.due_at LIMIT 1) o ON true
LEFT JOIN LATERAL (SELECT m.due_at FROM webhook_messages m
    WHERE m.endpoint_id = e.id AND m.status = 'pending' AND m.fence IS NULL AND m.due_at > statement_timestamp() ORDER BY m.due_at LIMIT 1) r ON true
WHERE e.enabled`

// NextWebhook returns how long it is until another message is due; what is due already does not count.
func (s *Store) NextWebhook(ctx context.Context) (time.Duration, error) {
	var seconds float64
	if err := s.pool.QueryRow(ctx, nextWebhookSQL).Scan(&seconds); err != nil {
		return 0, fmt.Errorf("look for the next webhook: %w", err)
	}
	return max(0, time.Duration(seconds*float64(time.Second))), nil
}

// ListenWebhooks calls wake after every transaction that has something to tell, until ctx ends or the
// connection breaks. It holds a connection of its own.
func (s *Store) ListenWebhooks(ctx context.Context, wake func()) error {
	return s.listen(ctx, WebhooksChannel, wake)
}
