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

// How long the event log is kept, in days: where settings say nothing, and at least. A leg may stay
// open for 14 days and its log must outlive it.
const (
	DefaultRetentionDays = 35
	MinRetentionDays     = 21
)

// Partitions are shared by all organizations: the longest retention holds for everybody.
const retentionDaysSQL = `
SELECT coalesce(max(days), $1) FROM (
    SELECT DISTINCT ON (organization_id) coalesce((settings->>'log_retention_days')::int, $1) AS days
    FROM settings_versions ORDER BY organization_id, version DESC) s`

const logPartitionsSQL = `
SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'entries'::regclass ORDER BY c.relname`

// DropOldLogPartitions drops the log's partitions that are past every organization's retention and
// no longer needed, and returns their names. A partition stays while anything in it is undelivered,
// dead, or part of a leg that is not recorded. Messages in it that belong to no leg are folded into
// their conversation's carry first.
func (s *Store) DropOldLogPartitions(ctx context.Context, now time.Time) ([]string, error) {
	var days int
	if err := s.pool.QueryRow(ctx, retentionDaysSQL, DefaultRetentionDays).Scan(&days); err != nil {
		return nil, fmt.Errorf("read log retention: %w", err)
	}
	before := day(now).AddDate(0, 0, -max(days, MinRetentionDays))
	rows, err := s.pool.Query(ctx, logPartitionsSQL)
	if err != nil {
		return nil, fmt.Errorf("list log partitions: %w", err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("list log partitions: %w", err)
	}
	var dropped []string
	for _, name := range names {
		from, err := time.Parse("entries_20060102", name)
		if err != nil || from.AddDate(0, 0, 1).After(before) {
			continue
		}
		gone, err := s.dropLogPartition(ctx, name, from.AddDate(0, 0, 1))
		if err != nil {
			return dropped, fmt.Errorf("drop partition %s: %w", name, err)
		}
		if gone {
			dropped = append(dropped, name)
		}
	}
	return dropped, nil
}

const (
	// leftoversSQL finds the conversations of which the partition holds nothing but messages that no
	// run has taken in. The name is one of ours.
	leftoversSQL = `
SELECT c.organization_id, c.conversation_id, c.kind
FROM %s e JOIN conversations c ON c.key = e.conversation_key
WHERE e.number > c.applied_number OR e.number = ANY(c.tail)
GROUP BY c.key HAVING NOT bool_or(e.lifecycle)`

	stillNeededSQL = `
SELECT EXISTS (
    SELECT FROM %[1]s e JOIN conversations c ON c.key = e.conversation_key
    WHERE e.number > c.applied_number OR e.number = ANY(c.tail)
) OR EXISTS (
    SELECT FROM %[1]s e JOIN dead_letters d ON d.conversation_key = e.conversation_key AND d.number = e.number
    JOIN conversations c ON c.key = d.conversation_key
    WHERE ` + stillDeadSQL + `)`

	// Detaching stops everybody for a moment. Where it does not get its turn at once it is left for
	// the next time, rather than let appends queue up behind it.
	dropLockTimeoutSQL = `SET LOCAL lock_timeout = '500ms'`

	detachPartitionSQL = `ALTER TABLE entries DETACH PARTITION %s`
)

func (s *Store) dropLogPartition(ctx context.Context, name string, end time.Time) (bool, error) {
	rows, err := s.pool.Query(ctx, fmt.Sprintf(leftoversSQL, name))
	if err != nil {
		return false, err
	}
	leftovers, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Subject])
	if err != nil {
		return false, err
	}
	for _, subject := range leftovers {
		if err := s.foldLeftovers(ctx, subject, end); err != nil {
			return false, err
		}
	}
	gone := false
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, partitionLockSQL, "entries"); err != nil {
			return err
		}
		exists, needed := false, false
		if err := tx.QueryRow(ctx, partitionExistsSQL, name).Scan(&exists); err != nil || !exists {
			return err
		}
		if err := tx.QueryRow(ctx, fmt.Sprintf(stillNeededSQL, name)).Scan(&needed); err != nil || needed {
			return err
		}
		for _, statement := range []string{dropLockTimeoutSQL, fmt.Sprintf(detachPartitionSQL, name), "DROP TABLE " + name} {
			if _, err := tx.Exec(ctx, statement); err != nil {
				return err
			}
		}
		gone = true
		return nil
	})
	return gone, err
}

// foldLeftovers folds messages that were received before an instant and that no run will take in into
// their conversation's carry, so that they need not be kept for it.
func (s *Store) foldLeftovers(ctx context.Context, subject Subject, before time.Time) error {
	return s.retry(ctx, func() error {
		return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
			h, err := readHead(ctx, tx, lockHeadSQL, subject)
			if err != nil {
				return err
			}
			carry, err := h.state()
			if err != nil || !carry.Idle() {
				return err
			}
			old, rest, err := h.leftovers(ctx, tx, engagement.At(before))
			if err != nil || len(old) == 0 {
				return err
			}
			versions, err := settingsAfter(ctx, tx, h.OrganizationID, 0)
			if err != nil {
				return err
			}
			result := engagement.Fold(versions, carry, old, 0)
			if !result.State.Idle() || len(result.Legs) > 0 {
				// They make a leg: that is a run's business, and one will be told of them.
				return nil
			}
			return h.keepInCarry(ctx, tx, result, old, rest)
		})
	})
}

// leftovers splits what no run has applied into messages received before an instant and the rest; none
// where it is more than messages.
func (h head) leftovers(ctx context.Context, tx pgx.Tx, before engagement.Instant) (old []engagement.Entry, rest []int64, err error) {
	waiting, err := h.entriesListed(ctx, tx, h.tail)
	if err != nil {
		return nil, nil, err
	}
	// The rest of a very long log follows with the next partition or the next attempt.
	after, _, err := h.entriesAfter(ctx, tx, h.applied)
	if err != nil {
		return nil, nil, err
	}
	for _, e := range slices.Concat(waiting, after) {
		switch {
		case e.ReceivedAt >= before:
			rest = append(rest, e.Number)
		case e.Lifecycle():
			return nil, nil, nil
		default:
			old = append(old, e)
		}
	}
	return old, rest, nil
}

const foldedLeftoversSQL = `
UPDATE conversations
SET applied_number = $2, tail = $3, carry = $4::jsonb, wakes = $5, record_count = record_count + 1, updated_at = $6
WHERE key = $1`

func (h head) keepInCarry(ctx context.Context, tx pgx.Tx, result engagement.Result, old []engagement.Entry, rest []int64) error {
	carry, err := json.Marshal(result.State)
	if err != nil {
		return fmt.Errorf("encode carry: %w", err)
	}
	seen := h.applied
	outcomes := map[int64]engagement.Outcome{}
	for _, e := range old {
		seen = max(seen, e.Number)
		if e.Type != engagement.SignalRefused {
			outcomes[e.Number] = engagement.Outcome{Kind: engagement.NoLeg}
		}
	}
	// What lies after the last one folded is told by its number alone.
	rest = slices.DeleteFunc(rest, func(number int64) bool { return number > seen })
	applied, tail := foldTail(seen, rest)
	batch := &pgx.Batch{}
	h.queueOutcomes(batch, outcomes)
	batch.Queue(foldedLeftoversSQL, h.key, applied, tail, string(carry), result.State.Returnable, h.now)
	return tx.SendBatch(ctx, batch).Close()
}
