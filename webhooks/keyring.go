package webhooks

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"fmt"
)

// KeyBytes is the length of a sealing key: AES-256.
const KeyBytes = 32

// The first byte of a sealed secret says how it is kept.
const (
	plain  = 0
	sealed = 1
)

var (
	// ErrKey says that a text is no sealing key.
	ErrKey = errors.New("a key is the base64 of 32 bytes, as made by: openssl rand -base64 32")
	// ErrSealed says that a secret cannot be read with the keys at hand.
	ErrSealed = errors.New("the webhook secret was sealed with another key")
)

// Keyring seals secrets for storage, with AES-256-GCM. Its zero value has no key: it stores secrets as they
// are, and cannot read sealed ones.
type Keyring struct{ keys []cipher.AEAD }

// NewKeyring returns a keyring of base64 texts, of which the first seals and all open; ErrKey if one is
// none. Errors do not hold what was given.
func NewKeyring(texts ...string) (Keyring, error) {
	var ring Keyring
	for _, text := range texts {
		key, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(key) != KeyBytes {
			return Keyring{}, ErrKey
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return Keyring{}, ErrKey
		}
		aead, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return Keyring{}, fmt.Errorf("make a cipher: %w", err)
		}
		ring.keys = append(ring.keys, aead)
	}
	return ring, nil
}

// Seal returns a secret as it is stored for its owner, an endpoint's id: nobody else's can be opened with it.
func (k Keyring) Seal(s Secret, owner string) []byte {
	if len(k.keys) == 0 {
		return append([]byte{plain}, s.key...)
	}
	return k.keys[0].Seal([]byte{sealed}, nil, s.key, []byte(owner))
}

// Open reads what Seal returned for the owner; ErrSealed if no key fits.
func (k Keyring) Open(stored []byte, owner string) (Secret, error) {
	if len(stored) > 0 && stored[0] == plain {
		return Secret{stored[1:]}, nil
	}
	for _, aead := range k.keys {
		if len(stored) == 0 {
			break
		}
		if key, err := aead.Open(nil, nil, stored[1:], []byte(owner)); err == nil {
			return Secret{key}, nil
		}
	}
	return Secret{}, ErrSealed
}
