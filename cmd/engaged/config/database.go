package config

import (
	"github.com/jackc/pgx/v5"
)

// Database is the Postgres that holds log and records.
type Database struct {
	// URL is a connection string, postgres://user:password@host:5432/engaged; required.
	URL string `name:"database-url" env:"DATABASE_URL" placeholder:"URL" help:"Postgres 15 or newer: postgres://user:password@host:5432/engaged?sslmode=require. Required."`
	// MaxConnections is the most connections of this process; default 20.
	MaxConnections int32 `name:"database-max-connections" env:"ENGAGED_DATABASE_MAX_CONNECTIONS" default:"20" placeholder:"N" help:"Most connections this process opens to Postgres."`
}

// Validate returns everything that is wrong with the group.
func (d Database) Validate() Problems {
	var c check
	if d.URL == "" {
		c.that(false, "database-url", "DATABASE_URL",
			"required: where Postgres is, such as postgres://engaged:secret@localhost:5432/engaged")
	} else if _, err := pgx.ParseConfig(d.URL); err != nil {
		// The parser's own message repeats the URL; it may hold a password.
		c.that(false, "database-url", "DATABASE_URL",
			"cannot be read as a connection string; write postgres://user:password@host:5432/database")
	}
	c.that(d.MaxConnections >= 8 && d.MaxConnections <= 1000, "database-max-connections", "ENGAGED_DATABASE_MAX_CONNECTIONS",
		"%d lies outside 8 to 1000", d.MaxConnections)
	return c.problems
}
