package models

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"engaged/engagement"
)

const insertEntriesSQL = `
INSERT INTO entries (conversation_key, number, received_at, source, event_id, type, time, lifecycle,
    content_hash, duplicates, conflicts, entry, data)
SELECT w.key, w.number, $13, w.source, w.event_id, w.type, w.time, w.lifecycle,
    w.hash, w.duplicates, w.conflicts, w.entry::jsonb, w.data::jsonb
FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::boolean[],
    $8::bytea[], $9::int[], $10::int[], $11::text[], $12::text[])
    AS w (key, number, source, event_id, type, time, lifecycle, hash, duplicates, conflicts, entry, data)`

const countRepeatsSQL = `
UPDATE entries e
SET duplicates = e.duplicates + w.duplicates, conflicts = e.conflicts + w.conflicts
FROM unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::int[], $5::int[])
    AS w (key, number, received_at, duplicates, conflicts)
WHERE e.conversation_key = w.key AND e.number = w.number AND e.received_at = w.received_at`

const advanceConversationsSQL = `
UPDATE conversations c
SET last_number = w.last_number, wakes = c.wakes AND NOT w.woken, updated_at = $6,
    last_customer_message_at = greatest(c.last_customer_message_at, w.customer_message_at),
    last_agent_message_at = greatest(c.last_agent_message_at, w.agent_message_at)
FROM unnest($1::bigint[], $2::bigint[], $3::boolean[], $4::timestamptz[], $5::timestamptz[])
    AS w (key, last_number, woken, customer_message_at, agent_message_at)
WHERE c.key = w.key`

// A claim that backs off keeps its time: what failed is not retried faster for being used more. One that nobody has
// taken yet may become due earlier.
const wantDispatchSQL = `
INSERT INTO dispatch_claims (conversation_key, wanted_number, due_at)
SELECT w.key, w.wanted, $3 FROM unnest($1::bigint[], $2::bigint[]) AS w (key, wanted)
ORDER BY w.key
ON CONFLICT (conversation_key) DO UPDATE
SET wanted_number = greatest(dispatch_claims.wanted_number, excluded.wanted_number),
    due_at = CASE WHEN dispatch_claims.attempts = 0 THEN least(dispatch_claims.due_at, excluded.due_at) ELSE dispatch_claims.due_at END`

const notifySQL = `SELECT pg_notify($1, '')`

// write sends everything in one go: entries, counters, claims, the notification and the commit.
func (a *appending) write(ctx context.Context, conn *pgx.Conn) error {
	batch := &pgx.Batch{}
	if len(a.rows) > 0 {
		if err := a.queueEntries(batch); err != nil {
			return err
		}
		a.queueConversations(batch)
		a.queueRefused(batch)
	}
	a.queueRepeats(batch)
	batch.Queue("COMMIT")
	return conn.SendBatch(ctx, batch).Close()
}

func (a *appending) queueEntries(batch *pgx.Batch) error {
	n := len(a.rows)
	keys, numbers := make([]int64, n), make([]int64, n)
	sources, ids, types := make([]string, n), make([]string, n), make([]string, n)
	times, lifecycle, hashes := make([]time.Time, n), make([]bool, n), make([][]byte, n)
	duplicates, conflicts := make([]int32, n), make([]int32, n)
	entries, data := make([]string, n), make([]*string, n)
	for i, row := range a.rows {
		document, err := encodeEntry(row.entry)
		if err != nil {
			return err
		}
		keys[i], numbers[i] = row.conversation.key, row.entry.Number
		sources[i], ids[i], types[i] = row.entry.Source, row.entry.ID, string(row.entry.Type)
		times[i], lifecycle[i], hashes[i] = row.entry.Time.Time(), row.entry.Lifecycle(), row.hash
		duplicates[i], conflicts[i] = row.duplicates, row.conflicts
		entries[i] = document
		if row.data != nil {
			data[i] = new(string(row.data))
		}
	}
	batch.Queue(insertEntriesSQL, keys, numbers, sources, ids, types, times, lifecycle, hashes,
		duplicates, conflicts, entries, data, a.now.Time())
	return nil
}

func (a *appending) queueConversations(batch *pgx.Batch) {
	var keys, last, wantedKeys, wanted []int64
	var woken []bool
	var customer, agent []*time.Time
	slices.SortFunc(a.order, func(a, b *lockedConversation) int { return cmp.Compare(a.key, b.key) })
	for _, c := range a.order {
		if !c.appended {
			continue
		}
		keys, last, woken = append(keys, c.key), append(last, c.last), append(woken, c.woken)
		customer, agent = append(customer, c.customerMessageAt), append(agent, c.agentMessageAt)
		if c.wanted > 0 {
			wantedKeys, wanted = append(wantedKeys, c.key), append(wanted, c.wanted)
		}
	}
	batch.Queue(advanceConversationsSQL, keys, last, woken, customer, agent, a.now.Time())
	if len(wanted) > 0 {
		batch.Queue(wantDispatchSQL, wantedKeys, wanted, a.now.Time())
		batch.Queue(notifySQL, NotifyChannel)
	}
}

// A refused signal is dead from the start.
const refusedSignalsSQL = `
WITH w AS (SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS w (key, number, reason)),
listed AS (
    INSERT INTO dead_letters (conversation_key, number, kind, reason) SELECT key, number, $4, reason FROM w
    ON CONFLICT (conversation_key, number) DO NOTHING)
UPDATE entries e SET outcome = $5, outcome_reason = w.reason
FROM w WHERE e.conversation_key = w.key AND e.number = w.number AND e.received_at = $6`

func (a *appending) queueRefused(batch *pgx.Batch) {
	var keys, numbers []int64
	var reasons []string
	for _, row := range a.rows {
		if row.entry.Type == engagement.SignalRefused {
			keys, numbers = append(keys, row.conversation.key), append(numbers, row.entry.Number)
			reasons = append(reasons, row.entry.Data.Reason)
		}
	}
	if len(keys) > 0 {
		batch.Queue(refusedSignalsSQL, keys, numbers, reasons, DeadSignal, string(engagement.Dead), a.now.Time())
	}
}

func (a *appending) queueRepeats(batch *pgx.Batch) {
	if len(a.repeats) == 0 {
		return
	}
	var keys, numbers []int64
	var received []time.Time
	var duplicates, conflicts []int32
	for key, count := range a.repeats {
		keys, numbers = append(keys, key.key), append(numbers, key.number)
		received = append(received, count.receivedAt)
		duplicates, conflicts = append(duplicates, count.duplicates), append(conflicts, count.conflicts)
	}
	batch.Queue(countRepeatsSQL, keys, numbers, received, duplicates, conflicts)
}

// storedEntry is the document of an entry: its columns and its conversation are left out of it.
type storedEntry struct {
	engagement.Event
	// These hide the event's fields of the same names, which columns hold.
	ID             string             `json:"id,omitempty"`
	Source         string             `json:"source,omitempty"`
	Type           string             `json:"type,omitempty"`
	Time           engagement.Instant `json:"time,omitzero"`
	ConversationID string             `json:"conversation_id,omitempty"`

	AgentType    string `json:"agent_type,omitempty"`
	AgentGroupID string `json:"agent_group_id,omitempty"`
}

func encodeEntry(e engagement.Entry) (string, error) {
	document, err := json.Marshal(storedEntry{Event: e.Event, AgentType: e.AgentType, AgentGroupID: e.AgentGroupID})
	if err != nil {
		return "", fmt.Errorf("encode entry: %w", err)
	}
	return string(document), nil
}

// decode fills in what the document says; the columns are the caller's.
func decodeEntry(document []byte, e *engagement.Entry) error {
	stored := storedEntry{Event: e.Event}
	if err := json.Unmarshal(document, &stored); err != nil {
		return fmt.Errorf("decode entry: %w", err)
	}
	e.Event, e.AgentType, e.AgentGroupID = stored.Event, stored.AgentType, stored.AgentGroupID
	return nil
}
