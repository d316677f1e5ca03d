package models

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"gorm.io/gorm/clause"
)

// keyMark begins every key, so that scanners for leaked secrets can tell one.
const keyMark = "eng_"

// Lengths of the parts of a key in characters: eng_, the prefix, _, 256 random bits.
const (
	keyPrefixLength = 12
	keySecretLength = 43
)

// KeyPrefix returns the part of a key under which it is found; false if the text cannot be a key.
func KeyPrefix(key string) (string, bool) {
	rest, marked := strings.CutPrefix(key, keyMark)
	prefix, secret, _ := strings.Cut(rest, "_")
	return prefix, marked && len(prefix) == keyPrefixLength && len(secret) == keySecretLength
}

// newKey returns a random key and its prefix.
func newKey() (key, prefix string) {
	random := make([]byte, keyPrefixLength/2+32)
	// Read never fails: without randomness the process ends.
	_, _ = rand.Read(random)
	prefix = hex.EncodeToString(random[:keyPrefixLength/2])
	return keyMark + prefix + "_" + base64.RawURLEncoding.EncodeToString(random[keyPrefixLength/2:]), prefix
}

// CreateOrganization makes sure that the organization exists; a name that is not empty is set.
func (s *Store) CreateOrganization(ctx context.Context, id, name string) error {
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

// CreateAPIKey makes a key for an organization, which is created if it is new, and returns it: it
// is stored as a hash, so this is the only time it can be seen.
func (s *Store) CreateAPIKey(ctx context.Context, organization, name string, scopes []string) (string, APIKey, error) {
	if err := s.CreateOrganization(ctx, organization, ""); err != nil {
		return "", APIKey{}, err
	}
	key, prefix := newKey()
	hash := sha256.Sum256([]byte(key))
	row := APIKey{OrganizationID: organization, Prefix: prefix, Hash: hash[:], Name: name, Scopes: scopes}
	if err := s.gorm.WithContext(ctx).Omit("CreatedAt").Create(&row).Error; err != nil {
		return "", row, fmt.Errorf("create key: %w", err)
	}
	return key, row, s.audit(ctx, Audit{OrganizationID: organization, Actor: localActor, Action: "key.create", Subject: prefix})
}

// localActor is who changes keys: somebody with the database's URL.
const localActor = "command line"

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
func (s *Store) RevokeAPIKey(ctx context.Context, prefix string) error {
	var organization string
	if err := s.pool.QueryRow(ctx, revokeKeySQL, prefix).Scan(&organization); err != nil {
		if err := notFound(err); errors.Is(err, ErrNotFound) {
			return err
		}
		return fmt.Errorf("revoke key: %w", err)
	}
	return s.audit(ctx, Audit{OrganizationID: organization, Actor: localActor, Action: "key.revoke", Subject: prefix})
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
