package models

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// MaxWebhookEndpoints is how many endpoints an organization may have.
const MaxWebhookEndpoints = 50

// WebhookEndpoint is somebody who is told of events over HTTP.
type WebhookEndpoint struct {
	// ID is a UUID, chosen by whoever creates it: its secret is sealed for it.
	ID             string
	OrganizationID string
	URL            string
	Description    string
	// EventTypes are WebhookTypes.
	EventTypes []string
	// ConfigurationIDs are those whose events it gets; empty: all.
	ConfigurationIDs []string
	// OrderLease is how long an order that it has taken may wait for its start.
	OrderLease time.Duration
	Enabled    bool
	// DisabledReason is one of the Disabled constants; empty while it is enabled.
	DisabledReason string
	DisabledAt     *time.Time
	// FailingSince is the first failure since the last success; nil if the last attempt succeeded.
	FailingSince *time.Time
	// PreviousUntil is until when the secret before the present one signs too; nil or past: it does not.
	PreviousUntil        *time.Time
	CreatedAt, UpdatedAt time.Time
}

// Why an endpoint is disabled.
const (
	// DisabledByCaller: somebody said so.
	DisabledByCaller = "api"
	// DisabledGone: it answered 410.
	DisabledGone = "gone"
	// DisabledFailing: it failed for too long.
	DisabledFailing = "failing"
)

const (
	endpointColumns = `id::text, organization_id, url, description, event_types, configuration_ids, order_lease_ms::bigint * 1000000, enabled,
    disabled_reason, disabled_at, failing_since, previous_until, created_at, updated_at`

	countEndpointsSQL = `SELECT count(*) FROM webhook_endpoints WHERE organization_id = $1`

	// An order is told to one endpoint: of those that are enabled no two may be asked for the same.
	ordersTakenSQL = `
SELECT EXISTS (SELECT FROM webhook_endpoints
    WHERE organization_id = $1 AND id <> $2 AND enabled AND $3::text = ANY (event_types)
        AND (configuration_ids = '{}' OR $4::text[] = '{}' OR configuration_ids && $4::text[]))`

	insertEndpointSQL = `
INSERT INTO webhook_endpoints (id, organization_id, url, description, event_types, configuration_ids, order_lease_ms, enabled, disabled_reason,
    disabled_at, secret)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, CASE WHEN $8 THEN '' ELSE $9::text END, CASE WHEN $8 THEN NULL ELSE clock_timestamp() END, $10)
RETURNING ` + endpointColumns

	// Whoever enables it again gives it a new chance.
	updateEndpointSQL = `
UPDATE webhook_endpoints
SET url = $3, description = $4, event_types = $5, configuration_ids = $6, order_lease_ms = $7, enabled = $8,
    disabled_reason = CASE WHEN $8 THEN '' WHEN enabled THEN $9::text ELSE disabled_reason END,
    disabled_at = CASE WHEN $8 THEN NULL WHEN enabled THEN clock_timestamp() ELSE disabled_at END,
    failing_since = CASE WHEN $8 AND NOT enabled THEN NULL ELSE failing_since END,
    updated_at = clock_timestamp()
WHERE organization_id = $2 AND id = $1
RETURNING ` + endpointColumns

	rotateSecretSQL = `
UPDATE webhook_endpoints
SET previous_secret = secret, previous_until = clock_timestamp() + $4 * interval '1 millisecond', secret = $3, updated_at = clock_timestamp()
WHERE organization_id = $2 AND id = $1
RETURNING ` + endpointColumns

	endpointSQL = `SELECT ` + endpointColumns + ` FROM webhook_endpoints WHERE organization_id = $1 AND id = $2`

	listEndpointsSQL = `SELECT ` + endpointColumns + ` FROM webhook_endpoints WHERE organization_id = $1 ORDER BY created_at, id`
)

// CreateWebhookEndpoint writes an endpoint with its sealed secret. ErrTooMany if the organization has
// MaxWebhookEndpoints, ErrInUse if orders that it asks for are told to another endpoint.
func (s *Store) CreateWebhookEndpoint(ctx context.Context, e WebhookEndpoint, sealed []byte, audit Audit) (WebhookEndpoint, error) {
	return s.changeEndpoint(ctx, audit, func(tx pgx.Tx) (written WebhookEndpoint, err error) {
		var have int
		if err := tx.QueryRow(ctx, countEndpointsSQL, audit.OrganizationID).Scan(&have); err != nil {
			return written, err
		}
		if have >= MaxWebhookEndpoints {
			return written, ErrTooMany
		}
		return scanEndpoint(tx.QueryRow(ctx, insertEndpointSQL, e.ID, audit.OrganizationID, e.URL, e.Description, e.EventTypes,
			listed(e.ConfigurationIDs), e.OrderLease.Milliseconds(), e.Enabled, DisabledByCaller, sealed))
	})
}

// ReplaceWebhookEndpoint writes everything about an endpoint but its secrets; ErrNotFound without it,
// ErrInUse if orders that it asks for are told to another endpoint.
func (s *Store) ReplaceWebhookEndpoint(ctx context.Context, e WebhookEndpoint, audit Audit) (WebhookEndpoint, error) {
	return s.changeEndpoint(ctx, audit, func(tx pgx.Tx) (WebhookEndpoint, error) {
		written, err := scanEndpoint(tx.QueryRow(ctx, updateEndpointSQL, e.ID, audit.OrganizationID, e.URL, e.Description, e.EventTypes,
			listed(e.ConfigurationIDs), e.OrderLease.Milliseconds(), e.Enabled, DisabledByCaller))
		return written, notFound(err)
	})
}

func (s *Store) changeEndpoint(ctx context.Context, audit Audit, write func(pgx.Tx) (WebhookEndpoint, error)) (WebhookEndpoint, error) {
	var written WebhookEndpoint
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := lockOrganization(ctx, tx, audit.OrganizationID); err != nil {
			return err
		}
		var err error
		if written, err = write(tx); err != nil {
			return err
		}
		if err := checkOrders(ctx, tx, written); err != nil {
			return err
		}
		audit.Subject = "webhook_endpoint/" + written.ID
		if err := writeAudit(ctx, tx, audit, map[string]any{"enabled": written.Enabled}); err != nil {
			return err
		}
		// The outbox of an endpoint that was disabled is to be cleared.
		_, err = tx.Exec(ctx, notifySQL, WebhooksChannel)
		return err
	})
	if err != nil {
		return written, fmt.Errorf("write a webhook endpoint: %w", err)
	}
	return written, nil
}

func checkOrders(ctx context.Context, tx pgx.Tx, e WebhookEndpoint) error {
	if !e.Enabled || !slices.Contains(e.EventTypes, WebhookOrdered) {
		return nil
	}
	var taken bool
	if err := tx.QueryRow(ctx, ordersTakenSQL, e.OrganizationID, e.ID, WebhookOrdered, e.ConfigurationIDs).Scan(&taken); err != nil {
		return err
	}
	if taken {
		return ErrInUse
	}
	return nil
}

// RotateWebhookSecret gives an endpoint another sealed secret; the one before it goes on signing for a
// while. ErrNotFound without the endpoint.
func (s *Store) RotateWebhookSecret(ctx context.Context, id string, sealed []byte, overlap time.Duration, audit Audit) (WebhookEndpoint, error) {
	var written WebhookEndpoint
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) (err error) {
		written, err = scanEndpoint(tx.QueryRow(ctx, rotateSecretSQL, id, audit.OrganizationID, sealed, overlap.Milliseconds()))
		if err != nil {
			return notFound(err)
		}
		audit.Subject = "webhook_endpoint/" + id
		return writeAudit(ctx, tx, audit, map[string]any{"overlap_ms": overlap.Milliseconds()})
	})
	if err != nil {
		return written, fmt.Errorf("rotate a webhook secret: %w", err)
	}
	return written, nil
}

const (
	// Nobody writes messages for it any more, and those who did have done so.
	endEndpointSQL = `SELECT id FROM webhook_endpoints WHERE id = $1 AND organization_id = $2 FOR UPDATE`

	disableEndpointSQL = `UPDATE webhook_endpoints SET enabled = false WHERE id = $1`
	deleteEndpointSQL  = `DELETE FROM webhook_endpoints WHERE id = $1`
)

// DeleteWebhookEndpoint ends an endpoint and forgets its messages; ErrNotFound without it.
func (s *Store) DeleteWebhookEndpoint(ctx context.Context, id string, audit Audit) error {
	err := s.retry(ctx, func() error {
		return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
			tag, err := tx.Exec(ctx, endEndpointSQL, id, audit.OrganizationID)
			if err != nil {
				return err
			}
			if tag.RowsAffected() == 0 {
				return ErrNotFound
			}
			if _, err := tx.Exec(ctx, disableEndpointSQL, id); err != nil {
				return err
			}
			// Its orders are let go of as those of any that is disabled.
			if _, err := tx.Exec(ctx, clearOutboxSQL, id, OrdersChannel); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, deleteEndpointSQL, id); err != nil {
				return err
			}
			audit.Subject = "webhook_endpoint/" + id
			return writeAudit(ctx, tx, audit, map[string]any{})
		})
	})
	if err != nil {
		return fmt.Errorf("delete a webhook endpoint: %w", err)
	}
	return nil
}

// WebhookEndpoint returns one endpoint; ErrNotFound without it. The id must be a UUID.
func (s *Store) WebhookEndpoint(ctx context.Context, organization, id string) (WebhookEndpoint, error) {
	e, err := scanEndpoint(s.pool.QueryRow(ctx, endpointSQL, organization, id))
	if err != nil {
		return e, fmt.Errorf("read a webhook endpoint: %w", notFound(err))
	}
	return e, nil
}

// ListWebhookEndpoints returns an organization's endpoints, oldest first.
func (s *Store) ListWebhookEndpoints(ctx context.Context, organization string) ([]WebhookEndpoint, error) {
	rows, err := s.pool.Query(ctx, listEndpointsSQL, organization)
	if err != nil {
		return nil, fmt.Errorf("list webhook endpoints: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (WebhookEndpoint, error) { return scanEndpoint(row) })
	if err != nil {
		return nil, fmt.Errorf("list webhook endpoints: %w", err)
	}
	return list, nil
}

func scanEndpoint(row pgx.Row) (WebhookEndpoint, error) {
	var e WebhookEndpoint
	err := row.Scan(&e.ID, &e.OrganizationID, &e.URL, &e.Description, &e.EventTypes, &e.ConfigurationIDs, &e.OrderLease, &e.Enabled,
		&e.DisabledReason, &e.DisabledAt, &e.FailingSince, &e.PreviousUntil, &e.CreatedAt, &e.UpdatedAt)
	return e, err
}
