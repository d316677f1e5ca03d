package eventlog

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Log reads the engine's database.
type Log struct {
	// Pool is connected to it.
	Pool *pgxpool.Pool
}

// State is how far the conversations whose ids begin with a prefix have come.
type State struct {
	// Conversations counts them.
	Conversations int64 `json:"conversations"`
	// Entries counts what the log holds of them, clock marks and other entries of the engine left out.
	Entries int64 `json:"entries"`
	// Numbers is the sum of their newest numbers, the engine's entries included.
	Numbers int64 `json:"numbers"`
	// Unapplied counts entries that no finished run has taken in.
	Unapplied int64 `json:"unapplied"`
	// Claims counts conversations with entries that wait for dispatch.
	Claims int64 `json:"claims"`
	// DeadLetters counts entries given up.
	DeadLetters int64 `json:"dead_letters"`
	// Engagements counts records, Messages the customer and agent messages in them.
	Engagements int64 `json:"engagements"`
	Messages    int64 `json:"messages_in_records"`
	// LateMessages counts messages that are in no record because they came in after it: outcome late, or not
	// taken in by any run.
	LateMessages int64 `json:"late_messages"`
}

const selectState = `
WITH c AS (
    SELECT key, last_number, applied_number, coalesce(cardinality(tail), 0) AS tail
    FROM conversations WHERE organization_id = $1 AND conversation_id LIKE $2 || '-%'
), e AS (
    SELECT count(*) FILTER (WHERE source <> 'engaged') AS own,
           count(*) FILTER (WHERE NOT lifecycle AND (outcome IN ('late', 'no_leg') OR number > applied_number)) AS late
    FROM entries JOIN c ON key = conversation_key
), r AS (
    SELECT count(*) AS records, coalesce(sum(agent_messages + customer_messages), 0) AS messages
    FROM engagements WHERE conversation_key IN (SELECT key FROM c)
)
SELECT count(*), coalesce(sum(last_number), 0)::bigint, coalesce(sum(last_number - applied_number + tail), 0)::bigint,
       (SELECT own FROM e), (SELECT late FROM e), (SELECT records FROM r), (SELECT messages FROM r)::bigint,
       (SELECT count(*) FROM dispatch_claims WHERE conversation_key IN (SELECT key FROM c)),
       (SELECT count(*) FROM dead_letters WHERE conversation_key IN (SELECT key FROM c))
FROM c`

// State reads all counts; it costs a scan, so it is for before and after, not for polling.
func (l *Log) State(ctx context.Context, organization, prefix string) (State, error) {
	var s State
	err := l.Pool.QueryRow(ctx, selectState, organization, prefix).Scan(&s.Conversations, &s.Numbers, &s.Unapplied,
		&s.Entries, &s.LateMessages, &s.Engagements, &s.Messages, &s.Claims, &s.DeadLetters)
	if err != nil {
		return s, fmt.Errorf("reading the state of the log: %w", err)
	}
	return s, nil
}

const selectUnapplied = `
SELECT coalesce(sum(last_number - applied_number), 0)::bigint FROM conversations
WHERE organization_id = $1 AND conversation_id LIKE $2 || '-%'`

// Unapplied counts the entries that no finished run has taken in.
func (l *Log) Unapplied(ctx context.Context, organization, prefix string) (int64, error) {
	var n int64
	if err := l.Pool.QueryRow(ctx, selectUnapplied, organization, prefix).Scan(&n); err != nil {
		return 0, fmt.Errorf("reading the backlog: %w", err)
	}
	return n, nil
}

const selectDone = `
SELECT (SELECT count(*) FROM engagements WHERE organization_id = $1), (SELECT count(*) FROM dispatch_claims)`

// Done counts the records of an organization, and all conversations that wait for dispatch.
func (l *Log) Done(ctx context.Context, organization string) (records, claims int64, err error) {
	if err := l.Pool.QueryRow(ctx, selectDone, organization).Scan(&records, &claims); err != nil {
		return 0, 0, fmt.Errorf("reading records and claims: %w", err)
	}
	return records, claims, nil
}

// Received is one lifecycle entry and when the log received it.
type Received struct {
	ConversationID string
	Number         int64
	At             time.Time
}

const selectLifecycle = `
SELECT c.conversation_id, e.number, e.received_at FROM entries e JOIN conversations c ON c.key = e.conversation_key
WHERE c.organization_id = $1 AND e.lifecycle AND e.source <> 'engaged' AND e.received_at >= $2 AND e.received_at < $3`

// Lifecycle returns the lifecycle entries received in an interval.
func (l *Log) Lifecycle(ctx context.Context, organization string, from, until time.Time) ([]Received, error) {
	rows, err := l.Pool.Query(ctx, selectLifecycle, organization, from, until)
	if err != nil {
		return nil, fmt.Errorf("reading lifecycle entries: %w", err)
	}
	defer rows.Close()
	var all []Received
	for rows.Next() {
		var one Received
		if err := rows.Scan(&one.ConversationID, &one.Number, &one.At); err != nil {
			return nil, fmt.Errorf("reading a lifecycle entry: %w", err)
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// WAL returns how many bytes of write-ahead log the whole server has written, Temporal's included.
func (l *Log) WAL(ctx context.Context) (int64, error) {
	var n int64
	err := l.Pool.QueryRow(ctx, `SELECT (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint`).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("reading the write-ahead log's position: %w", err)
	}
	return n, nil
}

// Checkpoint writes all dirty pages, so that the next measurement does not pay for the one before.
func (l *Log) Checkpoint(ctx context.Context) error {
	if _, err := l.Pool.Exec(ctx, `CHECKPOINT`); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	return nil
}

const shortenInactivity = `
WITH owner AS (INSERT INTO organizations (id) VALUES ($1) ON CONFLICT DO NOTHING)
INSERT INTO settings_versions (organization_id, version, effective_from, settings)
VALUES ($1, 1, 'epoch', jsonb_build_object('version', 1, 'effective_from', '1970-01-01T00:00:00.000Z',
    'defaults', jsonb_build_object('inactivity_period_ms', $2::bigint)))`

// ShortenInactivity gives an organization that has no settings yet an inactivity period below what the API
// admits, so that a chat of 25 minutes can be played in less with the same timers.
func (l *Log) ShortenInactivity(ctx context.Context, organization string, period time.Duration) error {
	if _, err := l.Pool.Exec(ctx, shortenInactivity, organization, period.Milliseconds()); err != nil {
		return fmt.Errorf("shortening the inactivity period: %w", err)
	}
	return nil
}
