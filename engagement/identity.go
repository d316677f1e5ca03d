package engagement

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// ID is the identity of an engagement.
type ID [16]byte

// ErrInvalidID tells that a text is not the id of an engagement.
var ErrInvalidID = errors.New("an engagement id has 32 hexadecimal digits")

// EngagementID derives the identity of a conversation's leg from the organization, the
// conversation, the random generation of the conversation's row and the leg's ordinal: it is the
// same however often the leg is recorded, and nobody can guess it.
func EngagementID(organization, conversation, generation string, ordinal int) ID {
	var b []byte
	for _, part := range []string{organization, conversation, generation} {
		// Lengths keep ("ab", "c") and ("a", "bc") apart.
		b = binary.BigEndian.AppendUint32(b, uint32(len(part)))
		b = append(b, part...)
	}
	b = binary.BigEndian.AppendUint64(b, uint64(ordinal))
	sum := sha256.Sum256(b)
	return ID(sum[:16])
}

// ParseID reads an id in either of its forms, in any case; the error is ErrInvalidID.
func ParseID(s string) (ID, error) {
	var id ID
	digits := strings.ReplaceAll(s, "-", "")
	if len(digits) != 2*len(id) {
		return ID{}, fmt.Errorf("%q: %w", s, ErrInvalidID)
	}
	if _, err := hex.Decode(id[:], []byte(digits)); err != nil {
		return ID{}, fmt.Errorf("%q: %w", s, ErrInvalidID)
	}
	return id, nil
}

// String returns the 32 upper-case hexadecimal digits that the wire shows.
func (id ID) String() string { return strings.ToUpper(hex.EncodeToString(id[:])) }

// UUID returns the id in the form that Postgres stores.
func (id ID) UUID() string {
	h := hex.EncodeToString(id[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
