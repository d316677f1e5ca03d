package webhooks_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"engaged/webhooks"
)

// sealingKey is a key of one byte, repeated.
func sealingKey(b byte) string {
	return base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{b}, webhooks.KeyBytes))
}

func TestKeyring(t *testing.T) {
	t.Parallel()
	ring := func(keys ...string) webhooks.Keyring {
		t.Helper()
		k, err := webhooks.NewKeyring(keys...)
		require.NoError(t, err)
		return k
	}
	secret, err := webhooks.NewSecret(rand.Reader)
	require.NoError(t, err)
	raw, err := base64.StdEncoding.DecodeString(secret.Text()[len("whsec_"):])
	require.NoError(t, err)
	none, old, both := ring(), ring(sealingKey(1)), ring(sealingKey(2), sealingKey(1))

	unsealed, stored := none.Seal(secret, "e1"), old.Seal(secret, "e1")
	require.True(t, bytes.Contains(unsealed, raw))
	require.False(t, bytes.Contains(stored, raw))
	require.NotEqual(t, stored, old.Seal(secret, "e1"), "each sealing has a nonce of its own")
	for name, c := range map[string]struct {
		ring   webhooks.Keyring
		stored []byte
		owner  string
		opens  bool
	}{
		"same key":                    {old, stored, "e1", true},
		"an older key":                {both, stored, "e1", true},
		"stored before there was one": {both, unsealed, "e1", true},
		"another's":                   {old, stored, "e2", false},
		"another key":                 {old, both.Seal(secret, "e1"), "e1", false},
		"no key":                      {none, stored, "e1", false},
		"nothing":                     {old, nil, "e1", false},
		"too short":                   {old, stored[:5], "e1", false},
		"changed":                     {old, append(bytes.Clone(stored[:len(stored)-1]), stored[len(stored)-1]^1), "e1", false},
	} {
		opened, err := c.ring.Open(c.stored, c.owner)
		if c.opens {
			require.NoError(t, err, name)
			require.Equal(t, secret.Text(), opened.Text(), name)
			continue
		}
		require.ErrorIs(t, err, webhooks.ErrSealed, name)
	}
	for _, text := range []string{"", "secret", base64.StdEncoding.EncodeToString(make([]byte, 31)), sealingKey(1) + "=", fmt.Sprint(none)} {
		_, err := webhooks.NewKeyring(sealingKey(1), text)
		require.ErrorIs(t, err, webhooks.ErrKey)
	}
}
