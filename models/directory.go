package models

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm/clause"
)

// PutDirectoryEntry creates or replaces an entry of the directory.
func (s *Store) PutDirectoryEntry(ctx context.Context, entry DirectoryEntry) error {
	err := s.gorm.WithContext(ctx).Omit("UpdatedAt").Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "organization_id"}, {Name: "kind"}, {Name: "id"}},
		DoUpdates: append(clause.AssignmentColumns([]string{"name", "type", "group_id"}),
			clause.Assignment{Column: clause.Column{Name: "updated_at"}, Value: clause.Expr{SQL: "clock_timestamp()"}}),
	}).Create(&entry).Error
	if err != nil {
		return fmt.Errorf("write directory: %w", err)
	}
	return nil
}

// DirectoryEntry returns one entry; ErrNotFound without it.
func (s *Store) DirectoryEntry(ctx context.Context, organization, kind, id string) (DirectoryEntry, error) {
	var entry DirectoryEntry
	return entry, one(s.gorm.WithContext(ctx).Where("organization_id = ? AND kind = ? AND id = ?", organization, kind, id).Limit(1).Find(&entry))
}

// DeleteDirectoryEntry removes an entry; ErrNotFound without it.
func (s *Store) DeleteDirectoryEntry(ctx context.Context, organization, kind, id string) error {
	return one(s.gorm.WithContext(ctx).Where("organization_id = ? AND kind = ? AND id = ?", organization, kind, id).Delete(&DirectoryEntry{}))
}

// ListDirectory returns the entries of a kind by id, after an id, as many as limit.
func (s *Store) ListDirectory(ctx context.Context, organization, kind, after string, limit int) ([]DirectoryEntry, error) {
	var entries []DirectoryEntry
	err := s.gorm.WithContext(ctx).Where("organization_id = ? AND kind = ? AND id > ?", organization, kind, after).
		Order("id").Limit(limit).Find(&entries).Error
	if err != nil {
		return nil, fmt.Errorf("list directory: %w", err)
	}
	return entries, nil
}

// Configurations of deliveries name themselves.
const directoryNamesSQL = `
SELECT id, name FROM directory WHERE organization_id = $1 AND kind = $2 AND id = ANY ($3)
UNION ALL
SELECT id::text, name FROM delivery_configurations WHERE $2 = 'configuration' AND organization_id = $1 AND id::text = ANY ($3)`

// DirectoryNames returns the names of those of the ids that the directory knows, by id. The kind
// configuration means the configurations of deliveries.
func (s *Store) DirectoryNames(ctx context.Context, organization, kind string, ids []string) (map[string]string, error) {
	names := map[string]string{}
	found, err := s.pool.Query(ctx, directoryNamesSQL, organization, kind, ids)
	if err != nil {
		return nil, fmt.Errorf("look up names: %w", err)
	}
	var id, name string
	if _, err := pgx.ForEachRow(found, []any{&id, &name}, func() error { names[id] = name; return nil }); err != nil {
		return nil, fmt.Errorf("look up names: %w", err)
	}
	return names, nil
}
