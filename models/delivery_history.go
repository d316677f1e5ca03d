package models

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"engaged/delivery"
)

// DeliveryHistory is everything that log and rows tell of the past of a delivery task, read at one instant.
type DeliveryHistory struct {
	Subject
	// Plan is what the task was accepted with.
	Plan delivery.Plan
	// RecordCount is the number of record transactions.
	RecordCount int64
	// Complete tells that the log still holds every entry, and that every record transaction noted how it folded.
	Complete bool
	// Entries are those that the record transactions knew, by number; Folds are those transactions, oldest first.
	Entries []delivery.Entry
	Folds   []RecordLogRow
	// Task and Deliveries are the rows.
	Task       DeliveryTaskRow
	Deliveries []DeliveryRow

	// Carry is the state at the last record, Unfolded are the entries that none has folded, by number.
	Carry    delivery.State
	Unfolded []delivery.Entry
	// Asked is the entry up to which the attempt that waits for a token was folded; 0 where none waits.
	Asked int64
	// LastNumber is the number of the newest entry, Now the log's clock at that instant.
	LastNumber int64
	Now        delivery.Instant

	info taskInfo
}

const askedSQL = `SELECT coalesce((SELECT seen_number FROM delivery_waiting WHERE task_key = $1), 0)`

// LoadDeliveryHistory reads a task's past; ErrNotFound where there is no such task.
func (s *Store) LoadDeliveryHistory(ctx context.Context, subject Subject) (DeliveryHistory, error) {
	past := DeliveryHistory{Subject: subject}
	err := pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		h, err := readHead(ctx, tx, readHeadSQL, subject)
		if err != nil {
			return err
		}
		return past.read(ctx, tx, h)
	})
	if err != nil {
		return DeliveryHistory{}, fmt.Errorf("load the history of a delivery task: %w", err)
	}
	return past, nil
}

func (past *DeliveryHistory) read(ctx context.Context, tx pgx.Tx, h head) error {
	t, err := readTask(ctx, tx, h)
	if err != nil {
		return err
	}
	past.Plan, past.info = t.plan, t.taskInfo
	past.RecordCount, past.LastNumber, past.Now = h.recordCount, h.last, delivery.At(h.now)
	if past.Carry, err = h.taskState(); err != nil {
		return err
	}
	if past.Folds, err = rowsOf[RecordLogRow](ctx, tx, h.key, "record_count"); err != nil {
		return err
	}
	if err := past.readEntries(ctx, tx, h); err != nil {
		return err
	}
	tasks, err := rowsWhere[DeliveryTaskRow](ctx, tx, "key", h.key, "key")
	if err != nil {
		return err
	}
	past.Task = tasks[0]
	if past.Deliveries, err = rowsWhere[DeliveryRow](ctx, tx, "task_key", h.key, "seq"); err != nil {
		return err
	}
	return tx.QueryRow(ctx, askedSQL, h.key).Scan(&past.Asked)
}

// readEntries reads the whole log and divides it.
func (past *DeliveryHistory) readEntries(ctx context.Context, tx pgx.Tx, h head) error {
	var seen int64
	if n := len(past.Folds); n > 0 {
		seen = past.Folds[n-1].SeenNumber
	}
	rows, err := tx.Query(ctx, allEntriesSQL, h.key, h.since())
	if err != nil {
		return fmt.Errorf("read entries: %w", err)
	}
	entries, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (delivery.Entry, error) {
		e, _, err := scanTaskEntry(row)
		return e, err
	})
	if err != nil {
		return fmt.Errorf("read entries: %w", err)
	}
	for _, e := range entries {
		if e.Number <= seen {
			past.Entries = append(past.Entries, e)
		}
		if e.Number > h.applied || slices.Contains(h.tail, e.Number) {
			past.Unfolded = append(past.Unfolded, e)
		}
	}
	past.Complete = int64(len(past.Entries)) == seen && int64(len(past.Folds)) == h.recordCount
	return nil
}

// RowsOf returns the rows of attempts as a record transaction would write them.
func (past *DeliveryHistory) RowsOf(attempts []delivery.Attempt) []DeliveryRow {
	rows := make([]DeliveryRow, len(attempts))
	for i, a := range attempts {
		rows[i] = *past.info.deliveryRow(a, provenance{})
	}
	return rows
}
