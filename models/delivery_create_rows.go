package models

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// newRows are the rows of new tasks.
type newRows struct {
	tasks      []*DeliveryTaskRow
	attempts   []*DeliveryRow
	waiting    []*DeliveryWaitingRow
	attributes [][]any
}

// writeTasks writes the rows of the tasks, of their first attempts and of those that wait to be dialed.
func (c *creating) writeTasks(ctx context.Context, tx pgx.Tx) error {
	batch, rows := &pgx.Batch{}, &newRows{}
	wakes := map[string]pacingWake{}
	for _, t := range c.fresh {
		if err := rows.add(t, c.now); err != nil {
			return err
		}
		d := t.known()
		for i, v := range t.refused {
			if err := queueAttemptLog(batch, d, i+1, c.now, logVerdict, v); err != nil {
				return err
			}
		}
		if request := NewDialRequest(&t.plan, t.folded, t.configuration.document.Pacing.StartJitter); request != nil {
			row, err := d.waitingRow(request, t.last())
			if err != nil {
				return err
			}
			rows.waiting = append(rows.waiting, row)
			wakes[t.Task.ConfigurationID] = wakes[t.Task.ConfigurationID].earlier(t.OrganizationID, request.DueAt)
		}
	}
	if err := rows.write(ctx, tx); err != nil {
		return fmt.Errorf("write tasks: %w", err)
	}
	queuePacingWakes(batch, wakes)
	c.queueMarks(batch)
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("write tasks: %w", err)
	}
	return nil
}

// add takes in a task's row and those of its attempts.
func (r *newRows) add(t *newTask, now time.Time) error {
	row, err := t.row()
	if err != nil {
		return err
	}
	if row.EndedAt != nil {
		row.RecordedAt = &now
	}
	r.tasks = append(r.tasks, row)
	d := t.known()
	for _, a := range t.folded.Attempts {
		attempt := d.deliveryRow(a, provenance{recordedAt: now})
		r.attempts = append(r.attempts, attempt)
		r.addAttributes(attempt, AttributeInput, inputAttributes(d.task, a.Position.Contact))
		r.addAttributes(attempt, AttributeResult, a.Attributes)
	}
	return nil
}

func (r *newRows) addAttributes(attempt *DeliveryRow, kind string, attributes map[string]string) {
	for _, keyword := range slices.Sorted(maps.Keys(attributes)) {
		r.attributes = append(r.attributes, []any{attempt.OrganizationID, attempt.ID, kind, keyword, attributes[keyword]})
	}
}

func (r *newRows) write(ctx context.Context, tx pgx.Tx) error {
	if err := copyRows(ctx, tx, r.tasks); err != nil {
		return err
	}
	if err := copyRows(ctx, tx, r.attempts); err != nil {
		return err
	}
	if err := copyRows(ctx, tx, r.waiting); err != nil {
		return err
	}
	if len(r.attributes) == 0 {
		return nil
	}
	columns := []string{"organization_id", "delivery_id", "type", "keyword", "value"}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"delivery_attributes"}, columns, pgx.CopyFromRows(r.attributes))
	return err
}
