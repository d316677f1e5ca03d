package models

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"
)

const (
	countConfigurationsSQL = `SELECT count(*) FROM delivery_configurations WHERE organization_id = $1`

	insertConfigurationSQL = `
INSERT INTO delivery_configurations (id, organization_id, name, description, version)
VALUES (gen_random_uuid(), $1, $2, $3, 1) RETURNING id::text`

	insertConfigurationVersionSQL = `
INSERT INTO delivery_configuration_versions (configuration_id, version, organization_id, document, created_by)
VALUES ($1::uuid, $2, $3, $4::jsonb, $5)`

	// The version is read again once the lock is held.
	lockConfigurationSQL = `
SELECT version FROM delivery_configurations WHERE organization_id = $1 AND id = $2::uuid FOR NO KEY UPDATE`

	// A document that says what the current version says makes no other one.
	sameDocumentSQL = `
SELECT document = $3::jsonb FROM delivery_configuration_versions WHERE configuration_id = $1::uuid AND version = $2`

	updateConfigurationSQL = `
UPDATE delivery_configurations SET name = $2, description = $3, version = $4, updated_at = clock_timestamp() WHERE id = $1::uuid`
)

// CreateDeliveryConfiguration makes a configuration of a valid document, active, at version 1.
// ErrTooMany if the organization has MaxDeliveryConfigurations, ErrNotFound if it does not exist.
func (s *Store) CreateDeliveryConfiguration(ctx context.Context, d DeliveryDocument, audit Audit) (DeliveryConfiguration, error) {
	return s.changeConfiguration(ctx, audit, func(tx pgx.Tx) (string, map[string]any, error) {
		if err := lockOrganization(ctx, tx, audit.OrganizationID); err != nil {
			return "", nil, err
		}
		var have int
		if err := tx.QueryRow(ctx, countConfigurationsSQL, audit.OrganizationID).Scan(&have); err != nil {
			return "", nil, err
		}
		if have >= MaxDeliveryConfigurations {
			return "", nil, ErrTooMany
		}
		var id string
		if err := tx.QueryRow(ctx, insertConfigurationSQL, audit.OrganizationID, d.Name, d.Description).Scan(&id); err != nil {
			return "", nil, err
		}
		document, err := json.Marshal(d)
		if err != nil {
			return "", nil, err
		}
		_, err = tx.Exec(ctx, insertConfigurationVersionSQL, id, 1, audit.OrganizationID, string(document), audit.Actor)
		return id, map[string]any{"version": 1}, err
	})
}

// ReplaceDeliveryConfiguration makes a valid document the next version of a configuration, unless it
// says what the current one says. Tasks that were accepted before keep theirs. With expected, which
// is 0 for any, ErrConflict tells that the configuration is at another version.
func (s *Store) ReplaceDeliveryConfiguration(ctx context.Context, id string, expected int, d DeliveryDocument, audit Audit) (DeliveryConfiguration, error) {
	return s.changeConfiguration(ctx, audit, func(tx pgx.Tx) (string, map[string]any, error) {
		document, err := json.Marshal(d)
		if err != nil {
			return "", nil, err
		}
		var version int
		var same bool
		if err := tx.QueryRow(ctx, lockConfigurationSQL, audit.OrganizationID, id).Scan(&version); err != nil {
			return "", nil, notFound(err)
		}
		if expected != 0 && expected != version {
			return "", nil, ErrConflict
		}
		if err := tx.QueryRow(ctx, sameDocumentSQL, id, version, string(document)).Scan(&same); err != nil || same {
			return id, nil, err
		}
		version++
		if _, err := tx.Exec(ctx, insertConfigurationVersionSQL, id, version, audit.OrganizationID, string(document), audit.Actor); err != nil {
			return "", nil, err
		}
		if _, err := tx.Exec(ctx, updateConfigurationSQL, id, d.Name, d.Description, version); err != nil {
			return "", nil, err
		}
		return id, map[string]any{"version": version}, wakePacing(ctx, tx, id)
	})
}

// changeConfiguration runs a change in a transaction and returns what the configuration is then.
// The change returns its id and what the audit log says, nil if nothing was changed.
func (s *Store) changeConfiguration(ctx context.Context, audit Audit, change func(pgx.Tx) (string, map[string]any, error)) (DeliveryConfiguration, error) {
	var c DeliveryConfiguration
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		id, detail, err := change(tx)
		if err != nil {
			return err
		}
		if detail != nil {
			audit.Subject = "delivery_configuration/" + id
			if err := writeAudit(ctx, tx, audit, detail); err != nil {
				return err
			}
		}
		c, err = LoadDeliveryConfiguration(ctx, tx, audit.OrganizationID, id, 0)
		return err
	})
	if err != nil {
		return c, fmt.Errorf("change a delivery configuration: %w", err)
	}
	return c, nil
}

// lockOrganization lets one change of an organization's sets come after the other.
func lockOrganization(ctx context.Context, tx pgx.Tx, organization string) error {
	_, err := tx.Exec(ctx, lockOrganizationSQL, organization)
	return err
}

// writeAudit writes who changed what, in the transaction of the change.
func writeAudit(ctx context.Context, tx pgx.Tx, audit Audit, detail map[string]any) error {
	text, err := json.Marshal(detail)
	if err != nil {
		return fmt.Errorf("write audit log: %w", err)
	}
	if _, err := tx.Exec(ctx, insertAuditSQL, audit.OrganizationID, audit.Actor, audit.Action, audit.Subject, string(text)); err != nil {
		return fmt.Errorf("write audit log: %w", err)
	}
	return nil
}
