package models

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"engaged/delivery"
	"engaged/engagement"
)

const (
	// maxTold is how many entries of a task may wait to be recorded, and maxToldBytes how large they may be together: a
	// call has some ten, and all that waits is read at once (maxBatchEntries, maxBatchBytes).
	maxTold      = 400
	maxToldBytes = 128 << 10
	// roomForEnds is how many more there may be of what ends a call.
	roomForEnds = 50
)

// told is what the log holds of a task's calls, where dialers' events are to be appended.
type told struct {
	// starts are when the calls of the attempts were granted.
	starts map[int]delivery.Instant
	// bytes is how much waits to be recorded.
	bytes int
}

const (
	startsSQL = `
SELECT t.seq, e.time FROM delivery_tokens t
JOIN entries e ON e.conversation_key = t.task_key AND e.event_id = 'start:' || t.fence AND e.source = $3 AND e.received_at >= $2
WHERE t.task_key = $1 AND t.started_at IS NOT NULL`

	toldBytesSQL = `
SELECT coalesce(sum(octet_length(entry::text)), 0) FROM entries WHERE conversation_key = $1 AND received_at >= $2 AND number > $3`
)

// readTold reads what the log holds of the calls of the task whose row h has locked.
func (h *head) readTold(ctx context.Context, q querier) error {
	h.told = &told{starts: map[int]delivery.Instant{}}
	batch := &pgx.Batch{}
	batch.Queue(startsSQL, h.key, h.since(), engagement.EngineSource).Query(func(rows pgx.Rows) error {
		var seq int
		var at time.Time
		_, err := pgx.ForEachRow(rows, []any{&seq, &at}, func() error {
			h.told.starts[seq] = delivery.At(at)
			return nil
		})
		return err
	})
	batch.Queue(toldBytesSQL, h.key, h.since(), h.applied).QueryRow(func(row pgx.Row) error { return row.Scan(&h.told.bytes) })
	if err := q.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("read what was told of a task: %w", err)
	}
	return nil
}

// refuseTold refuses what lies ahead, and what a dialer tells of a task beyond what its run can hold.
func (h *head) refuseTold(e delivery.Event) *delivery.FieldError {
	now := delivery.At(h.now)
	if ahead := e.Time.Sub(now); ahead > delivery.Millis(maxAhead) {
		return &delivery.FieldError{Code: "delivery:time_in_future", Field: "time",
			Reason: fmt.Sprintf("The time lies %d s after the receipt at %s; send when it happened.", ahead/1000, now)}
	}
	if h.told == nil || commands[e.Type] || e.Source == engagement.EngineSource {
		return nil
	}
	most, size := int64(maxTold), 0
	if endsCall[e.Type] {
		most += roomForEnds
	} else if document, err := json.Marshal(e.Data); err == nil {
		size = len(document)
	}
	if waiting := h.last - h.applied; waiting >= most || h.told.bytes+size > maxToldBytes {
		return &delivery.FieldError{Code: delivery.CodeTooManyEvents, Reason: fmt.Sprintf(
			"The task has %d events of %d bytes that are not recorded yet, of %d and %d that it may have; end the call.",
			waiting, h.told.bytes, maxTold, maxToldBytes)}
	}
	h.told.bytes += size
	return nil
}

// startOf is when the call of an attempt was granted, if it was; 0 names the latest attempt. What a dialer tells
// of a call lies after it, whatever the dialer's clock says: a start has the engine's time, and one that is a little
// behind would tell of calls that had not begun.
func (h *head) startOf(attempt int) (at delivery.Instant, started bool) {
	if h.told == nil {
		return 0, false
	}
	if attempt > 0 {
		at, started = h.told.starts[attempt]
		return at, started
	}
	for _, start := range h.told.starts {
		at, started = max(at, start), true
	}
	return at, started
}
