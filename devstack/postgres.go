package devstack

import (
	"context"

	"engaged/devstack/internal/pgbin"
	"engaged/devstack/internal/pgserver"
)

// ErrNoPostgres says that no usable Postgres server is installed, and what to install.
var ErrNoPostgres = pgbin.ErrMissing

// Config says how a private Postgres runs. The zero value is a temporary one for tests.
type Config = pgserver.Config

// Postgres is a running private server on 127.0.0.1. It ends with the process that started it.
type Postgres = pgserver.Postgres

// StartPostgres starts a private server and waits until it takes connections or ctx is done. It finds the newest
// installed Postgres and fails with ErrNoPostgres when there is none. As root it runs the server as user postgres.
func StartPostgres(ctx context.Context, config Config) (*Postgres, error) {
	return pgserver.Start(ctx, config)
}
