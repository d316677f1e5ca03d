package models

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

var (
	// ErrNotFound tells that there is no such row, or that it belongs to another organization.
	ErrNotFound = errors.New("not found")
	// ErrNoOrganization tells that the organization does not exist.
	ErrNoOrganization = errors.New("no such organization")
	// ErrConflict tells that a row has changed since it was read.
	ErrConflict = errors.New("changed by another")
)

// Unavailable reports whether err says that Postgres is away, overloaded or shutting down, so that
// the same call may succeed later, as opposed to a statement that it refuses.
func Unavailable(err error) bool {
	if err == nil {
		return false
	}
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		switch refused.Code[:2] {
		case "08", "53", "57", "58", "40", "55":
			return true
		}
		return false
	}
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || pgconn.SafeToRetry(err) || pgconn.Timeout(err) ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) || errors.Is(err, net.ErrClosed) ||
		strings.Contains(err.Error(), "closed pool") || strings.Contains(err.Error(), "unexpected EOF")
}

// contended reports whether the transaction lost against another and may simply be tried again.
func contended(err error) bool {
	var refused *pgconn.PgError
	if !errors.As(err, &refused) {
		return false
	}
	return refused.Code == "40P01" || refused.Code == "40001"
}

// noOrganization reports whether a row names an organization that does not exist.
func noOrganization(err error) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && refused.Code == "23503" && strings.Contains(refused.ConstraintName, "organization_id")
}

// missingPartition reports whether a row fits no partition. Postgres has no code of its own for it.
func missingPartition(err error) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && refused.Code == "23514" && strings.HasPrefix(refused.Message, "no partition of relation")
}

func notFound(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrNotFound
	}
	return err
}

// hidePassword takes the password of a URL out of an error's text.
func hidePassword(err error, databaseURL string) error {
	parsed, parseErr := url.Parse(databaseURL)
	if parseErr != nil || parsed.User == nil {
		return errors.New("it cannot be parsed")
	}
	password, _ := parsed.User.Password()
	if password == "" {
		return err
	}
	return errors.New(strings.ReplaceAll(err.Error(), password, "xxxxx"))
}
