package models

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"engaged/engagement"
)

// Correction is the next revision of a conversation's records: rows that differ from what the log
// says, and rows of which it knows nothing.
type Correction struct {
	Subject
	// RecordCount is the count that the correction was made for; another one refuses it.
	RecordCount int64
	// Result is the fold of everything that was recorded.
	Result engagement.Result
	// Wrong are the ids of the rows to write, Extra those of the rows to delete.
	Wrong, Extra map[string]bool
}

// Correct writes the next revision of rows in one transaction under the conversation's row lock;
// ErrConflict where a run has recorded since the correction was made.
func (s *Store) Correct(ctx context.Context, c Correction) error {
	var chosen []recordRow
	err := s.retry(ctx, func() error {
		return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
			h, err := readHead(ctx, tx, lockHeadSQL, c.Subject)
			if err != nil {
				return err
			}
			if h.recordCount != c.RecordCount {
				return ErrConflict
			}
			chosen = c.rows(h)
			return correct(ctx, tx, c.OrganizationID, chosen, c.Extra)
		})
	})
	if missingPartition(err) {
		if err := s.ensureMonths(ctx, chosen); err != nil {
			return fmt.Errorf("correct records: %w", err)
		}
		return s.Correct(ctx, c)
	}
	if err != nil {
		return fmt.Errorf("correct records: %w", err)
	}
	return nil
}

// correctedBy stands where rows name the workflow that wrote them.
const correctedBy = "reconcile"

func (c Correction) rows(h head) []recordRow {
	var chosen []recordRow
	for _, row := range recordRows(h, c.Result, provenance{workflowID: correctedBy, recordedAt: h.now}) {
		if c.Wrong[row.id] {
			chosen = append(chosen, row)
		}
	}
	return chosen
}

const deleteKeysSQL = `DELETE FROM record_keys WHERE id = ANY($1::uuid[])`

func correct(ctx context.Context, tx pgx.Tx, organization string, rows []recordRow, extra map[string]bool) error {
	var ids, gone []string
	for _, row := range rows {
		ids = append(ids, row.id)
	}
	for id := range extra {
		gone = append(gone, id)
	}
	keys, err := readKeys(ctx, tx, append(ids, gone...))
	if err != nil {
		return err
	}
	batch := &pgx.Batch{}
	queueRows(ctx, batch, organization, rows, keys)
	for _, id := range gone {
		for kind := range deleteRowSQL {
			if key, known := keys[id]; known {
				queueDelete(batch, recordRow{kind: kind, id: id}, key)
			}
		}
	}
	if len(gone) > 0 {
		batch.Queue(deleteKeysSQL, gone)
	}
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("write rows: %w", err)
	}
	return nil
}
