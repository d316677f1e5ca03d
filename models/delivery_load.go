package models

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"engaged/delivery"
)

// DeliveryCapacity tells what pacing has to give to a configuration now: by its own limits, and of what the other
// configurations leave of its queue's agents. Whether the configuration is active is not asked.
func (s *Store) DeliveryCapacity(ctx context.Context, organization, configuration string) (delivery.Capacity, error) {
	p := &pacing{claim: PacingClaim{OrganizationID: organization, ConfigurationID: configuration}}
	snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, s.pool, snapshot, func(tx pgx.Tx) error {
		for _, step := range []func(context.Context, pgx.Tx) error{p.findQueue, p.readQueue, p.countTokens} {
			if err := step(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return delivery.Capacity{}, fmt.Errorf("read the capacity of a configuration: %w", err)
	}
	c, found := p.configurations[configuration]
	switch {
	case !found:
		return delivery.Capacity{}, fmt.Errorf("read the capacity of a configuration: %w", ErrNotFound)
	case c.document.Pace().NeedsAgents() && !p.known:
		return delivery.Capacity{}, nil
	}
	c.active = true
	return delivery.Capacity{Known: true, Free: p.free(c)}, nil
}
