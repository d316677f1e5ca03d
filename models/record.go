package models

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"engaged/engagement"
)

// Record writes what a run found final, in one transaction under the conversation's row lock: every
// row, the outcomes, the carry and the numbers. It writes nothing if the log holds entries or
// settings that the run has not folded, or if another run has recorded meanwhile. A repeat of the
// last token changes nothing and is done.
func (s *Store) Record(ctx context.Context, r Record) (Recorded, error) {
	var recorded Recorded
	if err := s.ensureMonths(ctx, recordRows(head{Subject: r.Subject}, r.Result, provenance{})); err != nil {
		return recorded, fmt.Errorf("record: %w", err)
	}
	err := s.retry(ctx, func() error {
		return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) (err error) {
			recorded, err = record(ctx, tx, r)
			return err
		})
	})
	if err != nil {
		return Recorded{}, fmt.Errorf("record: %w", err)
	}
	return recorded, nil
}

func (s *Store) ensureMonths(ctx context.Context, rows []recordRow) error {
	for _, row := range rows {
		if err := s.ensureMonth(ctx, tableOf(row.row).name, row.month()); err != nil {
			return err
		}
		for _, wait := range row.waits {
			if err := s.ensureMonth(ctx, tableOf(wait).name, month(wait.ClosedAt)); err != nil {
				return err
			}
		}
	}
	return nil
}

func record(ctx context.Context, tx pgx.Tx, r Record) (Recorded, error) {
	h, err := readHead(ctx, tx, lockHeadSQL, r.Subject)
	if err != nil {
		return Recorded{}, err
	}
	switch {
	case r.Token == h.recordToken:
		return Recorded{Done: true}, nil
	case r.RecordCount != h.recordCount:
		return Recorded{Overtaken: true}, nil
	case h.last > r.Seen || h.settings > r.SettingsVersion:
		return notYet(ctx, tx, h, r)
	}
	p := provenance{workflowID: r.WorkflowID, runID: r.RunID, recordedAt: h.now}
	rows := recordRows(h, r.Result, p)
	keys, err := readKeys(ctx, tx, keysOf(h, rows, r.Result.Amendments))
	if err != nil {
		return Recorded{}, err
	}
	batch := &pgx.Batch{}
	queueRows(ctx, batch, r.OrganizationID, rows, keys)
	queueAmendments(batch, h, r.Result.Amendments, keys, p)
	queueRecordLog(ctx, batch, h, r)
	h.queueOutcomes(batch, r.Result.Outcomes)
	if err := h.queueConversation(batch, r); err != nil {
		return Recorded{}, err
	}
	if err := queueLive(batch, h, liveOf(r)); err != nil {
		return Recorded{}, err
	}
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return Recorded{}, fmt.Errorf("write rows: %w", err)
	}
	return Recorded{Done: true}, nil
}

// notYet returns what the run has to fold before it may record.
func notYet(ctx context.Context, tx pgx.Tx, h head, r Record) (recorded Recorded, err error) {
	if h.last > r.Seen {
		if recorded.Batch, err = h.batchAfter(ctx, tx, r.Seen); err != nil {
			return recorded, err
		}
	}
	if h.settings > r.SettingsVersion {
		recorded.Settings, err = settingsAfter(ctx, tx, r.OrganizationID, r.SettingsVersion)
	}
	return recorded, err
}

const recordOutcomesSQL = `
UPDATE entries e SET outcome = w.outcome, outcome_reason = nullif(w.reason, '')
FROM unnest($3::bigint[], $4::text[], $5::text[]) AS w (number, outcome, reason)
WHERE e.conversation_key = $1 AND e.received_at >= $2 AND e.number = w.number`

const deadEntriesSQL = `
INSERT INTO dead_letters (conversation_key, number, kind, reason)
SELECT $1, w.number, $2, w.reason FROM unnest($3::bigint[], $4::text[]) AS w (number, reason)
ON CONFLICT (conversation_key, number) DO UPDATE
SET kind = excluded.kind, reason = excluded.reason, created_at = clock_timestamp(), redriven_at = NULL
WHERE dead_letters.kind <> $5`

// queueOutcomes writes what became of the entries where it is more than applied.
func (h head) queueOutcomes(batch *pgx.Batch, outcomes map[int64]engagement.Outcome) {
	var numbers, dead []int64
	var kinds, reasons, faults []string
	for number, outcome := range outcomes {
		switch outcome.Kind {
		case engagement.Applied, engagement.Waiting:
			continue
		case engagement.Dead:
			dead, faults = append(dead, number), append(faults, outcome.Reason)
		case engagement.Duplicate, engagement.Late, engagement.NoLeg, engagement.Superseded:
		}
		numbers, kinds, reasons = append(numbers, number), append(kinds, string(outcome.Kind)), append(reasons, outcome.Reason)
	}
	if len(numbers) > 0 {
		batch.Queue(recordOutcomesSQL, h.key, h.since(), numbers, kinds, reasons)
	}
	if len(dead) > 0 {
		batch.Queue(deadEntriesSQL, h.key, DeadFold, dead, faults, DeadSignal)
	}
}

const recordConversationSQL = `
UPDATE conversations
SET applied_number = $2, tail = $3, carry = $4::jsonb, floor = $5, wakes = $6,
    record_count = record_count + 1, record_token = $7, updated_at = $8
WHERE key = $1`

// queueConversation writes the carry and the numbers for the next run.
func (h head) queueConversation(batch *pgx.Batch, r Record) error {
	carry, err := json.Marshal(r.Result.State)
	if err != nil {
		return fmt.Errorf("encode carry: %w", err)
	}
	applied, tail := foldTail(r.Seen, r.Tail)
	var floor *time.Time
	if r.Result.State.Floor != 0 {
		floor = new(r.Result.State.Floor.Time())
	}
	batch.Queue(recordConversationSQL, h.key, applied, tail, string(carry), floor, r.Result.State.Returnable, r.Token, h.now)
	return nil
}

// foldTail takes the entries at the end of the log out of the tail: that they are not applied says
// the applied number, so that the tail stays short where a log is read in order.
func foldTail(seen int64, tail []int64) (applied int64, rest []int64) {
	rest = slices.Clone(tail)
	slices.Sort(rest)
	applied = seen
	for len(rest) > 0 && rest[len(rest)-1] == applied {
		rest = rest[:len(rest)-1]
		applied--
	}
	if rest == nil {
		rest = []int64{}
	}
	return applied, rest
}
