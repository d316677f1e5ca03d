package models

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"engaged/engagement"
)

// The most that is handed over at once: entries, and bytes of their documents.
const (
	maxBatchEntries = 500
	maxBatchBytes   = 256 << 10
	// entryOverhead is about what an entry's columns add to its document.
	entryOverhead = 200
)

// querier is a pool or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// head is a conversation's row without what only an append needs.
type head struct {
	Subject
	key         int64
	generation  string
	last        int64
	applied     int64
	tail        []int64
	carry       []byte
	recordCount int64
	recordToken string
	createdAt   time.Time
	// settings is the organization's newest version, now the log's clock after the lock.
	settings int
	now      time.Time
	// told is what is known of a task's calls, where dialers' events are to be appended; nil otherwise.
	told *told
}

const readHeadSQL = `
SELECT key, generation::text, last_number, applied_number, tail, carry, record_count, record_token, created_at,
    (SELECT coalesce(max(version), 0) FROM settings_versions v WHERE v.organization_id = $1), clock_timestamp()
FROM conversations WHERE organization_id = $1 AND conversation_id = $2 AND kind = $3`

const lockHeadSQL = readHeadSQL + ` FOR NO KEY UPDATE`

// readHead reads a conversation's row with one of the statements above; ErrNotFound without one.
func readHead(ctx context.Context, q querier, statement string, s Subject) (head, error) {
	h := head{Subject: s}
	err := q.QueryRow(ctx, statement, s.OrganizationID, s.ConversationID, s.Kind).Scan(&h.key, &h.generation, &h.last,
		&h.applied, &h.tail, &h.carry, &h.recordCount, &h.recordToken, &h.createdAt, &h.settings, &h.now)
	if err != nil {
		return h, fmt.Errorf("read conversation: %w", notFound(err))
	}
	return h, nil
}

func (h head) state() (engagement.State, error) {
	var state engagement.State
	if h.carry == nil {
		return state, nil
	}
	if err := json.Unmarshal(h.carry, &state); err != nil {
		return state, fmt.Errorf("decode carry: %w", err)
	}
	return state, nil
}

func (h head) since() time.Time { return h.createdAt.Add(-searchMargin) }

const (
	entryColumns = `SELECT number, received_at, source, event_id, type, time, entry FROM entries `

	// What a finished run has folded is not read again, unless it left it to the next one.
	entriesAfterSQL = entryColumns + `
WHERE conversation_key = $1 AND received_at >= $2 AND number > $3 AND (number > $4 OR number = ANY ($5))
ORDER BY number LIMIT $6`

	oldestEntrySQL = `
SELECT min(time) FROM entries
WHERE conversation_key = $1 AND received_at >= $2 AND (number > $3 OR number = ANY ($4))`

	entriesListedSQL = entryColumns + `
WHERE conversation_key = $1 AND received_at >= $2 AND number = ANY($3) ORDER BY number`
)

// entriesAfter reads the entries after a number that no finished run has folded, as many as fit; more
// tells that some did not.
func (h head) entriesAfter(ctx context.Context, q querier, after int64) (entries []engagement.Entry, more bool, err error) {
	rows, err := q.Query(ctx, entriesAfterSQL, h.key, h.since(), after, h.applied, h.tail, maxBatchEntries+1)
	if err != nil {
		return nil, false, fmt.Errorf("read entries: %w", err)
	}
	defer rows.Close()
	size := 0
	for rows.Next() {
		e, length, err := h.scanEntry(rows)
		if err != nil {
			return nil, false, err
		}
		size += length
		if len(entries) == maxBatchEntries || len(entries) > 0 && size > maxBatchBytes {
			return entries, true, nil
		}
		entries = append(entries, e)
	}
	if err := rows.Err(); err != nil {
		return nil, false, fmt.Errorf("read entries: %w", err)
	}
	return entries, false, nil
}

// entriesListed reads the entries with the numbers given.
func (h head) entriesListed(ctx context.Context, q querier, numbers []int64) ([]engagement.Entry, error) {
	if len(numbers) == 0 {
		return nil, nil
	}
	rows, err := q.Query(ctx, entriesListedSQL, h.key, h.since(), numbers)
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

// scanEntry reads one row and the size of what the core needs of it.
func (h head) scanEntry(row pgx.Row) (engagement.Entry, int, error) {
	var e engagement.Entry
	var receivedAt, at time.Time
	var document []byte
	if err := row.Scan(&e.Number, &receivedAt, &e.Source, &e.ID, &e.Type, &at, &document); err != nil {
		return e, 0, fmt.Errorf("read entry: %w", err)
	}
	if err := decodeEntry(document, &e); err != nil {
		return e, 0, fmt.Errorf("entry %d: %w", e.Number, err)
	}
	e.ReceivedAt, e.Time, e.ConversationID = engagement.At(receivedAt), engagement.At(at), h.ConversationID
	return e, len(document) + entryOverhead, nil
}

// batchAfter reads what is unfolded of the log after a number as a batch.
func (h head) batchAfter(ctx context.Context, q querier, after int64) (Batch, error) {
	if h.Kind == KindDelivery {
		return h.taskBatchAfter(ctx, q, after)
	}
	entries, more, err := h.entriesAfter(ctx, q, after)
	if err != nil {
		return Batch{}, err
	}
	batch := Batch{From: after + 1, To: max(after, h.last), Entries: entries, More: more, SettingsVersion: h.settings}
	if last := len(entries) - 1; more || last >= 0 && entries[last].Number > batch.To {
		// There is more, or the log has grown since its head was read.
		batch.To = entries[last].Number
	}
	return batch, nil
}

// FetchEntries reads the entries after a number, at most 500 or 256 KB of them. A conversation that
// the log does not know has none.
func (s *Store) FetchEntries(ctx context.Context, subject Subject, after int64) (Batch, error) {
	h, err := readHead(ctx, s.pool, readHeadSQL, subject)
	if errors.Is(err, ErrNotFound) {
		return Batch{From: after + 1, To: after}, nil
	}
	if err != nil {
		return Batch{}, fmt.Errorf("fetch entries: %w", err)
	}
	batch, err := h.batchAfter(ctx, s.pool, after)
	if err != nil {
		return Batch{}, fmt.Errorf("fetch entries: %w", err)
	}
	return batch, nil
}

// LoadConversation reads what a new run must know: of the entries that no finished run has folded at
// most 500 or 256 KB. A conversation that the log does not know is empty, without a generation.
func (s *Store) LoadConversation(ctx context.Context, subject Subject) (Conversation, error) {
	hashed, err := s.HashesConversationIDs(ctx, subject.OrganizationID)
	if err != nil {
		return Conversation{}, fmt.Errorf("load conversation: %w", err)
	}
	h, err := readHead(ctx, s.pool, readHeadSQL, subject)
	if errors.Is(err, ErrNotFound) {
		return Conversation{HashedIDs: hashed}, nil
	}
	if err != nil {
		return Conversation{}, fmt.Errorf("load conversation: %w", err)
	}
	c := Conversation{Generation: h.generation, RecordCount: h.recordCount, HashedIDs: hashed}
	if c.Carry, err = h.state(); err != nil {
		return c, fmt.Errorf("load conversation: %w", err)
	}
	batch, err := h.batchAfter(ctx, s.pool, 0)
	if err != nil {
		return c, fmt.Errorf("load conversation: %w", err)
	}
	c.Entries, c.Seen, c.More = batch.Entries, batch.To, batch.More
	if h.settings == 0 {
		return c, nil
	}
	from, err := h.settingsFrom(ctx, s.pool, c)
	if err != nil {
		return c, fmt.Errorf("load conversation: %w", err)
	}
	c.Settings, err = s.SettingsFrom(ctx, subject.OrganizationID, from)
	return c, err
}

// settingsFrom is the earliest instant at which the fold of the conversation may ask for settings.
func (h head) settingsFrom(ctx context.Context, q querier, c Conversation) (engagement.Instant, error) {
	from := engagement.At(h.now)
	if c.Carry.Leg != nil {
		from = min(from, c.Carry.Leg.Leg.StartedAt)
	}
	for _, e := range c.Entries {
		from = min(from, e.Time)
	}
	if !c.More {
		return from, nil
	}
	var oldest *time.Time
	if err := q.QueryRow(ctx, oldestEntrySQL, h.key, h.since(), h.applied, h.tail).Scan(&oldest); err != nil {
		return from, fmt.Errorf("read the oldest entry: %w", err)
	}
	if oldest != nil {
		from = min(from, engagement.At(*oldest))
	}
	return from, nil
}

const settingsFromSQL = `
SELECT settings FROM settings_versions
WHERE organization_id = $1 AND version >= coalesce(
    (SELECT max(version) FROM settings_versions WHERE organization_id = $1 AND effective_from <= $2), 1)
ORDER BY version`

// SettingsFrom returns the version of an organization's settings that was current at an instant and
// those after it, oldest first; all of them if the instant lies before the first.
func (s *Store) SettingsFrom(ctx context.Context, organization string, at engagement.Instant) ([]engagement.Settings, error) {
	return collectSettings(s.pool.Query(ctx, settingsFromSQL, organization, at.Time()))
}

const settingsAfterSQL = `
SELECT settings FROM settings_versions WHERE organization_id = $1 AND version > $2 ORDER BY version`

// settingsAfter reads the versions of an organization's settings after a version, oldest first.
func settingsAfter(ctx context.Context, q querier, organization string, version int) ([]engagement.Settings, error) {
	return collectSettings(q.Query(ctx, settingsAfterSQL, organization, version))
}

func collectSettings(rows pgx.Rows, err error) ([]engagement.Settings, error) {
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	versions, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (engagement.Settings, error) {
		var s engagement.Settings
		var document []byte
		if err := row.Scan(&document); err != nil {
			return s, err
		}
		err := json.Unmarshal(document, &s)
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	return versions, nil
}
