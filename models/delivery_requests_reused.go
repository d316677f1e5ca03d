package models

import (
	"bytes"
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

const forgetRequestsSQL = `
DELETE FROM delivery_requests r USING unnest($1::text[], $2::uuid[]) AS w (organization_id, task_id)
WHERE r.organization_id = w.organization_id AND r.task_id = w.task_id AND r.created_at = $3`

// refuseReused refuses a whole request whose Idempotency-Key belongs to another one: nothing of it is
// remembered, also of what goes beyond the other one.
func (c *creating) refuseReused(ctx context.Context, tx pgx.Tx, found map[int]*remembered) error {
	reused := map[requestKey]bool{}
	for i, r := range found {
		if t := &c.tasks[i]; t.IdempotencyKey != "" && !bytes.Equal(r.hash, t.RequestHash) {
			reused[requestKey{t.OrganizationID, t.IdempotencyKey}] = true
		}
	}
	var organizations, ids []string
	for i := range c.tasks {
		t := &c.tasks[i]
		if !reused[requestKey{t.OrganizationID, t.IdempotencyKey}] {
			continue
		}
		if found[i] == nil {
			organizations, ids = append(organizations, t.OrganizationID), append(ids, t.Task.ID)
		}
		c.receipts[i].Err = ErrKeyReused
	}
	if len(ids) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, forgetRequestsSQL, organizations, ids, c.now); err != nil {
		return fmt.Errorf("forget requests: %w", err)
	}
	return nil
}
