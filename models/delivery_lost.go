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
	// A claim whose lease ends with its order is ended by the order's own deadline.
	lostClaimsSQL = `
SELECT organization_id, task_id::text, delivery_id::text, seq, fence FROM delivery_tokens
WHERE lease_until <= clock_timestamp() AND started_at IS NULL AND lost_at IS NULL AND released_at IS NULL AND lease_until < not_after
ORDER BY lease_until LIMIT $1`

	loseTokenSQL = `
UPDATE delivery_tokens SET lost_at = $3, counts_until = lease_until + $4 * interval '1 millisecond'
WHERE delivery_id = $1 AND fence = $2 AND lease_until <= $3 AND started_at IS NULL AND lost_at IS NULL AND released_at IS NULL
RETURNING counts_until`
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
	claims, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (lostClaim, error) {
		var c lostClaim
		err := row.Scan(&c.organization, &c.task, &c.delivery, &c.seq, &c.fence)
		return c, err
	})
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

func (c lostClaim) lose(ctx context.Context, tx pgx.Tx) error {
	h, err := readHead(ctx, tx, lockHeadSQL, taskSubject(c.organization, c.task))
	if err != nil {
		return err
	}
	t, err := readTask(ctx, tx, h)
	if err != nil {
		return err
	}
	var until time.Time
	err = tx.QueryRow(ctx, loseTokenSQL, c.delivery, c.fence, h.now, t.mayLast().Milliseconds()).Scan(&until)
	if err != nil {
		// Somebody else has ended it, or it was started after all.
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return err
	}
	e := delivery.Event{ID: fmt.Sprintf("lost:%d", c.fence), Source: engagement.EngineSource, Type: delivery.ClaimLost,
		Time: delivery.At(h.now), Attempt: c.seq, Data: delivery.Data{Fence: c.fence}}
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
