package models

import (
	"context"
	"fmt"
	"slices"

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

	// Carry is the core's memory after the last record transaction, Unfolded are the entries that none
	// has folded, by number: what the next one has to start from.
	Carry    engagement.State
	Unfolded []engagement.Entry
	// LastNumber is the number of the newest entry, Now the log's clock at that instant.
	LastNumber int64
	Now        engagement.Instant

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

const allEntriesSQL = entryColumns + `
WHERE conversation_key = $1 AND received_at >= $2 ORDER BY number`

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

// history reads all that record transactions of the conversation have used and written, and what is
// left to the next one.
func (h head) history(ctx context.Context, tx pgx.Tx) (History, error) {
	past := History{Subject: h.Subject, RecordCount: h.recordCount, LastNumber: h.last, Now: engagement.At(h.now), head: h}
	var err error
	if past.Carry, err = h.state(); err != nil {
		return past, err
	}
	if past.Folds, err = rowsOf[RecordLogRow](ctx, tx, h.key, "record_count"); err != nil {
		return past, err
	}
	var seen int64
	if n := len(past.Folds); n > 0 {
		seen = past.Folds[n-1].SeenNumber
	}
	entries, err := h.allEntries(ctx, tx)
	if err != nil {
		return past, err
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
	if past.Settings, err = settingsAfter(ctx, tx, h.OrganizationID, 0); err != nil {
		return past, err
	}
	past.Rows, err = h.recordedRows(ctx, tx)
	return past, err
}

func (h head) allEntries(ctx context.Context, tx pgx.Tx) ([]engagement.Entry, error) {
	rows, err := tx.Query(ctx, allEntriesSQL, h.key, h.since())
	if err != nil {
		return nil, fmt.Errorf("read entries: %w", err)
	}
	entries, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (engagement.Entry, error) {
		e, _, err := h.scanEntry(row)
		return e, err
	})
	if err != nil {
		return nil, fmt.Errorf("read entries: %w", err)
	}
	return entries, nil
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
	return rowsWhere[R](ctx, tx, "conversation_key", key, order)
}

// rowsWhere reads the rows of one table with a key in a column, both of which are named in code.
func rowsWhere[R any](ctx context.Context, tx pgx.Tx, column string, key int64, order string) ([]R, error) {
	t := tableOf(new(R))
	// As text, which is what the array columns read.
	rows, err := tx.Query(ctx, "SELECT * FROM "+t.name+" WHERE "+column+" = $1 ORDER BY "+order,
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

const listConversationsSQL = `
SELECT key, organization_id, conversation_id, kind FROM conversations
WHERE key > $1 AND ($2 = '' OR organization_id = $2) AND ($3 = '' OR conversation_id = $3)
ORDER BY key LIMIT $4`

// ListConversations lists the conversations and delivery tasks of the log, after a key, at most limit of them; an empty
// organization or conversation means any. It returns the last key.
func (s *Store) ListConversations(ctx context.Context, organization, conversation string, after int64, limit int) (subjects []Subject, last int64, err error) {
	rows, err := s.pool.Query(ctx, listConversationsSQL, after, organization, conversation, limit)
	if err != nil {
		return nil, after, fmt.Errorf("list conversations: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var subject Subject
		if err := rows.Scan(&after, &subject.OrganizationID, &subject.ConversationID, &subject.Kind); err != nil {
			return nil, after, fmt.Errorf("list conversations: %w", err)
		}
		subjects = append(subjects, subject)
	}
	return subjects, after, rows.Err()
}

const countConversationsSQL = `
SELECT count(*) FROM conversations WHERE ($1 = '' OR organization_id = $1) AND ($2 = '' OR conversation_id = $2)`

// CountConversations counts what ListConversations lists.
func (s *Store) CountConversations(ctx context.Context, organization, conversation string) (count int64, err error) {
	if err := s.pool.QueryRow(ctx, countConversationsSQL, organization, conversation).Scan(&count); err != nil {
		return 0, fmt.Errorf("count conversations: %w", err)
	}
	return count, nil
}
