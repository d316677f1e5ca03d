package analytics

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// place is where a row stands in the order of an answer.
type place struct {
	// Query is the fingerprint of the query that the place belongs to.
	Query []byte `json:"q"`
	// Bucket is where the row's bucket begins, in microseconds.
	Bucket int64 `json:"b,omitempty"`
	// Group is the row's group, Number what it was ordered by.
	Group  string   `json:"g,omitempty"`
	Number *float64 `json:"n,omitempty"`
}

// maxToken is how long a token may be, in characters: a group of the longest values, escaped.
const maxToken = 64 << 10

// fingerprint names a query apart from the page that is asked for.
func (q Query) fingerprint() ([]byte, error) {
	zone := q.Location.String()
	q.Location, q.After, q.Limit = nil, "", 0
	q.Period.Start, q.Period.End = q.Period.Start.UTC(), q.Period.End.UTC()
	text, err := json.Marshal(struct {
		Query Query
		Zone  string
	}{q, zone})
	if err != nil {
		return nil, fmt.Errorf("name the query: %w", err)
	}
	sum := sha256.Sum256(text)
	return sum[:16], nil
}

// token is After of the page behind a place.
func (q Query) token(last *place) (string, error) {
	var err error
	if last.Query, err = q.fingerprint(); err != nil {
		return "", err
	}
	text, err := json.Marshal(last)
	if err != nil {
		return "", fmt.Errorf("write the place of a row: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(text), nil
}

// place reads After; nil without one.
func (q Query) place() (*place, error) {
	if q.After == "" {
		return nil, nil //nolint:nilnil // no place is a place, too: the beginning
	}
	own, err := q.fingerprint()
	if err != nil {
		return nil, err
	}
	var p place
	if err := p.read(q.After); err != nil {
		return nil, invalid("after", "invalid_page", "after is not a place that an answer gave; take next of the page before, or start without it")
	}
	if string(p.Query) != string(own) || strings.Count(p.Group, groupSeparator) != max(len(q.GroupBy)-1, 0) {
		return nil, invalid("after", "foreign_page", "after belongs to another query; repeat the query of the page before, or start without it")
	}
	return &p, nil
}

func (p *place) read(token string) error {
	if len(token) > maxToken {
		return errors.New("too long")
	}
	text, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, p)
}
