package models

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	suspendConfigurationSQL = `
UPDATE delivery_configurations SET active = false, suspension_type = $3, suspended_at = clock_timestamp(), suspended_by = $4, updated_at = clock_timestamp()
WHERE organization_id = $1 AND id = $2::uuid AND active`

	resumeConfigurationSQL = `
UPDATE delivery_configurations SET active = true, suspension_type = '', suspended_at = NULL, suspended_by = '', updated_at = clock_timestamp()
WHERE organization_id = $1 AND id = $2::uuid AND NOT active`

	// Whoever paces looks at the configuration again at once.
	wakePacingSQL = `
UPDATE delivery_pacing SET due_at = clock_timestamp() WHERE configuration_id = $1::uuid AND due_at > clock_timestamp()`

	deletePacingSQL = `DELETE FROM delivery_pacing WHERE organization_id = $1 AND configuration_id = $2::uuid`

	deleteVersionsSQL = `DELETE FROM delivery_configuration_versions WHERE organization_id = $1 AND configuration_id = $2::uuid`

	deleteConfigurationSQL = `DELETE FROM delivery_configurations WHERE organization_id = $1 AND id = $2::uuid`
)

// SuspendDelivery keeps a configuration from dialing until it is resumed; why is one of the
// Suspended constants. One that is suspended already stays as it is. Calls under way go on.
func (s *Store) SuspendDelivery(ctx context.Context, id, why string, audit Audit) (DeliveryConfiguration, error) {
	return s.changeConfiguration(ctx, audit, func(tx pgx.Tx) (string, map[string]any, error) {
		tag, err := tx.Exec(ctx, suspendConfigurationSQL, audit.OrganizationID, id, why, audit.Actor)
		if err != nil || tag.RowsAffected() == 0 {
			return id, nil, err
		}
		return id, map[string]any{"suspension_type": why}, nil
	})
}

// ResumeDelivery lets a suspended configuration dial again, whoever suspended it.
func (s *Store) ResumeDelivery(ctx context.Context, id string, audit Audit) (DeliveryConfiguration, error) {
	return s.changeConfiguration(ctx, audit, func(tx pgx.Tx) (string, map[string]any, error) {
		tag, err := tx.Exec(ctx, resumeConfigurationSQL, audit.OrganizationID, id)
		if err != nil || tag.RowsAffected() == 0 {
			return id, nil, err
		}
		return id, map[string]any{}, wakePacing(ctx, tx, id)
	})
}

// DeleteDeliveryConfiguration removes a configuration under which no task was ever accepted;
// ErrInUse for any other, ErrNotFound without it.
func (s *Store) DeleteDeliveryConfiguration(ctx context.Context, id string, audit Audit) error {
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		for _, statement := range []string{deletePacingSQL, deleteVersionsSQL, deleteConfigurationSQL} {
			tag, err := tx.Exec(ctx, statement, audit.OrganizationID, id)
			if err != nil {
				return inUse(err)
			}
			if statement == deleteConfigurationSQL && tag.RowsAffected() == 0 {
				return ErrNotFound
			}
		}
		audit.Subject = "delivery_configuration/" + id
		return writeAudit(ctx, tx, audit, map[string]any{})
	})
}

// inUse makes ErrInUse of a row that another one refers to.
func inUse(err error) error {
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == "23503" {
		return ErrInUse
	}
	return err
}

func wakePacing(ctx context.Context, tx pgx.Tx, id string) error {
	_, err := tx.Exec(ctx, wakePacingSQL, id)
	return err
}
