package models

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"engaged/delivery"
)

// WebhookStatus is how a message stands.
type WebhookStatus string

// The statuses of messages.
const (
	// WebhookPending: it is to be sent, or sent again.
	WebhookPending WebhookStatus = "pending"
	// WebhookDelivered: the endpoint has answered with a status of the 200s.
	WebhookDelivered WebhookStatus = "delivered"
	// WebhookFailed: it was tried as often as it may be.
	WebhookFailed WebhookStatus = "failed"
	// WebhookExpired: its order runs out, or has, before another attempt.
	WebhookExpired WebhookStatus = "expired"
	// WebhookCancelled: its order was withdrawn, or the endpoint is disabled.
	WebhookCancelled WebhookStatus = "cancelled"
)

// WebhookStatuses are all of them.
var WebhookStatuses = []WebhookStatus{WebhookPending, WebhookDelivered, WebhookFailed, WebhookExpired, WebhookCancelled}

// WebhookAttempt is one try to deliver a message.
type WebhookAttempt struct {
	// At is when it began, TookMS how long it took.
	At     delivery.Instant `json:"at"`
	TookMS int64            `json:"took_ms"`
	// Outcome is delivered, failed, gone or refused.
	Outcome string `json:"outcome"`
	// Status is the HTTP status; 0 without an answer, where Error says why. Answer is the beginning of the answer.
	Status int    `json:"status,omitempty"`
	Error  string `json:"error,omitempty"`
	Answer string `json:"answer,omitempty"`
}

// WebhookResult is what became of a claimed message.
type WebhookResult struct {
	Attempt WebhookAttempt
	// Delivered and Gone are the two answers that end it at once.
	Delivered, Gone bool
	// Retry is how long to wait before the next attempt; nil if there is none.
	Retry *time.Duration
	// DisableAfter is for how long an endpoint may fail before it is disabled.
	DisableAfter time.Duration
}

// keptAttempts is how many attempts a message remembers.
const keptAttempts = 30

const (
	// Somebody else may have taken a message whose lease ran out.
	endAttemptSQL = `
UPDATE webhook_messages
SET attempts = CASE WHEN jsonb_array_length(attempts) >= $6 THEN attempts - 0 ELSE attempts END || $3::jsonb,
    attempt_count = attempt_count + 1, tries = tries + 1, lease_until = NULL,
    due_at = clock_timestamp() + coalesce($5::bigint, 0) * interval '1 millisecond',
    status = CASE WHEN $4 THEN 'delivered' WHEN $5::bigint IS NULL THEN 'failed'
        WHEN expires_at <= clock_timestamp() + $5 * interval '1 millisecond' THEN 'expired' ELSE 'pending' END,
    ended_at = CASE WHEN NOT $4 AND $5::bigint IS NOT NULL AND coalesce(expires_at > clock_timestamp() + $5 * interval '1 millisecond', true)
        THEN NULL ELSE clock_timestamp() END
WHERE id = $1 AND claim = $2 AND status = 'pending'
RETURNING status, organization_id, endpoint_id::text, delivery_id::text, fence`

	// Whoever has answered has the order for as long as a dialer who has claimed it.
	takeOrderSQL = `
WITH taken AS (
    UPDATE delivery_tokens t
    SET claimed_by = 'webhook/' || e.id, claimed_at = clock_timestamp(), lease_until = CASE WHEN d.mode = 'Preview' THEN t.not_after
        ELSE least(t.not_after, clock_timestamp() + e.order_lease_ms * interval '1 millisecond') END
    FROM webhook_endpoints e, deliveries d
    WHERE t.delivery_id = $1 AND t.fence = $2 AND e.id = $3 AND d.id = t.delivery_id AND ` + untakenSQL + `
    RETURNING t.*)
INSERT INTO delivery_attempt_log (organization_id, task_key, delivery_id, seq, at, kind, detail)
SELECT organization_id, task_key, delivery_id, seq, claimed_at, 'claimed', jsonb_build_object('claimed_by', claimed_by, 'fence', fence, 'webhook_id', $4::text)
FROM taken`

	// It may have arrived all the same: as a claim it is lost at once, and nobody else gets it.
	loseOrderSQL = `
UPDATE delivery_tokens t SET claimed_by = 'webhook/' || $3, claimed_at = clock_timestamp(), lease_until = clock_timestamp()
WHERE t.delivery_id = $1 AND t.fence = $2 AND ` + untakenSQL

	worksAgainSQL = `UPDATE webhook_endpoints SET failing_since = NULL WHERE id = $1 AND failing_since IS NOT NULL`

	// A row is written only where it changes.
	failsSQL = `
UPDATE webhook_endpoints e
SET failing_since = coalesce(e.failing_since, clock_timestamp()), enabled = NOT w.ends, updated_at = CASE WHEN w.ends THEN clock_timestamp() ELSE e.updated_at END,
    disabled_reason = CASE WHEN $2 THEN $4 WHEN w.ends THEN $5 ELSE '' END, disabled_at = CASE WHEN w.ends THEN clock_timestamp() END
FROM (SELECT id, $2 OR coalesce(failing_since <= clock_timestamp() - $3 * interval '1 millisecond', false) AS ends FROM webhook_endpoints) w
WHERE e.id = $1 AND w.id = e.id AND e.enabled AND (e.failing_since IS NULL OR w.ends)
RETURNING e.enabled, e.disabled_reason`
)

// EndWebhookAttempt keeps what became of a claimed message and decides how it goes on; the status is
// empty if the claim is somebody else's by now. An order that was delivered counts as claimed by the
// endpoint, one that will not be sent again as lost. The endpoint is disabled if it is gone, or has
// failed for too long.
func (s *Store) EndWebhookAttempt(ctx context.Context, c WebhookClaim, r WebhookResult) (WebhookStatus, error) {
	var status WebhookStatus
	err := s.retry(ctx, func() error {
		return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) (err error) {
			status, err = endAttempt(ctx, tx, c, r)
			return err
		})
	})
	if err != nil {
		return "", fmt.Errorf("end a webhook's attempt: %w", err)
	}
	return status, nil
}

func endAttempt(ctx context.Context, tx pgx.Tx, c WebhookClaim, r WebhookResult) (status WebhookStatus, err error) {
	attempt, err := json.Marshal([]WebhookAttempt{r.Attempt})
	if err != nil {
		return "", err
	}
	var retry *int64
	if r.Retry != nil {
		retry = new(r.Retry.Milliseconds())
	}
	var organization, endpoint string
	var order *string
	var fence *int64
	err = tx.QueryRow(ctx, endAttemptSQL, c.MessageID, c.Claim, string(attempt), r.Delivered, retry, keptAttempts).
		Scan(&status, &organization, &endpoint, &order, &fence)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return "", nil
	case err != nil:
		return "", err
	case fence != nil && status == WebhookDelivered:
		_, err = tx.Exec(ctx, takeOrderSQL, *order, *fence, endpoint, c.MessageID)
	case fence != nil && status != WebhookPending:
		_, err = tx.Exec(ctx, loseOrderSQL, *order, *fence, endpoint)
	}
	if err != nil {
		return "", err
	}
	if r.Delivered {
		_, err = tx.Exec(ctx, worksAgainSQL, endpoint)
		return status, err
	}
	return status, endpointFails(ctx, tx, organization, endpoint, r)
}

func endpointFails(ctx context.Context, tx pgx.Tx, organization, endpoint string, r WebhookResult) error {
	var enabled bool
	var reason string
	err := tx.QueryRow(ctx, failsSQL, endpoint, r.Gone, r.DisableAfter.Milliseconds(), DisabledGone, DisabledFailing).Scan(&enabled, &reason)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil || enabled {
		return err
	}
	audit := Audit{OrganizationID: organization, Actor: "engaged", Action: "webhook_endpoint.disable", Subject: "webhook_endpoint/" + endpoint}
	if err := writeAudit(ctx, tx, audit, map[string]any{"reason": reason}); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, notifySQL, WebhooksChannel)
	return err
}
