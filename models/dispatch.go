package models

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Claim is one conversation that a dispatcher has taken for a while, to tell its workflow.
type Claim struct {
	// Key is the conversation's row.
	Key int64
	Subject
	// Fence is this claim's number: a later claim of the same conversation has a higher one.
	Fence int64
	// Wanted is the highest entry to deliver. Delivered is the highest already delivered, or applied
	// by a run that read it from the log.
	Wanted, Delivered int64
	// Attempts counts the claims since something was delivered last, this one included.
	Attempts int
}

// The clock stands still within the statement, so that the index leads to what is due and no further: there may be
// many that are due later.
const claimDispatchSQL = `
WITH due AS (
    SELECT conversation_key FROM dispatch_claims
    WHERE due_at <= statement_timestamp() AND (lease_until IS NULL OR lease_until < clock_timestamp())
    ORDER BY due_at
    LIMIT $1
    FOR UPDATE SKIP LOCKED)
UPDATE dispatch_claims d
SET lease_until = clock_timestamp() + $2 * interval '1 millisecond', fence = d.fence + 1, attempts = d.attempts + 1
FROM due JOIN conversations c ON c.key = due.conversation_key
WHERE d.conversation_key = due.conversation_key
RETURNING d.conversation_key, c.organization_id, c.conversation_id, c.kind, d.fence, d.wanted_number,
    greatest(c.delivered_number, c.applied_number), d.attempts`

// ClaimDispatch takes up to limit conversations that are due, for the length of a lease. Nobody
// else gets them before it is over, and no transaction stays open meanwhile.
func (s *Store) ClaimDispatch(ctx context.Context, limit int, lease time.Duration) ([]Claim, error) {
	rows, err := s.pool.Query(ctx, claimDispatchSQL, limit, lease.Milliseconds())
	if err != nil {
		return nil, fmt.Errorf("claim conversations to dispatch: %w", err)
	}
	claims, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Claim, error) {
		var c Claim
		err := row.Scan(&c.Key, &c.OrganizationID, &c.ConversationID, &c.Kind, &c.Fence, &c.Wanted, &c.Delivered, &c.Attempts)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("claim conversations to dispatch: %w", err)
	}
	return claims, nil
}

// The claim is deleted only by the dispatcher that holds it, and only if nothing was appended since;
// otherwise it becomes due again. The conversation's row comes first: appends lock it before the
// claim. The claim is named by its key: joined with the row, all claims were read.
const (
	markDeliveredSQL = `
WITH delivered AS (
    UPDATE conversations SET delivered_number = greatest(delivered_number, $3) WHERE key = $1 RETURNING key)
DELETE FROM dispatch_claims
WHERE (SELECT key FROM delivered) IS NOT NULL AND conversation_key = $1 AND fence = $2 AND wanted_number <= $3`

	reopenClaimSQL = `
UPDATE dispatch_claims SET lease_until = NULL, attempts = 0
WHERE conversation_key = $1 AND fence = $2 AND wanted_number > $3`
)

// MarkDelivered notes that the workflow was told of entries up to a number and gives the claim
// back.
func (s *Store) MarkDelivered(ctx context.Context, c Claim, through int64) error {
	err := s.retry(ctx, func() error {
		cleared, err := s.pool.Exec(ctx, markDeliveredSQL, c.Key, c.Fence, through)
		if err == nil && cleared.RowsAffected() == 0 {
			_, err = s.pool.Exec(ctx, reopenClaimSQL, c.Key, c.Fence, through)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("mark as delivered: %w", err)
	}
	return nil
}

const postponeClaimSQL = `
UPDATE dispatch_claims SET lease_until = NULL, due_at = clock_timestamp() + $3 * interval '1 millisecond'
WHERE conversation_key = $1 AND fence = $2`

// Postpone gives a claim back that could not be delivered, to be tried again after a while.
func (s *Store) Postpone(ctx context.Context, c Claim, wait time.Duration) error {
	if _, err := s.pool.Exec(ctx, postponeClaimSQL, c.Key, c.Fence, wait.Milliseconds()); err != nil {
		return fmt.Errorf("postpone dispatch: %w", err)
	}
	return nil
}

// ListenDispatch calls wake after every transaction that appended something to dispatch, until ctx
// ends or the connection breaks. It holds a connection of its own.
func (s *Store) ListenDispatch(ctx context.Context, wake func()) error {
	return s.listen(ctx, NotifyChannel, wake)
}

// listen calls wake after every transaction that notified a channel, which is one of ours.
func (s *Store) listen(ctx context.Context, channel string, wake func()) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", channel, err)
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		return fmt.Errorf("listen on %s: %w", channel, err)
	}
	for {
		if _, err := conn.Conn().WaitForNotification(ctx); err != nil {
			// The connection still listens: it must not go back to the pool.
			_ = conn.Hijack().Close(context.WithoutCancel(ctx))
			return fmt.Errorf("listen on %s: %w", channel, err)
		}
		wake()
	}
}
