package models

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"engaged/engagement"
)

// Redelivery asks for a run where none is known to be at work.
type Redelivery struct {
	Subject
	// RecordCount and LastNumber are what was found; where either has grown somebody is at work, and the
	// redelivery is refused.
	RecordCount, LastNumber int64
	// Lag is how far the conversation's clock is behind the log's.
	Lag engagement.Millis
}

// Redeliver makes a conversation due for dispatch again, in one transaction under its row's lock:
// whichever run is told, an old one or a new one, finds everything unfolded in the log, with the
// conversation's time in it. ErrConflict where something has happened since it was found idle.
//
// What is dispatched is a clock mark, the entry that a run would have asked for by itself. Setting
// the delivered number back would not do: where a run died after its record, with a leg still open,
// there is no entry left to deliver, and a dispatcher that is late with its claim would set the
// number forward again. A new entry is covered by no claim of before.
func (s *Store) Redeliver(ctx context.Context, r Redelivery) error {
	err := s.retry(ctx, func() error {
		return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
			h, err := readHead(ctx, tx, lockHeadSQL, r.Subject)
			if err != nil {
				return err
			}
			if h.recordCount != r.RecordCount || h.last != r.LastNumber {
				return ErrConflict
			}
			if err := h.appendMark(ctx, tx, h.mark(engagement.At(h.now).Add(-r.Lag))); err != nil {
				return err
			}
			batch := &pgx.Batch{}
			batch.Queue(redriveClaimSQL, h.key)
			batch.Queue(notifySQL, NotifyChannel)
			return tx.SendBatch(ctx, batch).Close()
		})
	})
	if err != nil {
		return fmt.Errorf("redeliver: %w", err)
	}
	return nil
}
