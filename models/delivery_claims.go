package models

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"engaged/delivery"
)

const (
	// untakenSQL holds of the token t of an order that nobody has taken.
	untakenSQL = `t.claimed_at IS NULL AND t.started_at IS NULL AND t.released_at IS NULL AND t.lost_at IS NULL`

	// mayBeDialedSQL holds of one that may be handed out now, c being its configuration and v its current version.
	// Where nobody knows of agents any more, an order that was granted by them is not handed out.
	mayBeDialedSQL = untakenSQL + ` AND t.not_after > clock_timestamp() AND c.active
        AND (v.document ->> 'mode' = 'Copilot' OR v.document -> 'pacing' ->> 'skip_availability' = 'true'
            OR EXISTS (SELECT FROM delivery_capacity k WHERE k.organization_id = t.organization_id
                AND k.queue_id = v.document ->> 'queue_id' AND k.valid_until > clock_timestamp()))`
)

// Orders that an endpoint is told of are not the dialers'.
//
// What is claimed for a preview is the dialer's until its order runs out: an agent takes the time that an
// agent takes.
const claimOrdersSQL = `
WITH free AS (
    SELECT t.delivery_id, t.fence FROM delivery_tokens t
    JOIN delivery_configurations c ON c.id = t.configuration_id
    JOIN delivery_configuration_versions v ON v.configuration_id = c.id AND v.version = c.version
    WHERE t.organization_id = $1 AND t.webhook_endpoint_id IS NULL AND ` + mayBeDialedSQL + `
    ORDER BY t.granted_at, t.delivery_id
    LIMIT $3
    FOR UPDATE OF t SKIP LOCKED),
claimed AS (
    UPDATE delivery_tokens t
    SET claimed_by = $2, claimed_at = clock_timestamp(), lease_until = CASE WHEN d.mode = 'Preview' THEN t.not_after
        ELSE least(t.not_after, clock_timestamp() + $4 * interval '1 millisecond') END
    FROM free JOIN deliveries d ON d.id = free.delivery_id
    WHERE t.delivery_id = free.delivery_id AND t.fence = free.fence
    RETURNING t.*, d.mode, d.queue_id, d.phone_type, d.callback, d.tracking_id, d.contact_index),
logged AS (
    INSERT INTO delivery_attempt_log (organization_id, task_key, delivery_id, seq, at, kind, detail)
    SELECT organization_id, task_key, delivery_id, seq, claimed_at, 'claimed', jsonb_build_object('claimed_by', claimed_by, 'fence', fence)
    FROM claimed)
SELECT c.delivery_id::text, c.task_id::text, c.configuration_id::text, c.seq, c.fence, c.mode, c.queue_id, c.not_after, c.lease_until,
    c.contact_id, c.phone_type, c.number, c.callback, coalesce(c.tracking_id, ''), c.contact_index, t.plan
FROM claimed c JOIN delivery_tasks t ON t.key = c.task_key
ORDER BY c.granted_at, c.delivery_id`

// ClaimOrders hands up to most orders of an organization to a dialer, the oldest first. An order that is
// not started within the lease counts as lost, and is never handed out again.
func (s *Store) ClaimOrders(ctx context.Context, organization, dialer string, most int, lease time.Duration) ([]DialOrder, error) {
	rows, err := s.pool.Query(ctx, claimOrdersSQL, organization, dialer, most, lease.Milliseconds())
	if err != nil {
		return nil, fmt.Errorf("claim orders: %w", err)
	}
	orders, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (DialOrder, error) {
		var o DialOrder
		var notAfter, lease time.Time
		var contact int
		var plan []byte
		err := row.Scan(&o.DeliveryID, &o.TaskID, &o.ConfigurationID, &o.Seq, &o.Fence, &o.Mode, &o.QueueID, &notAfter, &lease,
			&o.ContactID, &o.PhoneType, &o.ToAddress, &o.Callback, &o.TrackingID, &contact, &plan)
		if err != nil {
			return o, err
		}
		var task delivery.Task
		err = json.Unmarshal(plan, &task)
		o.NotAfter, o.LeaseUntil = delivery.At(notAfter), delivery.At(lease)
		if err == nil && contact < len(task.Contacts) {
			o.InputAttributes = inputAttributes(&task, contact)
		}
		return o, err
	})
	if err != nil {
		return nil, fmt.Errorf("claim orders: %w", err)
	}
	return orders, nil
}

// ListenOrders calls wake after every transaction that handed out orders, until ctx ends or the
// connection breaks. It holds a connection of its own.
func (s *Store) ListenOrders(ctx context.Context, wake func()) error {
	return s.listen(ctx, OrdersChannel, wake)
}

// ListenPacing calls wake after every transaction that makes pacing due.
func (s *Store) ListenPacing(ctx context.Context, wake func()) error {
	return s.listen(ctx, PaceChannel, wake)
}
