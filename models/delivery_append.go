package models

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"engaged/delivery"
)

// AppendDeliveryEvents appends events and commands to the logs of their tasks in one transaction and
// returns what became of each. All are durable or none. ErrNotFound if a task does not exist.
func (s *Store) AppendDeliveryEvents(ctx context.Context, submissions []DeliverySubmission) ([]DeliveryReceipt, error) {
	if len(submissions) == 0 {
		return nil, nil
	}
	var receipts []DeliveryReceipt
	var wakes map[string]pacingWake
	err := s.retry(ctx, func() error {
		return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) (err error) {
			wakes = map[string]pacingWake{}
			receipts, err = appendDeliveryEvents(ctx, tx, submissions, wakes)
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("append delivery events: %w", err)
	}
	s.paceAgain(ctx, wakes)
	return receipts, nil
}

type taskName struct{ organization, id string }

func appendDeliveryEvents(ctx context.Context, tx pgx.Tx, submissions []DeliverySubmission, wakes map[string]pacingWake) ([]DeliveryReceipt, error) {
	groups := map[taskName][]int{}
	var names []taskName
	for i, s := range submissions {
		name := taskName{s.OrganizationID, s.TaskID}
		if groups[name] == nil {
			names = append(names, name)
		}
		groups[name] = append(groups[name], i)
	}
	// Rows are locked in the order in which everybody locks them.
	slices.SortFunc(names, func(a, b taskName) int {
		return cmp.Or(strings.Compare(a.organization, b.organization), strings.Compare(a.id, b.id))
	})
	receipts := make([]DeliveryReceipt, len(submissions))
	batch := &pgx.Batch{}
	for _, name := range names {
		h, err := readHead(ctx, tx, lockHeadSQL, taskSubject(name.organization, name.id))
		if err != nil {
			return nil, err
		}
		events := make([]delivery.Event, len(groups[name]))
		for n, i := range groups[name] {
			events[n] = submissions[i].Event
		}
		if err := h.readTold(ctx, tx); err != nil {
			return nil, err
		}
		got, err := h.appendTask(ctx, tx, events, true)
		if err != nil {
			return nil, err
		}
		for n, i := range groups[name] {
			receipts[i] = got[n]
			if got[n].Refused == nil && !got[n].Duplicate {
				queueTold(batch, h, events[n])
			}
		}
		if slices.ContainsFunc(events, func(e delivery.Event) bool { return endsCall[e.Type] }) {
			configuration, err := configurationOf(ctx, tx, h.key)
			if err != nil {
				return nil, err
			}
			wakes[configuration] = pacingWake{name.organization, delivery.At(h.now)}
		}
	}
	return receipts, tx.SendBatch(ctx, batch).Close()
}

func configurationOf(ctx context.Context, q querier, key int64) (id string, err error) {
	err = q.QueryRow(ctx, `SELECT configuration_id::text FROM delivery_tasks WHERE key = $1`, key).Scan(&id)
	if err != nil {
		return "", fmt.Errorf("read delivery task: %w", notFound(err))
	}
	return id, nil
}

var (
	// endsCall are the events after which a call needs no token any more.
	endsCall = map[delivery.EventType]bool{delivery.CallEnd: true, delivery.CallFailure: true}
	// answersCall are those after which it is not being dialed any more.
	answersCall = map[delivery.EventType]bool{delivery.CallConnected: true, delivery.AgentConnected: true, delivery.SpeechDetected: true, delivery.AMDResult: true}
)

// An event without an attempt is about the latest. A claim that was lost may have rung all the same.
const (
	toldAttemptSQL = `task_key = $1 AND seq = CASE WHEN $2::integer > 0 THEN $2::integer ELSE (SELECT max(seq) FROM delivery_tokens WHERE task_key = $1) END
    AND released_at IS NULL`

	toldEndSQL = `UPDATE delivery_tokens SET released_at = $3 WHERE ` + toldAttemptSQL + ` AND (started_at IS NOT NULL OR lost_at IS NOT NULL)`

	toldAnswerSQL = `UPDATE delivery_tokens SET answered_at = coalesce(answered_at, $3) WHERE ` + toldAttemptSQL + ` AND started_at IS NOT NULL`

	toldStartSQL = `
UPDATE delivery_tokens SET started_at = $3 WHERE ` + toldAttemptSQL + ` AND started_at IS NULL AND lost_at IS NULL
    AND not_after > $3 AND ($4::bigint = 0 OR fence = $4)`
)

// queueTold lets the tokens know at once what a dialer tells of a call, before its run has folded it.
func queueTold(batch *pgx.Batch, h head, e delivery.Event) {
	switch {
	case endsCall[e.Type]:
		batch.Queue(toldEndSQL, h.key, e.Attempt, h.now)
	case answersCall[e.Type]:
		batch.Queue(toldAnswerSQL, h.key, e.Attempt, h.now)
	case e.Type == delivery.CallStarted:
		batch.Queue(toldStartSQL, h.key, e.Attempt, h.now, e.Data.Fence)
	}
}
