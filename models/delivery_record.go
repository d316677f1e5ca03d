package models

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"engaged/delivery"
	"engaged/engagement"
)

// DeliveryUpdate is how a task stands: what its rows are to show.
type DeliveryUpdate struct {
	Subject
	// RecordCount is the count that the run builds on, Seen the highest entry that it has folded.
	RecordCount int64
	Seen        int64
	// Attempts are those that are new or changed since the carry.
	Attempts []delivery.Attempt
	Task     delivery.TaskView
	// Suspended tells that the task is; Windows replace those of its plan, where given.
	Suspended bool
	Windows   []delivery.Window
	// Dial asks for a token; nil: nothing waits for one.
	Dial *DialRequest
	// WorkflowID and RunID are the provenance of the rows.
	WorkflowID, RunID string
}

// DeliveryRecord is everything that one record transaction of a task writes.
type DeliveryRecord struct {
	DeliveryUpdate
	// Token names the attempt to record (run id, cut and Seen): a repeat of the same changes nothing.
	Token string
	// Cut is the instant up to which entries were folded and deadlines decided; Tail are the numbers up to Seen
	// that lie after it.
	Cut  delivery.Instant
	Tail []int64
	// State is the carry: the fold up to the cut, Outcomes what became of the entries up to it.
	State    delivery.State
	Outcomes map[int64]delivery.Outcome
}

// ProjectDelivery has a task's rows show how it stands. It changes nothing where another run has
// recorded, or the rows show more.
func (s *Store) ProjectDelivery(ctx context.Context, u DeliveryUpdate) error {
	var wakes map[string]pacingWake
	err := s.retry(ctx, func() error {
		return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
			wakes = map[string]pacingWake{}
			h, err := readHead(ctx, tx, lockHeadSQL, u.Subject)
			if err != nil || h.recordCount != u.RecordCount {
				return err
			}
			t, err := readTask(ctx, tx, h)
			if err != nil {
				return err
			}
			batch := &pgx.Batch{}
			if err := queueUpdate(ctx, tx, batch, t, h, u, wakes); err != nil {
				return err
			}
			return tx.SendBatch(ctx, batch).Close()
		})
	})
	if err != nil {
		return fmt.Errorf("show delivery task: %w", err)
	}
	s.paceAgain(ctx, wakes)
	return nil
}

// RecordDelivery writes what a run found final, in one transaction under the task's row lock. It writes
// nothing if the log holds entries that the run has not folded, or if another run has recorded meanwhile.
func (s *Store) RecordDelivery(ctx context.Context, r DeliveryRecord) (Recorded, error) {
	var recorded Recorded
	var wakes map[string]pacingWake
	err := s.retry(ctx, func() error {
		return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) (err error) {
			wakes = map[string]pacingWake{}
			recorded, err = recordDelivery(ctx, tx, r, wakes)
			return err
		})
	})
	if err != nil {
		return Recorded{}, fmt.Errorf("record delivery: %w", err)
	}
	s.paceAgain(ctx, wakes)
	return recorded, nil
}

func recordDelivery(ctx context.Context, tx pgx.Tx, r DeliveryRecord, wakes map[string]pacingWake) (Recorded, error) {
	h, err := readHead(ctx, tx, lockHeadSQL, r.Subject)
	if err != nil {
		return Recorded{}, err
	}
	switch {
	case r.Token == h.recordToken:
		return Recorded{Done: true}, nil
	case r.RecordCount != h.recordCount:
		return Recorded{Overtaken: true}, nil
	}
	if err := h.loseClaims(ctx, tx); err != nil {
		return Recorded{}, err
	}
	if h.last > r.Seen {
		batch, err := h.taskBatchAfter(ctx, tx, r.Seen)
		return Recorded{Batch: batch}, err
	}
	carry, err := json.Marshal(r.State)
	if err != nil {
		return Recorded{}, fmt.Errorf("encode carry: %w", err)
	}
	batch := &pgx.Batch{}
	outcomes := make(map[int64]engagement.Outcome, len(r.Outcomes))
	for number, o := range r.Outcomes {
		outcomes[number] = engagement.Outcome{Kind: engagement.OutcomeKind(o.Kind), Reason: o.Reason}
	}
	h.queueOutcomes(batch, outcomes)
	if r.Cut != 0 {
		queueInsert(ctx, batch, &RecordLogRow{
			ConversationKey: h.key, RecordCount: h.recordCount + 1, SeenNumber: r.Seen, Tail: r.Tail, CutAt: r.Cut.Time(), RecordedAt: h.now,
		})
	}
	applied, tail := foldTail(r.Seen, r.Tail)
	batch.Queue(recordConversationSQL, h.key, applied, tail, string(carry), nil, false, r.Token, h.now)
	t, err := readTask(ctx, tx, h)
	if err != nil {
		return Recorded{}, err
	}
	if err := t.queueEnded(batch, r, h.now); err != nil {
		return Recorded{}, err
	}
	if err := queueUpdate(ctx, tx, batch, t, h, r.DeliveryUpdate, wakes); err != nil {
		return Recorded{}, err
	}
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return Recorded{}, fmt.Errorf("write rows: %w", err)
	}
	return Recorded{Done: true}, nil
}

var updateTaskSQL = markingEnds(`
UPDATE delivery_tasks AS w
SET status = $2, reason = $3, suspended = $4, view = $5::jsonb, expires_at = $6, next_scheduled_at = $7, last_call_at = $8,
    ended_at = $9, seen_number = $10, updated_at = $11,
    recorded_at = CASE WHEN $9::timestamptz IS NOT NULL THEN $11::timestamptz END
WHERE w.key = $1 AND w.seen_number <= $10`, "delivery_tasks", "key", deliveryTaskFacts)

// queueUpdate writes the rows of a task and its attempts, and lets pacing know what it waits for and
// what it needs no more; wakes says when pacing has to look again once that is committed.
func queueUpdate(ctx context.Context, tx pgx.Tx, batch *pgx.Batch, t *storedTask, h head, u DeliveryUpdate, wakes map[string]pacingWake) error {
	if t.seen > u.Seen {
		return nil
	}
	view, err := json.Marshal(u.Task)
	if err != nil {
		return fmt.Errorf("encode delivery task: %w", err)
	}
	batch.Queue(updateTaskSQL, h.key, string(u.Task.Status), u.Task.Reason, u.Suspended, string(view), t.expiry(u.Windows).Time(),
		instantOf(u.Task.NextScheduledAt), instantOf(u.Task.LastCallAt), instantOf(u.Task.EndedAt), u.Seen, h.now)
	p := provenance{workflowID: u.WorkflowID, runID: u.RunID, recordedAt: h.now}
	for _, a := range u.Attempts {
		t.writeDelivery(ctx, batch, a, p)
		queueOptOut(batch, t.taskInfo, a)
		queueBotFailure(batch, t.task.ConfigurationID, a)
	}
	if err := t.queuePacing(batch, h, u, wakes); err != nil {
		return err
	}
	return t.askPlanned(ctx, tx, batch, h, u)
}

// queuePacing has the next attempt wait for its token and gives back those of attempts that are over.
func (t *storedTask) queuePacing(batch *pgx.Batch, h head, u DeliveryUpdate, wakes map[string]pacingWake) error {
	wake := pacingWake{}
	if u.Dial != nil {
		if err := t.queueWaiting(batch, u.Dial, u.Seen); err != nil {
			return err
		}
		wake = wake.earlier(t.organization, u.Dial.DueAt)
	} else {
		batch.Queue(stopWaitingSQL, h.key)
	}
	if t.queueTokens(batch, h, u.Attempts) {
		wake = wake.earlier(t.organization, delivery.At(h.now))
	}
	if wake.organization != "" {
		wakes[t.task.ConfigurationID] = wake
	}
	return nil
}

// Of two records of one disposition the second one is not written.
const optOutSQL = `
WITH withdrawn AS (
INSERT INTO delivery_consents (organization_id, contact_id, number, opted_out, source, recorded_at)
SELECT $1, w.contact_id, w.number, true, $4, $5
FROM (VALUES ($2::text, ''), ('', $3::text)) AS w (contact_id, number)
WHERE NOT EXISTS (SELECT FROM delivery_consents c WHERE c.organization_id = $1 AND c.contact_id = w.contact_id
    AND c.number = w.number AND c.source = $4)
RETURNING contact_id)
INSERT INTO delivery_sweeps (organization_id, contact_ids, numbers)
SELECT $1, ARRAY[$2::text], ARRAY[$3::text] WHERE EXISTS (SELECT FROM withdrawn)`

// queueOptOut withdraws the consent of whoever said so in a call, also for what waits for them elsewhere.
func queueOptOut(batch *pgx.Batch, t taskInfo, a delivery.Attempt) {
	if !a.OptedOut || a.StartedAt == nil {
		return
	}
	at := *a.StartedAt
	if a.EndedAt != nil {
		at = *a.EndedAt
	}
	source := "delivery:" + delivery.AttemptID(t.organization, t.task.ID, a.Seq)
	batch.Queue(optOutSQL, t.organization, a.ContactID, a.ToAddress, source, at.Time())
}
