package models

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"engaged/delivery"
	"engaged/engagement"
)

const startsSQL = `
SELECT t.seq, e.time FROM delivery_tokens t
JOIN entries e ON e.conversation_key = t.task_key AND e.event_id = 'start:' || t.fence AND e.source = $3 AND e.received_at >= $2
WHERE t.task_key = $1 AND t.started_at IS NOT NULL`

// readStarts reads when the task's calls were granted. What a dialer tells of a call lies after it, whatever
// the dialer's clock says: a start has the engine's time, and one that is a little behind would tell of calls that
// had not begun.
func (h *head) readStarts(ctx context.Context, q querier) error {
	rows, err := q.Query(ctx, startsSQL, h.key, h.since(), engagement.EngineSource)
	if err != nil {
		return fmt.Errorf("read starts: %w", err)
	}
	h.starts = map[int]delivery.Instant{}
	var seq int
	var at time.Time
	_, err = pgx.ForEachRow(rows, []any{&seq, &at}, func() error {
		h.starts[seq] = delivery.At(at)
		return nil
	})
	if err != nil {
		return fmt.Errorf("read starts: %w", err)
	}
	return nil
}

// startOf is when the call of an attempt was granted, if it was; 0 names the latest attempt.
func (h *head) startOf(attempt int) (at delivery.Instant, started bool) {
	if attempt > 0 {
		at, started = h.starts[attempt]
		return at, started
	}
	for _, start := range h.starts {
		at, started = max(at, start), true
	}
	return at, started
}
