package models

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"engaged/engagement"
)

// History is everything that log and records tell of the past of a conversation, read at one
// instant.
type History struct {
	Subject
	// RecordCount is the number of record transactions.
	RecordCount int64
	// Complete tells that the log still holds every entry; retention drops the oldest.
	Complete bool
	// Entries are those that the record transactions knew, by number.
	Entries []engagement.Entry
	// Folds are the record transactions, oldest first.
	Folds []RecordLogRow
	// Settings are all versions of the organization's settings.
	Settings []engagement.Settings
	// Rows are what the record transactions wrote.
	Rows RecordRows

	head head
}

// RecordRows are the rows of a conversation's records.
type RecordRows struct {
	Engagements []EngagementRow
	Waits       []WaitRow
	Offers      []OfferRow
	Visits      []VisitRow
	Ratings     []RatingRow
	Closings    []ClosingRow
}

const entriesThroughSQL = entryColumns + `
WHERE conversation_key = $1 AND received_at >= $2 AND number <= $3 ORDER BY number`

// LoadHistory reads a conversation's past; ErrNotFound where the log does not know it.
func (s *Store) LoadHistory(ctx context.Context, subject Subject) (History, error) {
	var history History
	err := pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		h, err := readHead(ctx, tx, readHeadSQL, subject)
		if err != nil {
			return err
		}
		history, err = h.history(ctx, tx)
		return err
	})
	if err != nil {
		return History{}, fmt.Errorf("load history: %w", err)
	}
	return history, nil
}

// history reads all that record transactions of the conversation have used and written.
func (h head) history(ctx context.Context, tx pgx.Tx) (History, error) {
	past := History{Subject: h.Subject, RecordCount: h.recordCount, head: h}
	var err error
	if past.Folds, err = rowsOf[RecordLogRow](ctx, tx, h.key, "record_count"); err != nil {
		return past, err
	}
	var seen int64
	if n := len(past.Folds); n > 0 {
		seen = past.Folds[n-1].SeenNumber
	}
	rows, err := tx.Query(ctx, entriesThroughSQL, h.key, h.since(), seen)
	if err != nil {
		return past, fmt.Errorf("read entries: %w", err)
	}
	past.Entries, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (engagement.Entry, error) {
		e, _, err := h.scanEntry(row)
		return e, err
	})
	if err != nil {
		return past, fmt.Errorf("read entries: %w", err)
	}
	past.Complete = int64(len(past.Entries)) == seen && int64(len(past.Folds)) == h.recordCount
	if past.Settings, err = settingsAfter(ctx, tx, h.OrganizationID, 0); err != nil {
		return past, err
	}
	past.Rows, err = h.recordedRows(ctx, tx)
	return past, err
}

// recordedRows reads every row that the conversation's records consist of.
func (h head) recordedRows(ctx context.Context, tx pgx.Tx) (r RecordRows, err error) {
	if r.Engagements, err = rowsOf[EngagementRow](ctx, tx, h.key, "ordinal"); err != nil {
		return r, err
	}
	if r.Waits, err = rowsOf[WaitRow](ctx, tx, h.key, "engagement_id, ordinal"); err != nil {
		return r, err
	}
	if r.Offers, err = rowsOf[OfferRow](ctx, tx, h.key, "ordinal"); err != nil {
		return r, err
	}
	if r.Visits, err = rowsOf[VisitRow](ctx, tx, h.key, "ordinal"); err != nil {
		return r, err
	}
	if r.Ratings, err = rowsOf[RatingRow](ctx, tx, h.key, "survey"); err != nil {
		return r, err
	}
	r.Closings, err = rowsOf[ClosingRow](ctx, tx, h.key, "ordinal")
	return r, err
}

// rowsOf reads a conversation's rows of one table.
func rowsOf[R any](ctx context.Context, tx pgx.Tx, key int64, order string) ([]R, error) {
	t := tableOf(new(R))
	// As text, which is what the array columns read.
	rows, err := tx.Query(ctx, "SELECT * FROM "+t.name+" WHERE conversation_key = $1 ORDER BY "+order,
		pgx.QueryResultFormats{pgx.TextFormatCode}, key)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", t.name, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByNameLax[R])
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", t.name, err)
	}
	return list, nil
}

// RowsOf returns the rows that a result makes in this conversation: what records must consist of if
// the result is the fold of everything they folded.
func (h History) RowsOf(result engagement.Result) RecordRows {
	var r RecordRows
	for _, row := range recordRows(h.head, result, provenance{}) {
		switch row := row.row.(type) {
		case *EngagementRow:
			r.Engagements = append(r.Engagements, *row)
		case *OfferRow:
			r.Offers = append(r.Offers, *row)
		case *VisitRow:
			r.Visits = append(r.Visits, *row)
		case *RatingRow:
			r.Ratings = append(r.Ratings, *row)
		case *ClosingRow:
			r.Closings = append(r.Closings, *row)
		}
		for _, wait := range row.waits {
			r.Waits = append(r.Waits, *wait)
		}
	}
	return r
}

const recordedConversationsSQL = `
SELECT key, organization_id, conversation_id FROM conversations
WHERE key > $1 AND record_count > 0 AND ($2 = '' OR organization_id = $2) AND ($3 = '' OR conversation_id = $3)
ORDER BY key LIMIT $4`

// RecordedConversations lists conversations that have records, after a key, at most limit of them; an
// empty organization or conversation means any. It returns the last key.
func (s *Store) RecordedConversations(ctx context.Context, organization, conversation string, after int64, limit int) (subjects []Subject, last int64, err error) {
	rows, err := s.pool.Query(ctx, recordedConversationsSQL, after, organization, conversation, limit)
	if err != nil {
		return nil, after, fmt.Errorf("list recorded conversations: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var subject Subject
		if err := rows.Scan(&after, &subject.OrganizationID, &subject.ConversationID); err != nil {
			return nil, after, fmt.Errorf("list recorded conversations: %w", err)
		}
		subjects = append(subjects, subject)
	}
	return subjects, after, rows.Err()
}

const countRecordedSQL = `
SELECT count(*) FROM conversations
WHERE record_count > 0 AND ($1 = '' OR organization_id = $1) AND ($2 = '' OR conversation_id = $2)`

// CountRecorded counts the conversations that RecordedConversations lists.
func (s *Store) CountRecorded(ctx context.Context, organization, conversation string) (count int64, err error) {
	if err := s.pool.QueryRow(ctx, countRecordedSQL, organization, conversation).Scan(&count); err != nil {
		return 0, fmt.Errorf("count recorded conversations: %w", err)
	}
	return count, nil
}

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
			return correct(ctx, tx, chosen, c.Extra)
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

func correct(ctx context.Context, tx pgx.Tx, rows []recordRow, extra map[string]bool) error {
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
	queueRows(ctx, batch, rows, keys)
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
