package models

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"engaged/delivery"
)

// remembered is what an earlier request was answered with.
type remembered struct {
	hash   []byte
	taskID string
}

// A request that was forgotten after a day is taken over.
const takeRequestsSQL = `
INSERT INTO delivery_requests AS r (organization_id, key, request_hash, task_id, created_at)
SELECT w.organization_id, w.key, w.hash, w.task_id, $5
FROM unnest($1::text[], $2::text[], $3::bytea[], $4::uuid[], $6::boolean[]) AS w (organization_id, key, hash, task_id, only_repeat)
WHERE NOT w.only_repeat
ORDER BY w.organization_id COLLATE "C", w.key
ON CONFLICT (organization_id, key) DO UPDATE
SET request_hash = excluded.request_hash, task_id = excluded.task_id, created_at = excluded.created_at
WHERE r.created_at <= excluded.created_at - interval '24 hours'`

const readRequestsSQL = `
SELECT r.organization_id, r.key, r.request_hash, r.task_id::text
FROM unnest($1::text[], $2::text[]) AS w (organization_id, key)
JOIN delivery_requests r ON r.organization_id = w.organization_id AND r.key = w.key AND r.created_at > $3::timestamptz - interval '24 hours'`

type requestKey struct{ organization, key string }

// takeRequests remembers what is asked for the first time, and returns by index what was asked in the last day.
func (c *creating) takeRequests(ctx context.Context, tx pgx.Tx) (map[int]*remembered, error) {
	var organizations, keys, ids []string
	var hashes [][]byte
	var onlyRepeats []bool
	index, count := map[requestKey]int{}, map[requestKey]int{}
	for i := range c.tasks {
		t := &c.tasks[i]
		configuration, known := c.configurations[t.Task.ConfigurationID]
		key := t.requestKey()
		if key == "" || !known || configuration.organization != t.OrganizationID {
			continue
		}
		// Items of one request may be alike.
		alike := requestKey{t.OrganizationID, key}
		count[alike]++
		numbered := requestKey{t.OrganizationID, fmt.Sprintf("%s/%d", key, count[alike])}
		index[numbered] = i
		organizations, keys, ids = append(organizations, t.OrganizationID), append(keys, numbered.key), append(ids, t.Task.ID)
		hashes = append(hashes, slices.Concat([]byte{}, t.RequestHash))
		onlyRepeats = append(onlyRepeats, t.OnlyRepeat)
	}
	if len(keys) == 0 {
		return nil, nil
	}
	if _, err := tx.Exec(ctx, takeRequestsSQL, organizations, keys, hashes, ids, c.now, onlyRepeats); err != nil {
		return nil, fmt.Errorf("remember requests: %w", err)
	}
	rows, err := tx.Query(ctx, readRequestsSQL, organizations, keys, c.now)
	if err != nil {
		return nil, fmt.Errorf("look up requests: %w", err)
	}
	defer rows.Close()
	found := map[int]*remembered{}
	for rows.Next() {
		var k requestKey
		r := &remembered{}
		if err := rows.Scan(&k.organization, &k.key, &r.hash, &r.taskID); err != nil {
			return nil, fmt.Errorf("look up requests: %w", err)
		}
		if i := index[k]; r.taskID != c.tasks[i].Task.ID {
			found[i] = r
		}
	}
	return found, rows.Err()
}

// answerAgain answers a request as it was answered before.
func (c *creating) answerAgain(i int, before *remembered) {
	t := &c.tasks[i]
	c.receipts[i] = DeliveryTaskReceipt{
		TaskID: before.taskID, DeliveryID: delivery.AttemptID(t.OrganizationID, before.taskID, 1), Replayed: true,
	}
}

const trimRequestsSQL = `DELETE FROM delivery_requests WHERE created_at <= clock_timestamp() - interval '25 hours'`

// TrimDeliveryRequests forgets the requests that are not recognized any more, and returns how many.
func (s *Store) TrimDeliveryRequests(ctx context.Context) (int64, error) {
	tag, err := s.pool.Exec(ctx, trimRequestsSQL)
	if err != nil {
		return 0, fmt.Errorf("trim delivery requests: %w", err)
	}
	return tag.RowsAffected(), nil
}
