package api

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"

	"engaged/models"
)

// Scope is what a key may do.
type Scope string

// The scopes of API keys. Admin may do everything within its organization.
const (
	EventsWrite     Scope = "events:write"
	DeliveriesWrite Scope = "deliveries:write"
	ReportsRead     Scope = "reports:read"
	SettingsWrite   Scope = "settings:write"
	Admin           Scope = "admin"
)

// principal is who asks: a key of an organization.
type principal struct {
	organization string
	// actor names the key in the audit log; it does not reveal it.
	actor string
	// bucket is the key's rate limit.
	bucket *bucket
	scopes []string
}

// may tells whether the principal has one of the scopes.
func (p principal) may(scopes []Scope) bool {
	for _, scope := range scopes {
		if slices.Contains(p.scopes, string(scope)) {
			return true
		}
	}
	return slices.Contains(p.scopes, string(Admin))
}

// presentedKey returns the key of an Authorization header: alone, as Bearer, or as user or
// password of Basic. Empty means that there is none.
func presentedKey(header string) string {
	scheme, rest, found := strings.Cut(strings.TrimSpace(header), " ")
	if !found {
		return scheme
	}
	rest = strings.TrimSpace(rest)
	switch {
	case strings.EqualFold(scheme, "Bearer"):
		return rest
	case strings.EqualFold(scheme, "Basic"):
		return basicKey(rest)
	default:
		return ""
	}
}

// basicKey takes the password, or the user where the password is empty or a placeholder: keys are
// known by their prefix. Users of the form name/token are those of an API token.
func basicKey(encoded string) string {
	text, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return ""
	}
	user, password, _ := strings.Cut(string(text), ":")
	if _, ok := models.KeyPrefix(password); ok || user == "" {
		return password
	}
	if _, ok := models.KeyPrefix(user); ok || password == "" {
		return user
	}
	return password
}

// authenticate finds out who asks.
func (s *Server) authenticate(ctx context.Context, r *http.Request) (principal, error) {
	key := presentedKey(r.Header.Get("Authorization"))
	if key == "" {
		return principal{}, problem(http.StatusUnauthorized, "key:missing",
			"Send an API key: Authorization: Bearer <key>.")
	}
	if s.isDevKey(r, key) {
		return s.dev, nil
	}
	prefix, ok := models.KeyPrefix(key)
	if !ok {
		return principal{}, unknownKey()
	}
	known, err := s.keys.find(ctx, prefix)
	if errors.Is(err, models.ErrNotFound) {
		return principal{}, unknownKey()
	}
	if err != nil {
		return principal{}, unavailable(err)
	}
	hash := sha256.Sum256([]byte(key))
	if subtle.ConstantTimeCompare(hash[:], known.hash) != 1 {
		return principal{}, unknownKey()
	}
	return known.principal, nil
}

func unknownKey() *Problem {
	return problem(http.StatusUnauthorized, "key:invalid", "This API key is not known or was revoked.")
}

// isDevKey tells whether the key is the development key, which works from loopback only.
func (s *Server) isDevKey(r *http.Request, key string) bool {
	if s.config.DevKey == "" || subtle.ConstantTimeCompare([]byte(key), []byte(s.config.DevKey)) != 1 {
		return false
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	return err == nil && net.ParseIP(host).IsLoopback()
}
