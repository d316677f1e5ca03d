package models

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"engaged/delivery"
)

// sweepPage is how many attempts a sweep asks about before it notes how far it is.
const sweepPage = 500

const (
	sweepPolicySQL = `INSERT INTO delivery_sweeps (organization_id, policy_id) VALUES ($1, $2::uuid)`

	sweepContactsSQL = `INSERT INTO delivery_sweeps (organization_id, contact_ids, numbers) VALUES ($1, $2, $3)`

	// A pass is the last one if all transactions are over that may have missed the change: those that had a
	// number when the change was first seen.
	claimSweepSQL = `
UPDATE delivery_sweeps s
SET lease_until = clock_timestamp() + $1 * interval '1 millisecond', fence = s.fence + 1,
    known_from = coalesce(s.known_from, pg_snapshot_xmax(pg_current_snapshot())::text::bigint),
    settled = CASE WHEN s.after_key > 0 THEN s.settled ELSE pg_snapshot_xmin(pg_current_snapshot())::text::bigint
        >= coalesce(s.known_from, pg_snapshot_xmax(pg_current_snapshot())::text::bigint) END
WHERE s.id = (
    SELECT id FROM delivery_sweeps WHERE due_at <= clock_timestamp() AND (lease_until IS NULL OR lease_until <= clock_timestamp())
    ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING s.id, s.fence, s.organization_id, s.policy_id::text, s.contact_ids, s.numbers, s.after_key, s.settled`

	pendingSQL = `
SELECT task_key, task_id::text, configuration_id::text, coalesce(country, ''), coalesce(state, ''), coalesce(postal_code, '')
FROM deliveries WHERE organization_id = $1 AND status = 'Pending' AND task_key > $2 ORDER BY task_key LIMIT $3`

	pendingOfSQL = `
SELECT task_key, task_id::text, configuration_id::text, '', '', ''
FROM deliveries WHERE organization_id = $1 AND status = 'Pending' AND task_key > $2 AND (contact_id = ANY ($4) OR to_address = ANY ($5))
ORDER BY task_key LIMIT $3`

	goOnSweepingSQL = `UPDATE delivery_sweeps SET after_key = $3, lease_until = NULL WHERE id = $1 AND fence = $2`

	// The longer a transaction takes, the less often.
	sweepAgainSQL = `
UPDATE delivery_sweeps
SET after_key = 0, lease_until = NULL, due_at = clock_timestamp() + interval '200 milliseconds' + (clock_timestamp() - created_at) / 2
WHERE id = $1 AND fence = $2`

	endSweepSQL = `DELETE FROM delivery_sweeps WHERE id = $1 AND fence = $2`
)

// sweep is a change of rules that waiting attempts are asked about.
type sweep struct {
	id, fence    int64
	organization string
	policyID     *string
	about        FactSubjects
	after        int64
	settled      bool
}

// pendingAttempt is an attempt that a sweep may concern.
type pendingAttempt struct {
	key                                             int64
	task, configuration, country, state, postalCode string
}

// SweepDeliveries asks the waiting attempts, some hundred of them at a time, about the policy, consents or
// do-not-contact entries that were written first, and cancels those that they forbid. It tells whether there was
// anything to do. Any number of processes may call it; a process that dies is followed by another after the lease.
func (s *Store) SweepDeliveries(ctx context.Context, lease time.Duration) (bool, error) {
	w := sweep{}
	err := s.pool.QueryRow(ctx, claimSweepSQL, lease.Milliseconds()).Scan(&w.id, &w.fence, &w.organization, &w.policyID,
		&w.about.ContactIDs, &w.about.Numbers, &w.after, &w.settled)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err == nil {
		err = s.sweepPage(ctx, w)
	}
	if err != nil {
		return false, fmt.Errorf("sweep deliveries: %w", err)
	}
	return true, nil
}

// sweepPage asks about a page of attempts and notes how far it is.
func (s *Store) sweepPage(ctx context.Context, w sweep) error {
	page, err := s.pending(ctx, w)
	if err != nil {
		return err
	}
	concerns, err := s.concerned(ctx, w)
	if err != nil {
		return err
	}
	for _, a := range page {
		if !concerns(a) {
			continue
		}
		err := s.retry(ctx, func() error {
			return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error { return refuseWaiting(ctx, tx, taskSubject(w.organization, a.task)) })
		})
		if err != nil {
			return fmt.Errorf("delivery task %s: %w", a.task, err)
		}
	}
	switch {
	case len(page) == sweepPage:
		_, err = s.pool.Exec(ctx, goOnSweepingSQL, w.id, w.fence, page[sweepPage-1].key)
	case w.settled:
		_, err = s.pool.Exec(ctx, endSweepSQL, w.id, w.fence)
	default:
		_, err = s.pool.Exec(ctx, sweepAgainSQL, w.id, w.fence)
	}
	return err
}

// pending reads the next page of attempts that a sweep may concern.
func (s *Store) pending(ctx context.Context, w sweep) ([]pendingAttempt, error) {
	statement, args := pendingSQL, []any{w.organization, w.after, sweepPage}
	if w.policyID == nil {
		statement, args = pendingOfSQL, append(args, w.about.ContactIDs, w.about.Numbers)
	}
	rows, err := s.pool.Query(ctx, statement, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (a pendingAttempt, err error) {
		return a, row.Scan(&a.key, &a.task, &a.configuration, &a.country, &a.state, &a.postalCode)
	})
}

// concerned tells which of the attempts a sweep concerns. A policy that is gone concerns none.
func (s *Store) concerned(ctx context.Context, w sweep) (func(pendingAttempt) bool, error) {
	if w.policyID == nil {
		return func(pendingAttempt) bool { return true }, nil
	}
	policy, err := s.DeliveryPolicy(ctx, w.organization, *w.policyID)
	if errors.Is(err, ErrNotFound) {
		return func(pendingAttempt) bool { return false }, nil
	}
	return func(a pendingAttempt) bool {
		return policy.Concerns(a.configuration, a.country, a.state, a.postalCode)
	}, err
}

// refuseWaiting cancels what waits of a task, if something forbids it. A log that does not fit at once is that of a
// call under way.
func refuseWaiting(ctx context.Context, tx pgx.Tx, subject Subject) error {
	h, err := readHead(ctx, tx, lockHeadSQL, subject)
	if err != nil {
		return err
	}
	state, err := h.taskState()
	if err != nil {
		return err
	}
	entries, more, err := h.taskEntriesAfter(ctx, tx, 0)
	if err != nil || more {
		return err
	}
	t, err := readTask(ctx, tx, h)
	if err != nil {
		return err
	}
	f := delivery.Fold(&t.plan, state, entries, 0)
	if c, waits := candidateOf(&f.State); waits {
		_, err = h.refuse(ctx, tx, t, c, f.State.Current.Seq)
	}
	return err
}
