package models

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"engaged/delivery"
	"engaged/engagement"
)

// ReachTime answers a run that waits for an instant of its conversation's clock, which is lag behind
// the log's. Under the row's lock it returns the entries after seen, if there are any; else it
// appends a clock mark, if the instant has come; else it tells the time. So time passes only
// through the log, and a repeat of the call finds the mark of the first.
func (s *Store) ReachTime(ctx context.Context, subject Subject, seen int64, at engagement.Instant, lag engagement.Millis) (Reached, error) {
	var reached Reached
	err := s.retry(ctx, func() error {
		return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) (err error) {
			reached, err = reachTime(ctx, tx, subject, seen, at, lag)
			return err
		})
	})
	if err != nil {
		return Reached{}, fmt.Errorf("reach time: %w", err)
	}
	return reached, nil
}

func reachTime(ctx context.Context, tx pgx.Tx, subject Subject, seen int64, at engagement.Instant, lag engagement.Millis) (Reached, error) {
	h, err := readHead(ctx, tx, lockHeadSQL, subject)
	if err != nil {
		return Reached{}, err
	}
	if h.Kind == KindDelivery {
		if err := h.loseClaims(ctx, tx); err != nil {
			return Reached{}, err
		}
	}
	now := engagement.At(h.now)
	if h.last > seen {
		batch, err := h.batchAfter(ctx, tx, seen)
		return Reached{Batch: batch, Now: now}, err
	}
	clock := now.Add(-lag)
	if clock < at {
		return Reached{Now: now}, nil
	}
	mark := h.mark(clock)
	if err := h.appendMark(ctx, tx, mark); err != nil {
		return Reached{}, err
	}
	if h.Kind == KindDelivery {
		return Reached{Now: now, Batch: Batch{From: mark.Number, To: mark.Number, TaskEntries: []delivery.Entry{taskEntry(mark)}}}, nil
	}
	return Reached{Now: now, Batch: Batch{
		From: mark.Number, To: mark.Number, Entries: []engagement.Entry{mark}, SettingsVersion: h.settings,
	}}, nil
}

// mark is the clock mark that says "time has reached clock", as the log's next entry.
func (h head) mark(clock engagement.Instant) engagement.Entry {
	number := h.last + 1
	return engagement.Entry{Number: number, ReceivedAt: engagement.At(h.now), Event: engagement.Event{
		ID: fmt.Sprintf("clock:%d", number), Source: engagement.EngineSource, Type: engagement.ClockReached,
		Time: clock, ConversationID: h.ConversationID,
	}}
}

const advanceByMarkSQL = `UPDATE conversations SET last_number = $2, updated_at = $3 WHERE key = $1`

// appendMark appends a clock mark. It is not dispatched: the run that asked for it has it.
func (h head) appendMark(ctx context.Context, tx pgx.Tx, mark engagement.Entry) error {
	hash, err := contentHash(Submission{Event: mark.Event})
	if err != nil {
		return err
	}
	document, err := encodeEntry(mark)
	if err != nil {
		return err
	}
	batch := &pgx.Batch{}
	batch.Queue(insertEntriesSQL, []int64{h.key}, []int64{mark.Number}, []string{mark.Source}, []string{mark.ID},
		[]string{string(mark.Type)}, []time.Time{mark.Time.Time()}, []bool{true}, [][]byte{hash},
		[]int32{0}, []int32{0}, []string{document}, []*string{nil}, mark.ReceivedAt.Time())
	batch.Queue(advanceByMarkSQL, h.key, mark.Number, h.now)
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("append clock mark: %w", err)
	}
	return nil
}
