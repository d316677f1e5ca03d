package models

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"engaged/delivery"
)

// QueueCapacity is what was told last of a queue's agents.
type QueueCapacity struct {
	OrganizationID string
	QueueID        string
	// At is when it was so; of what is told the latest holds, in whatever order it comes.
	At time.Time
	// ReadyAgents could take a call now, QueuedCalls wait for one already, BusyAgents have one.
	ReadyAgents int
	QueuedCalls int
	BusyAgents  int
	// ValidUntil is from when on nobody knows any more.
	ValidUntil time.Time
}

const (
	capacityColumns = `organization_id, queue_id, at, ready_agents, queued_calls, busy_agents, valid_until`

	// A teller whose clock is ahead tells of now.
	putCapacitySQL = `
INSERT INTO delivery_capacity AS c (` + capacityColumns + `)
SELECT $1, $2, told.at, $4, $5, $6, told.at + $7 * interval '1 millisecond'
FROM (SELECT least(coalesce($3::timestamptz, clock_timestamp()), clock_timestamp()) AS at) AS told
ON CONFLICT (organization_id, queue_id) DO UPDATE SET at = excluded.at, ready_agents = excluded.ready_agents, queued_calls = excluded.queued_calls,
    busy_agents = excluded.busy_agents, valid_until = excluded.valid_until, updated_at = clock_timestamp()
WHERE c.at <= excluded.at`

	capacitySQL = `SELECT ` + capacityColumns + ` FROM delivery_capacity WHERE organization_id = $1 AND queue_id = $2`

	deleteCapacitySQL = `DELETE FROM delivery_capacity WHERE organization_id = $1 AND queue_id = $2`

	// Rows are locked in one order, so that two tellers never wait for each other.
	wakeQueueSQL = `
UPDATE delivery_pacing SET due_at = clock_timestamp() WHERE configuration_id IN (
    SELECT p.configuration_id FROM delivery_pacing p JOIN delivery_configurations c ON c.id = p.configuration_id
    JOIN delivery_configuration_versions v ON v.configuration_id = c.id AND v.version = c.version
    WHERE p.organization_id = $1 AND c.active AND v.document ->> 'queue_id' = $2 AND p.due_at > clock_timestamp()
    ORDER BY p.configuration_id FOR NO KEY UPDATE OF p)`
)

// PutCapacity keeps what is told of a queue's agents, valid for a time from its instant on, unless
// something later was told already, and wakes the pacing of the configurations that dial for the queue. It
// returns what holds then. An instant of zero means now.
func (s *Store) PutCapacity(ctx context.Context, told QueueCapacity, valid time.Duration) (QueueCapacity, error) {
	var at *time.Time
	if !told.At.IsZero() {
		at = &told.At
	}
	var holds QueueCapacity
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, putCapacitySQL, told.OrganizationID, told.QueueID, at, told.ReadyAgents, told.QueuedCalls, told.BusyAgents, valid.Milliseconds())
		if err != nil {
			return err
		}
		holds, err = LoadCapacity(ctx, tx, told.OrganizationID, told.QueueID)
		return err
	})
	if err != nil {
		return holds, fmt.Errorf("write the capacity of a queue: %w", err)
	}
	if _, err := s.pool.Exec(ctx, wakeQueueSQL, told.OrganizationID, told.QueueID); err != nil {
		return holds, fmt.Errorf("wake the pacing of a queue: %w", err)
	}
	return holds, nil
}

// LoadCapacity returns what was told last of a queue; ErrNotFound if nothing was.
func LoadCapacity(ctx context.Context, q querier, organization, queue string) (QueueCapacity, error) {
	var c QueueCapacity
	err := q.QueryRow(ctx, capacitySQL, organization, queue).Scan(&c.OrganizationID, &c.QueueID, &c.At, &c.ReadyAgents, &c.QueuedCalls, &c.BusyAgents, &c.ValidUntil)
	if err != nil {
		return c, fmt.Errorf("read the capacity of a queue: %w", notFound(err))
	}
	return c, nil
}

// Capacity returns what was told last of a queue; ErrNotFound if nothing was.
func (s *Store) Capacity(ctx context.Context, organization, queue string) (QueueCapacity, error) {
	return LoadCapacity(ctx, s.pool, organization, queue)
}

// DeleteCapacity forgets what was told of a queue, so that nothing is dialed for it; ErrNotFound if
// nothing was.
func (s *Store) DeleteCapacity(ctx context.Context, organization, queue string) error {
	tag, err := s.pool.Exec(ctx, deleteCapacitySQL, organization, queue)
	if err == nil && tag.RowsAffected() == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("delete the capacity of a queue: %w", err)
	}
	return nil
}

// KnownAt reports whether the capacity still holds at an instant.
func (c QueueCapacity) KnownAt(at delivery.Instant) bool { return at < delivery.At(c.ValidUntil) }

// QueueLoad returns what a queue's agents come to in the core's pacing, and whether anybody knows at
// that instant.
func QueueLoad(ctx context.Context, q querier, organization, queue string, at delivery.Instant) (load delivery.Load, known bool, err error) {
	c, err := LoadCapacity(ctx, q, organization, queue)
	if errors.Is(err, ErrNotFound) {
		return load, false, nil
	}
	if err != nil {
		return load, false, err
	}
	return delivery.Load{Ready: c.ReadyAgents, Queued: c.QueuedCalls}, c.KnownAt(at), nil
}
