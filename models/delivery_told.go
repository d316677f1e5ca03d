package models

import (
	"context"
	"fmt"
	"slices"
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

const (
	// maxTold is how many entries of a task may wait to be recorded: a call has some ten. What ends a call still gets
	// in when there are more.
	maxTold = 1_000
	// maxToldBytes is how much of attributes may wait to be recorded: the task's run holds it, and its history.
	maxToldBytes = 1 << 20
)

const toldBytesSQL = `
SELECT coalesce(sum(octet_length(entry::text)), 0) FROM entries
WHERE conversation_key = $1 AND received_at >= $2 AND number > $3 AND type = $4`

// readToldBytes reads how much of attributes waits to be recorded, where events tell of more.
func (h *head) readToldBytes(ctx context.Context, q querier, events []delivery.Event) error {
	if !slices.ContainsFunc(events, func(e delivery.Event) bool { return e.Type == delivery.AttributesSet }) {
		return nil
	}
	err := q.QueryRow(ctx, toldBytesSQL, h.key, h.since(), h.applied, string(delivery.AttributesSet)).Scan(&h.toldBytes)
	if err != nil {
		return fmt.Errorf("read how much was told: %w", err)
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
	if commands[e.Type] || e.Source == engagement.EngineSource {
		return nil
	}
	most := int64(maxTold)
	if endsCall[e.Type] {
		most *= 2
	}
	if h.last-h.applied >= most {
		return &delivery.FieldError{Code: delivery.CodeTooManyEvents, Reason: fmt.Sprintf(
			"The task has %d events that are not recorded yet, which is all it may have; end the call.", h.last-h.applied)}
	}
	if e.Type != delivery.AttributesSet {
		return nil
	}
	size := int64(0)
	for key, value := range e.Data.Attributes {
		size += int64(len(key) + len(value))
	}
	if h.toldBytes+size > maxToldBytes {
		return &delivery.FieldError{Code: delivery.CodeAttributeTooBig, Field: "data.attributes", Reason: fmt.Sprintf(
			"The task has %d bytes of attributes that are not recorded yet; it may have %d. Send what has changed.", h.toldBytes, maxToldBytes)}
	}
	h.toldBytes += size
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
