package analytics

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

const markedCellsSQL = `
SELECT cell, min(marked_at) <= clock_timestamp() - $3::interval FROM rollup_marks
WHERE organization_id = $1 AND record = $2 GROUP BY cell ORDER BY cell`

// markedDays lists the days that have marks: those that are due, and how many there are.
func (k *Keeper) markedDays(ctx context.Context, s rollupState, zone *time.Location, settle time.Duration) (due []timeSpan, found int, err error) {
	rows, err := k.pool.Query(ctx, markedCellsSQL, s.organization, s.record, settle)
	if err != nil {
		return nil, 0, fmt.Errorf("look for marks: %w", err)
	}
	var start time.Time
	var settled bool
	var day timeSpan
	_, err = pgx.ForEachRow(rows, []any{&start, &settled}, func() error {
		if found == 0 || !start.Before(day.end) {
			found++
			day.start, day.end = days{zone}.around(start)
		}
		if n := len(due); settled && (n == 0 || due[n-1] != day) {
			due = append(due, day)
		}
		return nil
	})
	if err != nil {
		return nil, 0, fmt.Errorf("look for marks: %w", err)
	}
	return due, found, nil
}

const (
	tryDaySQL = `SELECT pg_try_advisory_xact_lock(hashtextextended('engaged rollup day ' || $1 || ' ' || $2 || ' ' || extract(epoch FROM $3::timestamptz), 0))`

	takeMarksSQL = `
WITH taken AS (
    DELETE FROM rollup_marks WHERE organization_id = $1 AND record = $2 AND cell >= $3 AND cell < $4 RETURNING cell
)
SELECT DISTINCT cell FROM taken ORDER BY cell`
)

// keepDay makes the marked cells of a day anew, and the day's; nil if another keeper is at it, has been
// or has replaced the rollup.
func (k *Keeper) keepDay(ctx context.Context, s rollupState, day timeSpan) (made *cellMaker, err error) {
	err = k.withKeys(ctx, s, func(tx pgx.Tx, book *keyBook) error {
		made = nil
		s := s
		if err := s.lock(ctx, tx, shareRollupSQL); err != nil || s.id != book.id {
			return err
		}
		var free bool
		if err := tx.QueryRow(ctx, tryDaySQL, s.organization, s.record, day.start).Scan(&free); err != nil || !free {
			return err
		}
		rows, err := tx.Query(ctx, takeMarksSQL, s.organization, s.record, day.start, day.end)
		if err != nil {
			return err
		}
		taken, err := pgx.CollectRows(rows, pgx.RowTo[time.Time])
		if err != nil || len(taken) == 0 {
			return err
		}
		spans, over := quarterSpans(taken), day.start.Before(s.daysThrough) && whole(day.start, day.end)
		if over {
			spans = []timeSpan{day}
		}
		made = newCellMaker(k.scans[s.record], book, day, over, taken)
		if err := made.read(ctx, tx, s.organization, spans); err != nil {
			return err
		}
		return made.write(ctx, tx)
	})
	if err != nil {
		return nil, fmt.Errorf("keep a day: %w", err)
	}
	return made, nil
}

const (
	moveDaysSQL = `UPDATE rollups SET days_through = $2 WHERE id = $1`

	// Table and time are the catalogue's own.
	nextFactSQL = `SELECT min(%[2]s) FROM %[1]s WHERE organization_id = $1 AND %[2]s >= $2 AND %[2]s < $3`
)

// finishDays makes the cells of the days that are over and have none yet, one day a transaction.
func (k *Keeper) finishDays(ctx context.Context, s rollupState, zone *time.Location) error {
	today, _ := days{zone}.around(k.options.Now())
	for id := s.id; s.id == id && s.daysThrough.Before(today); {
		err := k.withKeys(ctx, s, func(tx pgx.Tx, book *keyBook) error {
			if err := s.lock(ctx, tx, lockRollupSQL); err != nil || s.id != id || !s.daysThrough.Before(today) {
				return err
			}
			return k.finishDay(ctx, tx, &s, book, zone, today)
		})
		if err != nil {
			return fmt.Errorf("finish a day: %w", err)
		}
	}
	return nil
}

// finishDay makes the cells of the next day that has facts.
func (k *Keeper) finishDay(ctx context.Context, tx pgx.Tx, s *rollupState, book *keyBook, zone *time.Location, today time.Time) error {
	record, through := k.rollups[s.record].record, today
	var next *time.Time
	if err := tx.QueryRow(ctx, fmt.Sprintf(nextFactSQL, record.Table, record.Time), s.organization, s.daysThrough, today).Scan(&next); err != nil {
		return err
	}
	if next != nil {
		start, end := days{zone}.around(*next)
		if through = end; whole(start, end) {
			m := newCellMaker(k.scans[s.record], book, timeSpan{start, end}, true, nil)
			if err := m.read(ctx, tx, s.organization, []timeSpan{m.day}); err != nil {
				return err
			}
			if err := m.write(ctx, tx); err != nil {
				return err
			}
		}
	}
	s.daysThrough = through
	_, err := tx.Exec(ctx, moveDaysSQL, s.id, through)
	return err
}

// withKeys runs a transaction by READ COMMITTED, where each statement sees what was committed before
// it; again, if it met keys without a number, after these were given.
func (k *Keeper) withKeys(ctx context.Context, s rollupState, run func(tx pgx.Tx, book *keyBook) error) error {
	book := k.books[s.id]
	if book == nil {
		if len(k.books) >= maxBooks {
			clear(k.books)
		}
		book = newKeyBook(s.id, len(k.rollups[s.record].sets))
		k.books[s.id] = book
	}
	for {
		err := pgx.BeginTxFunc(ctx, k.pool, pgx.TxOptions{IsoLevel: pgx.ReadCommitted}, func(tx pgx.Tx) error { return run(tx, book) })
		if !errors.Is(err, errUnknownKeys) {
			return err
		}
		if err := book.learn(ctx, k.pool); err != nil {
			return err
		}
	}
}

// maxBooks bounds how many rollups' keys a keeper remembers.
const maxBooks = 1000
