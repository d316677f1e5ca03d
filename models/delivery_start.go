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

// StartDelivery decides whether a dialer may start a call that it was ordered to make, and if so appends
// the start to the task's log: an attempt's instant is the one returned. A repeat of a start that was
// granted is granted again, if it names the same call, comes soon and nothing has ended the attempt or the
// time for it meanwhile. ErrNotFound without such a delivery, ErrStale if the order is not the present
// one, ErrTooLate if it has run out, ErrForbidden if a rule forbids the call by now.
func (s *Store) StartDelivery(ctx context.Context, start DeliveryStart) (delivery.Instant, error) {
	var at delivery.Instant
	var refused error
	err := s.retry(ctx, func() error {
		return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) (err error) {
			at, refused, err = startDelivery(ctx, tx, start)
			return err
		})
	})
	if err = errors.Join(err, refused); err != nil {
		return 0, fmt.Errorf("start delivery: %w", err)
	}
	return at, nil
}

const (
	deliveryTaskSQL = `SELECT task_id::text, seq FROM deliveries WHERE id = $1 AND organization_id = $2`

	lockTokenSQL = `
SELECT granted_at, not_after, lease_until, started_at, lost_at IS NOT NULL OR released_at IS NOT NULL OR answered_at IS NOT NULL
FROM delivery_tokens WHERE delivery_id = $1 AND fence = $2 FOR NO KEY UPDATE`

	// A dialer that was told not to dial does not: its order needs no token any more.
	refuseTokenSQL = `
UPDATE delivery_tokens SET released_at = $3 WHERE delivery_id = $1 AND fence = $2 AND started_at IS NULL AND released_at IS NULL`

	takeTokenSQL = `
UPDATE delivery_tokens SET started_at = $3, claimed_at = coalesce(claimed_at, $3), claimed_by = coalesce(claimed_by, ''),
    lease_until = coalesce(lease_until, $3)
WHERE delivery_id = $1 AND fence = $2`
)

// startDelivery returns why the start was refused apart from what failed: a refusal is kept.
func startDelivery(ctx context.Context, tx pgx.Tx, start DeliveryStart) (at delivery.Instant, refused, err error) {
	var task string
	var seq int
	if !isUUID(start.DeliveryID) {
		return 0, ErrNotFound, nil
	}
	if err := tx.QueryRow(ctx, deliveryTaskSQL, start.DeliveryID, start.OrganizationID).Scan(&task, &seq); err != nil {
		return 0, nil, notFound(err)
	}
	h, err := readHead(ctx, tx, lockHeadSQL, taskSubject(start.OrganizationID, task))
	if err != nil {
		return 0, nil, err
	}
	var granted, notAfter time.Time
	var lease, started *time.Time
	var gone bool
	err = tx.QueryRow(ctx, lockTokenSQL, start.DeliveryID, start.Fence).Scan(&granted, &notAfter, &lease, &started, &gone)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return 0, ErrStale, nil
	case err != nil:
		return 0, nil, fmt.Errorf("read the order: %w", err)
	case started != nil:
		refused, err = h.repeatStart(ctx, tx, start, *started, !gone, notAfter)
		return delivery.At(*started), refused, err
	}
	t, err := readTask(ctx, tx, h)
	if err != nil {
		return 0, nil, err
	}
	batch := &pgx.Batch{}
	at = delivery.At(h.now)
	var verdict *delivery.Verdict
	switch {
	case gone:
		refused = ErrStale
	case !h.now.Before(notAfter) || lease != nil && !h.now.Before(*lease):
		refused = ErrTooLate
	default:
		verdict, refused, err = h.decideStart(ctx, tx, batch, t, seq, granted, start)
	}
	if err != nil {
		return 0, nil, err
	}
	if refused != nil {
		err = h.refuseStart(ctx, tx, batch, t, seq, start, refused, verdict)
	}
	if err == nil {
		err = tx.SendBatch(ctx, batch).Close()
	}
	return at, refused, err
}

// repeatable is how long after a start its repeat is granted again: as long as it takes to ask once more for an answer
// that was lost. The call must follow the attempt's instant closely.
const repeatable = 30 * time.Second

const grantedCallSQL = `
SELECT coalesce(entry -> 'data' ->> 'call_id', '') FROM entries
WHERE conversation_key = $1 AND received_at >= $2 AND event_id = $3 AND source = $4`

// repeatStart decides on a start under an order that was started before: whoever asks must be the one who was
// granted it, or two would make the call.
func (h *head) repeatStart(ctx context.Context, tx pgx.Tx, start DeliveryStart, started time.Time, under bool, notAfter time.Time) (refused, err error) {
	var granted string
	err = tx.QueryRow(ctx, grantedCallSQL, h.key, h.since(), startID(start.Fence), engagement.EngineSource).Scan(&granted)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		// The dialer told of the start instead of asking for it.
		return ErrStale, nil
	case err != nil:
		return nil, fmt.Errorf("read the start: %w", err)
	case !under || granted == "" || granted != start.CallID:
		return ErrStale, nil
	case !h.now.Before(notAfter) || h.now.Sub(started) > repeatable:
		return ErrTooLate, nil
	}
	return nil, nil
}

// startID is the id of the entry that an order's granted start has.
func startID(fence int64) string { return fmt.Sprintf("start:%d", fence) }

// refuseStart keeps that a start was refused. What a rule forbids waits again or ends as the rule says, since nobody
// has dialed; an order that has run out is given up as a lost claim is: nobody else gets it.
func (h *head) refuseStart(ctx context.Context, tx pgx.Tx, batch *pgx.Batch, t *storedTask, seq int, start DeliveryStart, refused error, v *delivery.Verdict) error {
	e := delivery.Event{ID: fmt.Sprintf("lost:%d", start.Fence), Source: engagement.EngineSource, Type: delivery.ClaimLost,
		Time: delivery.At(h.now), Attempt: seq, Data: delivery.Data{Fence: start.Fence}}
	if v != nil {
		e.ID, e.Type, e.Data = fmt.Sprintf("refused:%d", start.Fence), delivery.AttemptBlocked, v.Blocked()
		e.Data.Fence = start.Fence
	}
	if !errors.Is(refused, ErrStale) {
		if _, err := h.appendTask(ctx, tx, []delivery.Event{e}, true); err != nil {
			return err
		}
	}
	batch.Queue(refuseTokenSQL, start.DeliveryID, start.Fence, h.now)
	detail := map[string]any{"fence": start.Fence, "reason": refused.Error()}
	if err := queueAttemptLog(batch, t.taskInfo, seq, h.now, logRefused, detail); err != nil {
		return err
	}
	wakePacingAt(batch, t.organization, t.task.ConfigurationID, h.now)
	return nil
}

// decideStart asks the fold and the rules, and appends the start if both agree. The verdict is that of the rules
// where they forbid it.
func (h *head) decideStart(ctx context.Context, tx pgx.Tx, batch *pgx.Batch, t *storedTask, seq int, granted time.Time, start DeliveryStart) (forbids *delivery.Verdict, refused, err error) {
	state, err := h.taskState()
	if err != nil {
		return nil, nil, err
	}
	entries, more, err := h.taskEntriesAfter(ctx, tx, 0)
	if err != nil || more {
		return nil, ErrStale, err
	}
	at := delivery.At(h.now)
	e := delivery.Event{ID: startID(start.Fence), Source: engagement.EngineSource, Type: delivery.CallStarted, Time: at, Attempt: seq,
		Data: delivery.Data{Fence: start.Fence, CallID: start.CallID, FromAddress: start.FromAddress}}
	number := h.last + 1
	f := delivery.Fold(&t.plan, state, append(entries, delivery.Entry{Number: number, ReceivedAt: at, Event: e}), 0)
	if outcome := f.Outcomes[number]; outcome.Kind != delivery.Applied {
		return nil, startRefusal(outcome), nil
	}
	a := f.State.Current
	place := delivery.Candidate{Position: a.Position, NotBefore: a.NotBefore, Windows: f.State.Windows, Suspended: f.State.Suspended}
	facts, err := LoadFacts(ctx, tx, t.organization, &t.plan, place, at)
	if err != nil {
		return nil, nil, err
	}
	facts.History = withoutOne(facts.History, t.task.ID, delivery.At(granted))
	v := delivery.Evaluate(&t.plan, place, &facts, at)
	if v.Action != delivery.Allow {
		return &v, ErrForbidden, queueAttemptLog(batch, t.taskInfo, seq, h.now, logVerdict, v)
	}
	if _, err := h.appendTask(ctx, tx, []delivery.Event{e}, true); err != nil {
		return nil, nil, err
	}
	batch.Queue(takeTokenSQL, start.DeliveryID, start.Fence, at.Time())
	return nil, nil, queueAttemptLog(batch, t.taskInfo, seq, h.now, logStarted, map[string]any{"fence": start.Fence, "verdict": v})
}

// startRefusal says in the caller's terms why the fold did not take a start.
func startRefusal(o delivery.Outcome) error {
	switch o.Reason {
	case delivery.SupersededTooLate:
		return ErrTooLate
	case delivery.SupersededForbidden:
		return ErrForbidden
	default:
		return ErrStale
	}
}

// withoutOne leaves out of a history the order that is to be started itself.
func withoutOne(history []delivery.PastAttempt, task string, granted delivery.Instant) []delivery.PastAttempt {
	for i, p := range history {
		if p.TaskID == task && p.At == granted {
			return append(history[:i:i], history[i+1:]...)
		}
	}
	return history
}
