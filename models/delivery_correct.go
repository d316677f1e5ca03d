package models

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"engaged/delivery"
)

// DeliveryCorrection is the next revision of a task's rows: what its log says of them.
type DeliveryCorrection struct {
	Subject
	// RecordCount and Seen are what the correction was made for, Seen the entry that the task's row shows; others
	// refuse it.
	RecordCount, Seen int64
	// Attempts are those whose rows are wrong, Extra the ids of rows of which the log knows nothing.
	Attempts []delivery.Attempt
	Extra    []string
	// Task, Suspended and Windows are what the task's row is to show.
	Task      delivery.TaskView
	Suspended bool
	Windows   []delivery.Window
}

var deleteDeliverySQL = markingEnds(`DELETE FROM deliveries AS w WHERE w.id = $1`, "deliveries", "id", deliveryFacts)

const deleteAttributesSQL = `DELETE FROM delivery_attributes WHERE delivery_id = $1`

// CorrectDelivery writes the next revision of a task's rows in one transaction under the task's lock;
// ErrConflict where they have changed since the correction was made.
func (s *Store) CorrectDelivery(ctx context.Context, c DeliveryCorrection) error {
	err := s.retry(ctx, func() error {
		return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
			h, err := readHead(ctx, tx, lockHeadSQL, c.Subject)
			if err != nil {
				return err
			}
			t, err := readTask(ctx, tx, h)
			if err != nil {
				return err
			}
			if h.recordCount != c.RecordCount || t.seen != c.Seen {
				return ErrConflict
			}
			return c.write(ctx, tx, h, t)
		})
	})
	if err != nil {
		return fmt.Errorf("correct delivery task: %w", err)
	}
	return nil
}

func (c DeliveryCorrection) write(ctx context.Context, tx pgx.Tx, h head, t *storedTask) error {
	view, err := json.Marshal(c.Task)
	if err != nil {
		return fmt.Errorf("encode delivery task: %w", err)
	}
	batch := &pgx.Batch{}
	batch.Queue(updateTaskSQL, h.key, string(c.Task.Status), c.Task.Reason, c.Suspended, string(view), t.expiry(c.Windows).Time(),
		instantOf(c.Task.NextScheduledAt), instantOf(c.Task.LastCallAt), instantOf(c.Task.EndedAt), c.Seen, h.now)
	for _, a := range c.Attempts {
		row := t.deliveryRow(a, provenance{workflowID: correctedBy, recordedAt: h.now})
		batch.Queue(correctDeliverySQL(), tableOf(row).values(ctx, row)...)
		queueInputAttributes(batch, t.taskInfo, a)
		queueAttributes(batch, t.taskInfo, a, AttributeResult, a.Attributes)
	}
	for _, id := range c.Extra {
		batch.Queue(deleteDeliverySQL, id)
		batch.Queue(deleteAttributesSQL, id)
	}
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("write rows: %w", err)
	}
	return nil
}

// expiry is when a task expires whose windows may have been replaced.
func (t *storedTask) expiry(windows []delivery.Window) delivery.Instant {
	if n := len(windows); n > 0 && t.task.ExpiresAt == 0 {
		return windows[n-1].End
	}
	return expiryOf(t.task)
}
