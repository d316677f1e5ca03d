package models

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"engaged/delivery"
)

// DialRequest asks for a dial token for an attempt.
type DialRequest struct {
	// Seq is the attempt's number.
	Seq int `json:"seq"`
	// Candidate is what the rules ask of it.
	Candidate delivery.Candidate `json:"candidate"`
	// Callback and ScheduledAt give its turn.
	Callback    bool             `json:"callback,omitempty"`
	ScheduledAt delivery.Instant `json:"scheduled_at"`
	// DueAt is from when on it may get a token.
	DueAt delivery.Instant `json:"due_at"`
}

// NewDialRequest returns the request for the attempt that may be dialed next; nil if none waits. What
// waits for a window's start is spread over up to jitter after it.
func NewDialRequest(plan *delivery.Plan, f delivery.Folded, jitter delivery.Millis) *DialRequest {
	if f.Dial == nil || len(f.Ended) > 0 {
		return nil
	}
	r := &DialRequest{Seq: f.Dial.Seq, Candidate: f.Dial.Candidate, ScheduledAt: f.Dial.At, DueAt: f.Dial.At}
	if a := f.State.Current; a != nil {
		r.Callback = a.Callback
	}
	if f.Dial.At > f.Clock {
		r.DueAt += delivery.Instant(delivery.Jitter(plan.Task.ID, min(jitter, f.Dial.Until.Sub(f.Dial.At)/2)))
	}
	return r
}

const queueWaitingSQL = `
INSERT INTO delivery_waiting (task_key, organization_id, configuration_id, seq, callback, priority, accepted_at, scheduled_at,
    due_at, candidate, seen_number)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11)
ON CONFLICT (task_key) DO UPDATE
SET seq = excluded.seq, callback = excluded.callback, scheduled_at = excluded.scheduled_at, due_at = excluded.due_at,
    candidate = excluded.candidate, seen_number = excluded.seen_number
WHERE delivery_waiting.seen_number <= excluded.seen_number`

const stopWaitingSQL = `DELETE FROM delivery_waiting WHERE task_key = $1`

// queueWaiting has an attempt wait for a token; seen is the number up to which the log was folded.
func (t taskInfo) queueWaiting(batch *pgx.Batch, r *DialRequest, seen int64) error {
	w, err := t.waitingRow(r, seen)
	if err != nil {
		return err
	}
	batch.Queue(queueWaitingSQL, w.TaskKey, w.OrganizationID, w.ConfigurationID, w.Seq, w.Callback, w.Priority,
		w.AcceptedAt, w.ScheduledAt, w.DueAt, w.Candidate, w.SeenNumber)
	return nil
}

func (t taskInfo) waitingRow(r *DialRequest, seen int64) (*DeliveryWaitingRow, error) {
	candidate, err := json.Marshal(r.Candidate)
	if err != nil {
		return nil, fmt.Errorf("encode candidate: %w", err)
	}
	return &DeliveryWaitingRow{
		TaskKey: t.key, OrganizationID: t.organization, ConfigurationID: t.task.ConfigurationID, Seq: int32(r.Seq), Callback: r.Callback,
		Priority: t.task.Priority, AcceptedAt: t.task.AcceptedAt.Time(), ScheduledAt: r.ScheduledAt.Time(), DueAt: r.DueAt.Time(),
		Candidate: candidate, SeenNumber: seen,
	}, nil
}

// PaceChannel is the channel on which the store tells that tokens may be granted.
const PaceChannel = "engaged_pacing"

// pacingWake is when a configuration's pacing has to look again.
type pacingWake struct {
	organization string
	at           delivery.Instant
}

func (w pacingWake) earlier(organization string, at delivery.Instant) pacingWake {
	if w.organization != "" {
		at = min(at, w.at)
	}
	return pacingWake{organization, at}
}

// The row is locked also where it is due early enough: whoever claims it from then on sees what this
// transaction writes.
const duePacingSQL = `
INSERT INTO delivery_pacing AS p (configuration_id, organization_id, due_at)
VALUES ($1, $2, $3)
ON CONFLICT (configuration_id) DO UPDATE SET due_at = excluded.due_at WHERE p.due_at > excluded.due_at`

// queuePacingWakes has pacing look again. It comes last in a transaction, configurations in order: every
// other lock is taken before these rows.
func queuePacingWakes(batch *pgx.Batch, wakes map[string]pacingWake) {
	for _, id := range slices.Sorted(maps.Keys(wakes)) {
		batch.Queue(duePacingSQL, id, wakes[id].organization, wakes[id].at.Time())
	}
	if len(wakes) > 0 {
		batch.Queue(notifySQL, PaceChannel)
	}
}

// A row that is due early enough is left alone, also while another waker holds it.
const paceAgainSQL = `
WITH woken AS (UPDATE delivery_pacing SET due_at = $2 WHERE configuration_id = $1 AND due_at > $2 RETURNING configuration_id)
SELECT pg_notify($3, '') FROM woken`

// paceAgain has pacing look again at what has been committed. Within the transaction every end of a call
// would wait for the one before, and the row were never free for whoever paces. Where it comes to nothing,
// pacing looks all the same, a little later.
func (s *Store) paceAgain(ctx context.Context, wakes map[string]pacingWake) {
	// A caller who hangs up now must not keep a free place from the next.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	for id, wake := range wakes {
		_, _ = s.pool.Exec(ctx, paceAgainSQL, id, wake.at.Time(), PaceChannel)
	}
}

// wakePacingAt has one configuration's pacing look again at an instant.
func wakePacingAt(batch *pgx.Batch, organization, configuration string, at time.Time) {
	queuePacingWakes(batch, map[string]pacingWake{configuration: {organization, delivery.At(at)}})
}
