package models

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// MaxDeliveryConfigurations is how many configurations an organization may have.
const MaxDeliveryConfigurations = 1000

// ErrTooMany tells that an organization has as many of a thing as it may have.
var ErrTooMany = errors.New("as many as there may be")

// ErrInUse tells that something else needs the row.
var ErrInUse = errors.New("in use")

const (
	configurationColumns = `
SELECT c.id::text, c.organization_id, v.version, c.active, c.suspension_type, c.suspended_at, c.suspended_by,
    c.created_at, c.updated_at, v.document
FROM delivery_configurations c JOIN delivery_configuration_versions v ON v.configuration_id = c.id`

	configurationSQL = configurationColumns + `
WHERE c.organization_id = $1 AND c.id = $2::uuid AND v.version = CASE $3::integer WHEN 0 THEN c.version ELSE $3::integer END`

	listConfigurationsSQL = configurationColumns + `
WHERE c.organization_id = $1 AND v.version = c.version AND ($2 = '' OR (c.created_at, c.id) >
    (SELECT p.created_at, p.id FROM delivery_configurations p WHERE p.organization_id = $1 AND p.id = nullif($2, '')::uuid))
ORDER BY c.created_at, c.id LIMIT $3`
)

// LoadDeliveryConfiguration reads a version of a configuration, 0 being the current one;
// ErrNotFound without it. The id must be a UUID.
func LoadDeliveryConfiguration(ctx context.Context, q querier, organization, id string, version int) (DeliveryConfiguration, error) {
	c, err := scanConfiguration(q.QueryRow(ctx, configurationSQL, organization, id, version))
	if err != nil {
		return c, fmt.Errorf("read a delivery configuration: %w", notFound(err))
	}
	return c, nil
}

// DeliveryConfiguration reads a version of a configuration, 0 being the current one; ErrNotFound
// without it. The id must be a UUID.
func (s *Store) DeliveryConfiguration(ctx context.Context, organization, id string, version int) (DeliveryConfiguration, error) {
	return LoadDeliveryConfiguration(ctx, s.pool, organization, id, version)
}

// ListDeliveryConfigurations returns an organization's configurations as they are now, oldest first,
// after the one with an id, as many as limit.
func (s *Store) ListDeliveryConfigurations(ctx context.Context, organization, after string, limit int) ([]DeliveryConfiguration, error) {
	rows, err := s.pool.Query(ctx, listConfigurationsSQL, organization, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list delivery configurations: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (DeliveryConfiguration, error) { return scanConfiguration(row) })
	if err != nil {
		return nil, fmt.Errorf("list delivery configurations: %w", err)
	}
	return list, nil
}

func scanConfiguration(row pgx.Row) (DeliveryConfiguration, error) {
	var c DeliveryConfiguration
	var document []byte
	err := row.Scan(&c.ID, &c.OrganizationID, &c.Version, &c.Active, &c.SuspensionType, &c.SuspendedAt, &c.SuspendedBy, &c.CreatedAt, &c.UpdatedAt, &document)
	if err != nil {
		return c, err
	}
	c.DeliveryDocument, err = decodeDocument(document)
	return c, err
}

// decodeDocument reads the column document of a version.
func decodeDocument(document []byte) (DeliveryDocument, error) {
	var d DeliveryDocument
	if err := json.Unmarshal(document, &d); err != nil {
		return d, fmt.Errorf("read a delivery configuration: %w", err)
	}
	return d, nil
}
