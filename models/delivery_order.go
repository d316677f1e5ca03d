package models

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"engaged/delivery"
)

// OrderTaker is who has taken an order.
type OrderTaker struct {
	// Dialer has claimed it, until LeaseUntil; empty while nobody has.
	Dialer     string
	LeaseUntil delivery.Instant
	// EndpointID is the webhook endpoint that is told of it; empty where dialers claim it.
	EndpointID string
}

const orderTakerSQL = `
SELECT coalesce(claimed_by, ''), lease_until, coalesce(webhook_endpoint_id::text, '')
FROM delivery_tokens WHERE organization_id = $1 AND delivery_id = $2 AND fence = $3`

// DeliveryOrderTaker tells who has taken a delivery's order; nobody if there is no such order.
func (s *Store) DeliveryOrderTaker(ctx context.Context, organization, id string, fence int64) (OrderTaker, error) {
	var taker OrderTaker
	var lease *time.Time
	err := s.pool.QueryRow(ctx, orderTakerSQL, organization, id, fence).Scan(&taker.Dialer, &lease, &taker.EndpointID)
	if errors.Is(err, pgx.ErrNoRows) {
		return OrderTaker{}, nil
	}
	if err != nil {
		return OrderTaker{}, fmt.Errorf("read who has an order: %w", err)
	}
	if lease != nil {
		taker.LeaseUntil = delivery.At(*lease)
	}
	return taker, nil
}
