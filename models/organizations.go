package models

import (
	"context"
	"errors"
	"fmt"
)

const (
	createHashingSQL = `
INSERT INTO organizations (id, hashes_conversation_ids) VALUES ($1, true) ON CONFLICT (id) DO NOTHING`

	hashesSQL = `SELECT hashes_conversation_ids FROM organizations WHERE id = $1`
)

// CreateHashingOrganization makes sure that the organization exists and that its conversation ids are
// hashed in workflow ids. That is fixed when an organization is created: ErrConflict if it exists
// without.
func (s *Store) CreateHashingOrganization(ctx context.Context, id string) error {
	if _, err := s.pool.Exec(ctx, createHashingSQL, id); err != nil {
		return fmt.Errorf("create organization %s: %w", id, err)
	}
	hashes, err := s.HashesConversationIDs(ctx, id)
	if err == nil && !hashes {
		err = ErrConflict
	}
	if err != nil {
		return fmt.Errorf("create organization %s: %w", id, err)
	}
	return nil
}

// HashesConversationIDs tells whether an organization's conversation ids are hashed in workflow ids;
// false for one that does not exist.
func (s *Store) HashesConversationIDs(ctx context.Context, organization string) (bool, error) {
	if known, ok := s.hashing.Load(organization); ok {
		return known == true, nil
	}
	var hashes bool
	err := notFound(s.pool.QueryRow(ctx, hashesSQL, organization).Scan(&hashes))
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read organization: %w", err)
	}
	s.hashing.Store(organization, hashes)
	return hashes, nil
}
