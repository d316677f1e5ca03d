package models

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"engaged/delivery"
	"engaged/engagement"
)

const (
	// The claim of a preview lasts until its order runs out, which is no loss: no agent may have accepted it.
	lostSQL = `t.started_at IS NULL AND t.lost_at IS NULL AND t.released_at IS NULL AND (t.lease_until < t.not_after
    OR NOT EXISTS (SELECT FROM deliveries d WHERE d.id = t.delivery_id AND d.mode = 'Preview'))`

	lostClaimsSQL = `
SELECT t.organization_id, t.task_id::text, t.delivery_id::text, t.seq, t.fence FROM delivery_tokens t
WHERE t.lease_until <= clock_timestamp() AND ` + lostSQL + ` ORDER BY t.lease_until LIMIT $1`

	lostOfTaskSQL = `
SELECT t.organization_id, t.task_id::text, t.delivery_id::text, t.seq, t.fence FROM delivery_tokens t
WHERE t.task_key = $1 AND t.lease_until <= $2 AND ` + lostSQL + ` ORDER BY t.seq, t.fence`

	loseTokenSQL = `
UPDATE delivery_tokens SET lost_at = $3, counts_until = lease_until + $4 * interval '1 millisecond'
WHERE delivery_id = $1 AND fence = $2 AND lease_until <= $3 AND started_at IS NULL AND lost_at IS NULL AND released_at IS NULL
RETURNING counts_until, not_after`
)

// lostClaim is a claim whose lease has run out without a start.
type lostClaim struct {
	organization, task, delivery string
	seq                          int
	fence                        int64
}

// LoseClaims ends up to most claims whose lease has run out without a start, and returns how many: their
// attempts are over, in error. Each may have been dialed all the same, so its token goes on counting.
func (s *Store) LoseClaims(ctx context.Context, most int) (int, error) {
	rows, err := s.pool.Query(ctx, lostClaimsSQL, most)
	if err != nil {
		return 0, fmt.Errorf("look for lost claims: %w", err)
	}
	claims, err := pgx.CollectRows(rows, scanLostClaim)
	if err != nil {
		return 0, fmt.Errorf("look for lost claims: %w", err)
	}
	for i, c := range claims {
		err := s.retry(ctx, func() error {
			return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error { return c.lose(ctx, tx) })
		})
		if err != nil {
			return i, fmt.Errorf("end a lost claim: %w", err)
		}
	}
	return len(claims), nil
}

func scanLostClaim(row pgx.CollectableRow) (c lostClaim, err error) {
	return c, row.Scan(&c.organization, &c.task, &c.delivery, &c.seq, &c.fence)
}

func (c lostClaim) lose(ctx context.Context, tx pgx.Tx) error {
	h, err := readHead(ctx, tx, lockHeadSQL, taskSubject(c.organization, c.task))
	if err != nil {
		return err
	}
	return h.lose(ctx, tx, c)
}

// loseClaims ends what is lost of the task whose row h has locked, before its time goes on: an order that runs
// out is otherwise one that nobody took.
func (h *head) loseClaims(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, lostOfTaskSQL, h.key, h.now)
	if err != nil {
		return fmt.Errorf("look for lost claims: %w", err)
	}
	claims, err := pgx.CollectRows(rows, scanLostClaim)
	if err != nil {
		return fmt.Errorf("look for lost claims: %w", err)
	}
	for _, c := range claims {
		if err := h.lose(ctx, tx, c); err != nil {
			return err
		}
	}
	return nil
}

func (h *head) lose(ctx context.Context, tx pgx.Tx, c lostClaim) error {
	t, err := readTask(ctx, tx, *h)
	if err != nil {
		return err
	}
	var until, notAfter time.Time
	err = tx.QueryRow(ctx, loseTokenSQL, c.delivery, c.fence, h.now, t.mayLast().Milliseconds()).Scan(&until, &notAfter)
	if err != nil {
		// Somebody else has ended it, or it was started after all.
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return err
	}
	e := delivery.Event{ID: fmt.Sprintf("lost:%d", c.fence), Source: engagement.EngineSource, Type: delivery.ClaimLost,
		Time: min(delivery.At(h.now), delivery.At(notAfter)), Attempt: c.seq, Data: delivery.Data{Fence: c.fence}}
	if _, err := h.appendTask(ctx, tx, []delivery.Event{e}, true); err != nil {
		return err
	}
	batch := &pgx.Batch{}
	if err := queueAttemptLog(batch, t.taskInfo, c.seq, h.now, logLost, map[string]any{"fence": c.fence, "counts_until": until.UTC()}); err != nil {
		return err
	}
	wakePacingAt(batch, c.organization, t.task.ConfigurationID, until)
	return tx.SendBatch(ctx, batch).Close()
}
