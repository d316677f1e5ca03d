package models

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"engaged/delivery"
)

// DeliveryCapacity tells what a configuration's pacing has to give at an instant: by its own limits, whatever
// other configurations of its queue take.
func (s *Store) DeliveryCapacity(ctx context.Context, configuration DeliveryConfiguration, at delivery.Instant) (delivery.Capacity, error) {
	pace, load, since := configuration.Pace(), delivery.Load{}, at.Time()
	if pace.NeedsAgents() {
		told, err := s.Capacity(ctx, configuration.OrganizationID, configuration.QueueID)
		if errors.Is(err, ErrNotFound) || err == nil && !told.KnownAt(at) {
			return delivery.Capacity{}, nil
		}
		if err != nil {
			return delivery.Capacity{}, err
		}
		load.Ready, load.Queued, since = told.ReadyAgents, told.QueuedCalls, told.At
	}
	if err := s.countTokens(ctx, configuration.ID, since, &load); err != nil {
		return delivery.Capacity{}, err
	}
	free, err := pace.NewCalls(load)
	if err != nil {
		return delivery.Capacity{}, fmt.Errorf("pace configuration: %w", err)
	}
	return delivery.Capacity{Known: true, Free: free}, nil
}

// countTokens counts the live tokens of a configuration, and those of them that are being dialed.
func (s *Store) countTokens(ctx context.Context, configuration string, since time.Time, load *delivery.Load) error {
	var id string
	err := s.pool.QueryRow(ctx, countTokensSQL, []string{configuration}, since).Scan(&id, &load.Live, &load.Dialed)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("count tokens: %w", err)
	}
	return nil
}
