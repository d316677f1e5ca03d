package models

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"engaged/delivery"
)

// PacingClaim is one configuration whose pacing a process has taken for a while.
type PacingClaim struct {
	ConfigurationID string
	OrganizationID  string
	// Fence is this claim's number.
	Fence int64
}

// Whoever claims a row puts its due time off: what wakes it from then on is not lost.
const claimPacingSQL = `
WITH due AS (
    SELECT configuration_id FROM delivery_pacing
    WHERE due_at <= clock_timestamp() AND lease_until IS NULL OR lease_until <= clock_timestamp()
    ORDER BY due_at
    LIMIT $1
    FOR UPDATE SKIP LOCKED)
UPDATE delivery_pacing p
SET due_at = 'infinity', lease_until = clock_timestamp() + $2 * interval '1 millisecond', fence = p.fence + 1
FROM due WHERE p.configuration_id = due.configuration_id
RETURNING p.configuration_id::text, p.organization_id, p.fence`

// ClaimPacing takes up to limit configurations whose pacing is due, for the length of a lease.
func (s *Store) ClaimPacing(ctx context.Context, limit int, lease time.Duration) ([]PacingClaim, error) {
	rows, err := s.pool.Query(ctx, claimPacingSQL, limit, lease.Milliseconds())
	if err != nil {
		return nil, fmt.Errorf("claim pacing: %w", err)
	}
	claims, err := pgx.CollectRows(rows, pgx.RowToStructByPos[PacingClaim])
	if err != nil {
		return nil, fmt.Errorf("claim pacing: %w", err)
	}
	return claims, nil
}

const postponePacingSQL = `
UPDATE delivery_pacing SET due_at = least(due_at, clock_timestamp() + $3 * interval '1 millisecond'), lease_until = NULL
WHERE configuration_id = $1 AND fence = $2`

// PostponePacing gives a claim back that failed, to be tried again after a while.
func (s *Store) PostponePacing(ctx context.Context, claim PacingClaim, wait time.Duration) error {
	if _, err := s.pool.Exec(ctx, postponePacingSQL, claim.ConfigurationID, claim.Fence, wait.Milliseconds()); err != nil {
		return fmt.Errorf("postpone pacing: %w", err)
	}
	return nil
}

const nextPacingSQL = `
SELECT coalesce(extract(epoch FROM min(CASE WHEN lease_until IS NULL THEN due_at ELSE lease_until END) - clock_timestamp()), 3600)::float8
FROM delivery_pacing WHERE due_at < 'infinity' OR lease_until IS NOT NULL`

// NextPacing returns how long it is until some configuration's pacing is due; 0 if one is.
func (s *Store) NextPacing(ctx context.Context) (time.Duration, error) {
	var seconds float64
	if err := s.pool.QueryRow(ctx, nextPacingSQL).Scan(&seconds); err != nil {
		return 0, fmt.Errorf("look for the next pacing: %w", err)
	}
	return max(0, time.Duration(seconds*float64(time.Second))), nil
}

const (
	// mostEvaluated bounds the attempts that one transaction looks at.
	mostEvaluated = 100
	// lookAgain is how soon pacing goes on where it has left something, lookLater how soon where all it
	// waits for will wake it.
	lookAgain = 20 * time.Millisecond
	lookLater = 5 * time.Second
	// lookAnyway is how soon pacing looks where it waits for nothing.
	lookAnyway = time.Minute
)

// Pace grants the dial tokens that a configuration's queue has to give now, in one transaction that
// counts the live ones; it returns how many it granted. Configurations of one queue share its agents
// and are paced together, in turns.
func (s *Store) Pace(ctx context.Context, claim PacingClaim) (int, error) {
	p := &pacing{claim: claim}
	err := s.retry(ctx, func() error {
		p = &pacing{claim: claim}
		return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error { return p.run(ctx, tx) })
	})
	if err != nil {
		return 0, fmt.Errorf("pace configuration %s: %w", claim.ConfigurationID, err)
	}
	return p.granted, nil
}

// pacing is one attempt to grant tokens.
type pacing struct {
	claim   PacingClaim
	queueID string
	now     time.Time
	// configurations are those of the queue, by id.
	configurations map[string]*pacedConfiguration
	// load is what the queue's agents come to, known whether anybody knows; since is from when.
	load  delivery.Load
	known bool
	since time.Time
	// left tells that an attempt was due and not looked at.
	left    bool
	granted int
	batch   *pgx.Batch
}

// pacedConfiguration is a configuration of the queue with what of its tokens is live.
type pacedConfiguration struct {
	id           string
	active       bool
	document     DeliveryDocument
	live, dialed int
	servedAt     time.Time
	served       bool
}

func (p *pacing) run(ctx context.Context, tx pgx.Tx) error {
	p.batch = &pgx.Batch{}
	for _, step := range []func(context.Context, pgx.Tx) error{p.findQueue, p.lockQueue, p.readQueue, p.releaseLost, p.countTokens} {
		if err := step(ctx, tx); err != nil {
			return err
		}
	}
	candidates, err := p.candidates(ctx, tx)
	if err != nil {
		return err
	}
	if err := p.grant(ctx, tx, candidates); err != nil {
		return err
	}
	if err := tx.SendBatch(ctx, p.batch).Close(); err != nil {
		return fmt.Errorf("grant tokens: %w", err)
	}
	return p.giveBack(ctx, tx)
}

// free is how many calls of a configuration may be started now: by its own limits, and of what the whole
// queue leaves.
func (p *pacing) free(c *pacedConfiguration) int {
	pace := c.document.Pace()
	if !c.active || pace.NeedsAgents() && !p.known {
		return 0
	}
	own := delivery.Load{Ready: p.load.Ready, Queued: p.load.Queued, Live: c.live, Dialed: c.dialed}
	calls, err := pace.NewCalls(own)
	if err != nil || !pace.NeedsAgents() {
		return calls
	}
	shared := own
	shared.Dialed = 0
	for _, other := range p.configurations {
		if other.document.Pace().NeedsAgents() {
			shared.Dialed += other.dialed
		}
	}
	pace.Allotment = 0
	// The mode was checked just now.
	most, _ := pace.NewCalls(shared)
	return min(calls, most)
}

const (
	giveBackSQL = `
UPDATE delivery_pacing SET due_at = least(due_at, $3), lease_until = NULL, served_at = coalesce($4, served_at)
WHERE configuration_id = $1 AND fence = $2`

	servedSQL = `UPDATE delivery_pacing SET served_at = $2 WHERE configuration_id = $1`

	nextDueSQL = `
SELECT (SELECT min(due_at) FROM delivery_waiting WHERE configuration_id = $1),
    (SELECT min(counts_until) FROM delivery_tokens WHERE configuration_id = $1 AND released_at IS NULL)`
)

// giveBack says when the configuration is to be looked at next and gives its row back. Rows of pacing are
// locked last, in order.
func (p *pacing) giveBack(ctx context.Context, tx pgx.Tx) error {
	var waiting, counting *time.Time
	if err := tx.QueryRow(ctx, nextDueSQL, p.claim.ConfigurationID).Scan(&waiting, &counting); err != nil {
		return fmt.Errorf("look for what is due next: %w", err)
	}
	next := p.now.Add(lookAnyway)
	switch {
	case p.left && p.free(p.configurations[p.claim.ConfigurationID]) > 0:
		next = p.now.Add(lookAgain)
	case waiting != nil && !waiting.After(p.now):
		next = p.now.Add(lookLater)
	case waiting != nil:
		next = *waiting
	}
	if counting != nil && counting.Before(next) {
		next = *counting
	}
	batch := &pgx.Batch{}
	for _, c := range p.sorted() {
		var served *time.Time
		if c.served {
			served = &p.now
		}
		if c.id == p.claim.ConfigurationID {
			batch.Queue(giveBackSQL, c.id, p.claim.Fence, next, served)
		} else if c.served {
			batch.Queue(servedSQL, c.id, p.now)
		}
	}
	return tx.SendBatch(ctx, batch).Close()
}
