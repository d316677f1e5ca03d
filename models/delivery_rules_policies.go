package models

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"engaged/delivery"
)

// MaxDeliveryPolicies is how many cancellation policies an organization may have: every attempt
// asks all of them.
const MaxDeliveryPolicies = 500

// DeliveryPolicy is a cancellation policy. Its ID is set by CreateDeliveryPolicy, ExecutedAt with every
// write.
type DeliveryPolicy struct {
	delivery.Policy
	// Name is what people read.
	Name      string
	CreatedAt time.Time
}

const (
	policyColumns = `id::text, name, configuration_ids, country, state, postal_code, executed_at, until, created_at`

	countPoliciesSQL = `SELECT count(*) FROM delivery_policies WHERE organization_id = $1`

	insertPolicySQL = `
INSERT INTO delivery_policies (id, organization_id, name, configuration_ids, country, state, postal_code, until, created_by, executed_at)
VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp()) RETURNING ` + policyColumns

	updatePolicySQL = `
UPDATE delivery_policies SET name = $3, configuration_ids = $4, country = $5, state = $6, postal_code = $7, until = $8, executed_at = clock_timestamp()
WHERE organization_id = $1 AND id = $2::uuid RETURNING ` + policyColumns

	deletePolicySQL = `DELETE FROM delivery_policies WHERE organization_id = $1 AND id = $2::uuid`

	policySQL = `SELECT ` + policyColumns + ` FROM delivery_policies WHERE organization_id = $1 AND id = $2::uuid`

	listPoliciesSQL = `SELECT ` + policyColumns + ` FROM delivery_policies WHERE organization_id = $1 AND ($2 = '' OR (created_at, id) >
    (SELECT p.created_at, p.id FROM delivery_policies p WHERE p.organization_id = $1 AND p.id = nullif($2, '')::uuid))
ORDER BY created_at, id LIMIT $3`
)

// CreateDeliveryPolicy writes a policy, which is executed at once: SweepDeliveries cancels what waits. ErrTooMany if the organization has
// MaxDeliveryPolicies.
func (s *Store) CreateDeliveryPolicy(ctx context.Context, p DeliveryPolicy, audit Audit) (DeliveryPolicy, error) {
	return s.changePolicy(ctx, audit, func(tx pgx.Tx) (pgx.Row, error) {
		if err := lockOrganization(ctx, tx, audit.OrganizationID); err != nil {
			return nil, err
		}
		var have int
		if err := tx.QueryRow(ctx, countPoliciesSQL, audit.OrganizationID).Scan(&have); err != nil {
			return nil, err
		}
		if have >= MaxDeliveryPolicies {
			return nil, ErrTooMany
		}
		return tx.QueryRow(ctx, insertPolicySQL, audit.OrganizationID, p.Name, listed(p.ConfigurationIDs), p.Country, p.State, p.PostalCode, until(p), audit.Actor), nil
	})
}

// ReplaceDeliveryPolicy gives a policy other conditions and executes it anew; ErrNotFound without it.
func (s *Store) ReplaceDeliveryPolicy(ctx context.Context, p DeliveryPolicy, audit Audit) (DeliveryPolicy, error) {
	return s.changePolicy(ctx, audit, func(tx pgx.Tx) (pgx.Row, error) {
		return tx.QueryRow(ctx, updatePolicySQL, audit.OrganizationID, p.ID, p.Name, listed(p.ConfigurationIDs), p.Country, p.State, p.PostalCode, until(p)), nil
	})
}

func (s *Store) changePolicy(ctx context.Context, audit Audit, write func(pgx.Tx) (pgx.Row, error)) (DeliveryPolicy, error) {
	var written DeliveryPolicy
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		row, err := write(tx)
		if err != nil {
			return err
		}
		if written, err = scanPolicy(row); err != nil {
			return notFound(err)
		}
		if _, err := tx.Exec(ctx, sweepPolicySQL, audit.OrganizationID, written.ID); err != nil {
			return err
		}
		audit.Subject = "delivery_policy/" + written.ID
		return writeAudit(ctx, tx, audit, map[string]any{})
	})
	if err != nil {
		return written, fmt.Errorf("write a cancellation policy: %w", err)
	}
	return written, nil
}

// DeleteDeliveryPolicy ends a policy; what it has cancelled stays so. ErrNotFound without it.
func (s *Store) DeleteDeliveryPolicy(ctx context.Context, id string, audit Audit) error {
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, deletePolicySQL, audit.OrganizationID, id)
		if err != nil {
			return fmt.Errorf("delete a cancellation policy: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return ErrNotFound
		}
		audit.Subject = "delivery_policy/" + id
		return writeAudit(ctx, tx, audit, map[string]any{})
	})
}

// DeliveryPolicy returns one policy; ErrNotFound without it.
func (s *Store) DeliveryPolicy(ctx context.Context, organization, id string) (DeliveryPolicy, error) {
	p, err := scanPolicy(s.pool.QueryRow(ctx, policySQL, organization, id))
	if err != nil {
		return p, fmt.Errorf("read a cancellation policy: %w", notFound(err))
	}
	return p, nil
}

// ListDeliveryPolicies returns an organization's policies, oldest first, after the one with an id, as
// many as limit.
func (s *Store) ListDeliveryPolicies(ctx context.Context, organization, after string, limit int) ([]DeliveryPolicy, error) {
	rows, err := s.pool.Query(ctx, listPoliciesSQL, organization, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list cancellation policies: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (DeliveryPolicy, error) { return scanPolicy(row) })
	if err != nil {
		return nil, fmt.Errorf("list cancellation policies: %w", err)
	}
	return list, nil
}

func scanPolicy(row pgx.Row) (DeliveryPolicy, error) {
	var p DeliveryPolicy
	var executed time.Time
	var end *time.Time
	err := row.Scan(&p.ID, &p.Name, &p.ConfigurationIDs, &p.Country, &p.State, &p.PostalCode, &executed, &end, &p.CreatedAt)
	p.ExecutedAt = delivery.At(executed)
	if end != nil {
		p.Until = new(delivery.At(*end))
	}
	return p, err
}

func until(p DeliveryPolicy) *time.Time {
	if p.Until == nil {
		return nil
	}
	return new(p.Until.Time())
}

// listed is the list as a column that is never null takes it.
func listed(texts []string) []string {
	if texts == nil {
		return []string{}
	}
	return texts
}
