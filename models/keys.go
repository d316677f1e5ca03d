package models

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm/clause"
)

// EnsureOrganization makes sure that the organization exists; a name that is not empty is set.
func (s *Store) EnsureOrganization(ctx context.Context, id, name string) error {
	onConflict := clause.OnConflict{DoNothing: true}
	if name != "" {
		onConflict = clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, DoUpdates: clause.AssignmentColumns([]string{"name"})}
	}
	row := OrganizationRow{ID: id, Name: name}
	if err := s.gorm.WithContext(ctx).Omit("CreatedAt").Clauses(onConflict).Create(&row).Error; err != nil {
		return fmt.Errorf("create organization %s: %w", id, err)
	}
	return nil
}

// CreateAPIKey stores a key, creating its organization if it is new, and notes it in the audit log.
// ErrConflict tells that the prefix is taken.
func (s *Store) CreateAPIKey(ctx context.Context, key APIKey, actor string) error {
	if err := s.EnsureOrganization(ctx, key.OrganizationID, ""); err != nil {
		return err
	}
	created := s.gorm.WithContext(ctx).Omit("ID", "CreatedAt").Clauses(clause.OnConflict{DoNothing: true}).Create(&key)
	if created.Error != nil {
		return fmt.Errorf("create key: %w", created.Error)
	}
	if created.RowsAffected == 0 {
		return ErrConflict
	}
	return s.audit(ctx, Audit{OrganizationID: key.OrganizationID, Actor: actor, Action: "key.create", Subject: key.Prefix})
}

// FindAPIKey returns the key with the prefix, revoked or not; ErrNotFound without one.
func (s *Store) FindAPIKey(ctx context.Context, prefix string) (APIKey, error) {
	var key APIKey
	return key, one(s.gorm.WithContext(ctx).Where("prefix = ?", prefix).Limit(1).Find(&key))
}

// ListAPIKeys returns the keys of an organization, or of all where it is empty, oldest first.
func (s *Store) ListAPIKeys(ctx context.Context, organization string) ([]APIKey, error) {
	query := s.gorm.WithContext(ctx).Order("organization_id, id")
	if organization != "" {
		query = query.Where("organization_id = ?", organization)
	}
	var keys []APIKey
	if err := query.Find(&keys).Error; err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	return keys, nil
}

const revokeKeySQL = `
UPDATE api_keys SET revoked_at = clock_timestamp() WHERE prefix = $1 AND revoked_at IS NULL RETURNING organization_id`

// RevokeAPIKey makes a key useless; ErrNotFound if there is none that is valid.
func (s *Store) RevokeAPIKey(ctx context.Context, prefix, actor string) error {
	var organization string
	if err := s.pool.QueryRow(ctx, revokeKeySQL, prefix).Scan(&organization); err != nil {
		if err := notFound(err); errors.Is(err, ErrNotFound) {
			return err
		}
		return fmt.Errorf("revoke key: %w", err)
	}
	return s.audit(ctx, Audit{OrganizationID: organization, Actor: actor, Action: "key.revoke", Subject: prefix})
}

func (s *Store) audit(ctx context.Context, row Audit) error {
	if row.Detail == nil {
		row.Detail = JSON("{}")
	}
	if err := s.gorm.WithContext(ctx).Omit("ID", "At").Create(&row).Error; err != nil {
		return fmt.Errorf("write audit log: %w", err)
	}
	return nil
}
