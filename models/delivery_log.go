package models

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"
	_ "time/tzdata" // Whoever folds a task needs the zones, also where the machine has none.

	"github.com/jackc/pgx/v5"

	"engaged/delivery"
	"engaged/engagement"
)

// taskSubject names a delivery task in the event log.
func taskSubject(organization, task string) Subject {
	return Subject{OrganizationID: organization, ConversationID: task, Kind: KindDelivery}
}

// storedTaskEntry is the document of a task's entry: what its columns hold is left out of it.
type storedTaskEntry struct {
	Attempt int           `json:"attempt,omitempty"`
	Seq     int64         `json:"seq,omitempty"`
	Data    delivery.Data `json:"data,omitzero"`
}

// scanTaskEntry reads one row of entryColumns as an entry of a task, and its size.
func scanTaskEntry(row pgx.Row) (delivery.Entry, int, error) {
	var e delivery.Entry
	var receivedAt, at time.Time
	var document []byte
	if err := row.Scan(&e.Number, &receivedAt, &e.Source, &e.ID, &e.Type, &at, &document); err != nil {
		return e, 0, fmt.Errorf("read entry: %w", err)
	}
	var stored storedTaskEntry
	if err := json.Unmarshal(document, &stored); err != nil {
		return e, 0, fmt.Errorf("entry %d: %w", e.Number, err)
	}
	e.ReceivedAt, e.Time = delivery.At(receivedAt), delivery.At(at)
	e.Attempt, e.Seq, e.Data = stored.Attempt, stored.Seq, stored.Data
	return e, len(document) + entryOverhead, nil
}

// taskEntriesAfter reads the entries of a task after a number that are not recorded yet, as many as fit.
func (h head) taskEntriesAfter(ctx context.Context, q querier, after int64) (entries []delivery.Entry, more bool, err error) {
	rows, err := q.Query(ctx, entriesAfterSQL, h.key, h.since(), after, h.applied, h.tail, maxBatchEntries+1)
	if err != nil {
		return nil, false, fmt.Errorf("read entries: %w", err)
	}
	defer rows.Close()
	size := 0
	for rows.Next() {
		e, length, err := scanTaskEntry(rows)
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

// taskBatchAfter reads what is not recorded of a task's log after a number as a batch.
func (h head) taskBatchAfter(ctx context.Context, q querier, after int64) (Batch, error) {
	entries, more, err := h.taskEntriesAfter(ctx, q, after)
	if err != nil {
		return Batch{}, err
	}
	batch := Batch{From: after + 1, To: max(after, h.last), TaskEntries: entries, More: more}
	if last := len(entries) - 1; more || last >= 0 && entries[last].Number > batch.To {
		batch.To = entries[last].Number
	}
	return batch, nil
}

// taskEntry is a clock mark as an entry of a task.
func taskEntry(mark engagement.Entry) delivery.Entry {
	return delivery.Entry{Number: mark.Number, ReceivedAt: delivery.Instant(mark.ReceivedAt), Event: delivery.Event{
		ID: mark.ID, Source: mark.Source, Type: delivery.ClockReached, Time: delivery.Instant(mark.Time),
	}}
}

// taskIdentity is what makes an event of a task one: a dialer may number the events of each call from one.
type taskIdentity struct {
	identity
	attempt int
}

func identityOf(e delivery.Event) taskIdentity {
	return taskIdentity{identity{e.ID, e.Source}, e.Attempt}
}

const knownTaskEntriesSQL = `
SELECT event_id, source, coalesce((entry ->> 'attempt')::integer, 0), number, received_at, content_hash FROM entries
WHERE conversation_key = $1 AND received_at >= $2 AND event_id = ANY ($3)`

const countRepeatSQL = `
UPDATE entries SET duplicates = duplicates + 1, conflicts = conflicts + $4
WHERE conversation_key = $1 AND number = $2 AND received_at = $3`

// orderRides is how long the run of a task is not told of an order: its call is mostly started within moments, and
// both are told at once.
const orderRides = time.Second

const advanceTaskSQL = `UPDATE conversations SET last_number = $2, updated_at = $3 WHERE key = $1`

// appendTask gives events their numbers in the log of the task whose row h has locked, and writes them.
// It advances h. Unless the caller is the task's own run, dispatch is asked to tell the run.
func (h *head) appendTask(ctx context.Context, tx pgx.Tx, events []delivery.Event, dispatch bool) ([]DeliveryReceipt, error) {
	known, err := h.knownTaskEntries(ctx, tx, events)
	if err != nil {
		return nil, err
	}
	now, first := delivery.At(h.now), h.last
	receipts := make([]DeliveryReceipt, len(events))
	batch := &pgx.Batch{}
	for i, e := range events {
		hash, err := taskEventHash(e)
		if err != nil {
			return nil, err
		}
		if entry, again := known[identityOf(e)]; again {
			conflict := !bytes.Equal(entry.hash, hash)
			receipts[i] = DeliveryReceipt{Number: entry.number, ReceivedAt: delivery.At(entry.receivedAt), Duplicate: true, Conflict: conflict}
			batch.Queue(countRepeatSQL, h.key, entry.number, entry.receivedAt, oneIf(conflict))
			continue
		}
		if refused := h.refuseTold(e); refused != nil {
			receipts[i] = DeliveryReceipt{ReceivedAt: now, Refused: refused}
			continue
		}
		if e.Time > now || commands[e.Type] {
			e.Time = now
		} else if start, started := h.startOf(e.Attempt); started {
			e.Time = max(e.Time, start)
		}
		h.last++
		if err := h.queueTaskEntry(batch, e, hash); err != nil {
			return nil, err
		}
		if e.Type == delivery.SignalRefused {
			batch.Queue(refusedSignalsSQL, []int64{h.key}, []int64{h.last}, []string{e.Data.Diagnostics}, DeadSignal, string(delivery.Dead), h.now)
		}
		known[identityOf(e)] = knownEntry{number: h.last, receivedAt: h.now, hash: hash}
		receipts[i] = DeliveryReceipt{Number: h.last, ReceivedAt: now}
	}
	if h.last > first {
		batch.Queue(advanceTaskSQL, h.key, h.last, h.now)
	}
	if h.last > first && dispatch {
		due := h.now
		if len(events) == 1 && events[0].Type == delivery.AttemptOrdered {
			due = due.Add(orderRides)
		}
		batch.Queue(wantDispatchSQL, []int64{h.key}, []int64{h.last}, due)
		batch.Queue(notifySQL, NotifyChannel)
	}
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return nil, fmt.Errorf("write entries: %w", err)
	}
	return receipts, nil
}

func (h *head) knownTaskEntries(ctx context.Context, tx pgx.Tx, events []delivery.Event) (map[taskIdentity]knownEntry, error) {
	ids := make([]string, len(events))
	for i, e := range events {
		ids[i] = e.ID
	}
	known := map[taskIdentity]knownEntry{}
	rows, err := tx.Query(ctx, knownTaskEntriesSQL, h.key, h.since(), ids)
	if err != nil {
		return nil, fmt.Errorf("look up entries: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var i taskIdentity
		var e knownEntry
		if err := rows.Scan(&i.id, &i.source, &i.attempt, &e.number, &e.receivedAt, &e.hash); err != nil {
			return nil, fmt.Errorf("look up entries: %w", err)
		}
		known[i] = e
	}
	return known, rows.Err()
}

// queueTaskEntry writes an entry under the head's last number.
func (h *head) queueTaskEntry(batch *pgx.Batch, e delivery.Event, hash []byte) error {
	var rows taskEntries
	if err := rows.add(h.key, h.last, e, hash); err != nil {
		return err
	}
	rows.queue(batch, h.now)
	return nil
}

// taskEntries are entries of tasks to insert, column by column.
type taskEntries struct {
	keys, numbers                 []int64
	sources, ids, types, document []string
	times                         []time.Time
	lifecycle                     []bool
	hashes                        [][]byte
	none                          []int32
	data                          []*string
}

func (r *taskEntries) add(key, number int64, e delivery.Event, hash []byte) error {
	document, err := json.Marshal(storedTaskEntry{e.Attempt, e.Seq, e.Data})
	if err != nil {
		return fmt.Errorf("encode entry: %w", err)
	}
	r.keys, r.numbers, r.hashes = append(r.keys, key), append(r.numbers, number), append(r.hashes, hash)
	r.sources, r.ids, r.types = append(r.sources, e.Source), append(r.ids, e.ID), append(r.types, string(e.Type))
	r.times, r.lifecycle, r.document = append(r.times, e.Time.Time()), append(r.lifecycle, true), append(r.document, string(document))
	r.none, r.data = append(r.none, 0), append(r.data, nil)
	return nil
}

func (r *taskEntries) queue(batch *pgx.Batch, now time.Time) {
	batch.Queue(insertEntriesSQL, r.keys, r.numbers, r.sources, r.ids, r.types, r.times, r.lifecycle, r.hashes, r.none, r.none, r.document, r.data, now)
}

// commands are the entries whose time is their receipt.
var commands = map[delivery.EventType]bool{
	delivery.TaskCancelled: true, delivery.TaskSuspended: true, delivery.TaskResumed: true,
	delivery.TaskRescheduled: true, delivery.ContactOptedOut: true,
}

// taskEventHash identifies what an event says.
func taskEventHash(e delivery.Event) ([]byte, error) {
	if commands[e.Type] {
		e.Time = 0
	}
	content, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("hash content: %w", err)
	}
	sum := sha256.Sum256(content)
	return sum[:16], nil
}

func oneIf(b bool) int32 {
	if b {
		return 1
	}
	return 0
}
