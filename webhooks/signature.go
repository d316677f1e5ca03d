package webhooks

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"
)

// secretPrefix marks a secret as text, so that one is found where it has leaked.
const secretPrefix = "whsec_"

// The length of a secret in bytes, by the specification; NewSecret makes secretBytes of them.
const (
	leastSecret = 24
	mostSecret  = 64
	secretBytes = 32
)

// Tolerance is how far a message's timestamp may lie from the receiver's clock: older ones may be
// replays of what somebody has overheard.
const Tolerance = 5 * time.Minute

var (
	// ErrSecret says that a text is no secret.
	ErrSecret = errors.New("a webhook secret is whsec_ and the base64 of 24 to 64 bytes")
	// ErrSignature says that a message was not signed with the secret, or not lately.
	ErrSignature = errors.New("the webhook's signature does not match")
)

// Secret signs messages to one endpoint; sender and receiver share it. It prints without its value.
type Secret struct{ key []byte }

// NewSecret makes a secret from a source of randomness such as crypto/rand.Reader.
func NewSecret(random io.Reader) (Secret, error) {
	key := make([]byte, secretBytes)
	if _, err := io.ReadFull(random, key); err != nil {
		return Secret{}, err
	}
	return Secret{key}, nil
}

// ParseSecret reads what Text returns; anything else is ErrSecret.
func ParseSecret(text string) (Secret, error) {
	encoded, ok := strings.CutPrefix(text, secretPrefix)
	if !ok {
		return Secret{}, ErrSecret
	}
	key, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || len(key) < leastSecret || len(key) > mostSecret {
		return Secret{}, ErrSecret
	}
	return Secret{key}, nil
}

// Text is the secret as the receiver configures it.
func (s Secret) Text() string { return secretPrefix + base64.StdEncoding.EncodeToString(s.key) }

// String hides the secret from logs.
func (s Secret) String() string { return secretPrefix + "***" }

// GoString hides the secret from %#v.
func (s Secret) GoString() string { return s.String() }

// Sign returns the signature of a message, of the form v1,<base64 of HMAC-SHA256 of id.timestamp.body>.
func (s Secret) Sign(id string, at time.Time, body []byte) string {
	mac := hmac.New(sha256.New, s.key)
	_, _ = io.WriteString(mac, id+"."+strconv.FormatInt(at.Unix(), 10)+".") // a hash never fails
	_, _ = mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// Verify checks the headers webhook-id, webhook-timestamp and webhook-signature of a body received at
// now. One matching signature is enough: while a secret is replaced, messages carry two.
func (s Secret) Verify(id, timestamp, signatures string, body []byte, now time.Time) error {
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	at := time.Unix(seconds, 0)
	if err != nil || now.Sub(at).Abs() > Tolerance {
		return ErrSignature
	}
	want := []byte(s.Sign(id, at, body))
	for signature := range strings.FieldsSeq(signatures) {
		if hmac.Equal(want, []byte(signature)) {
			return nil
		}
	}
	return ErrSignature
}
