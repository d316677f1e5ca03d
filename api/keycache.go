package api

import (
	"context"
	"errors"
	"sync"
	"time"

	"engaged/models"
)

// maxCachedKeys bounds the cache, unknown prefixes included; beyond it the cache starts afresh.
const maxCachedKeys = 10_000

// knownKey is what the cache holds of a key.
type knownKey struct {
	hash      []byte
	principal principal
	// missing notes that there is no such key, so that guessing does not reach the database.
	missing bool
	until   time.Time
}

// keyCache looks keys up by their prefix and believes what it found for a while.
type keyCache struct {
	store interface {
		FindAPIKey(ctx context.Context, prefix string) (models.APIKey, error)
	}
	ttl    time.Duration
	now    func() time.Time
	limits *limits

	mu   sync.RWMutex
	keys map[string]knownKey
}

// find returns the key with the prefix, or models.ErrNotFound; revoked keys are not found.
func (k *keyCache) find(ctx context.Context, prefix string) (knownKey, error) {
	now := k.now()
	k.mu.RLock()
	known, cached := k.keys[prefix]
	k.mu.RUnlock()
	if !cached || now.After(known.until) {
		row, err := k.store.FindAPIKey(ctx, prefix)
		if err != nil && !errors.Is(err, models.ErrNotFound) {
			return knownKey{}, err
		}
		known = knownKey{missing: true}
		if err == nil && row.RevokedAt == nil {
			known = knownKey{hash: row.Hash, principal: principal{
				organization: row.OrganizationID,
				actor:        "key:" + row.Prefix,
				bucket:       k.limits.of(row.Prefix),
				scopes:       row.Scopes,
			}}
		}
		known.until = now.Add(k.ttl)
		k.keep(prefix, known)
	}
	if known.missing {
		return knownKey{}, models.ErrNotFound
	}
	return known, nil
}

func (k *keyCache) keep(prefix string, known knownKey) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.keys == nil || len(k.keys) >= maxCachedKeys {
		k.keys = map[string]knownKey{}
	}
	k.keys[prefix] = known
}
