package devstack

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"engaged/models"
)

// patience bounds the start of a server that tests share; a loaded machine takes its time.
const patience = 2 * time.Minute

// templateName is the migrated database that every test's database is a copy of.
const templateName = "migrated"

// shared is the Postgres of this test process: made by the first test that asks, gone with the process.
var shared struct {
	once     sync.Once
	postgres *Postgres
	err      error
	count    atomic.Int64
	copying  sync.Mutex
}

// Database returns the connection string of a fresh, migrated database, which is dropped when the test ends,
// whoever is still connected. Tests may run in parallel: each has its own.
func Database(t testing.TB) string {
	t.Helper()
	postgres := sharedPostgres(t)
	name := fmt.Sprintf("test_%d", shared.count.Add(1))
	// Two copies of one template at a time would refuse each other: a template must have no other session.
	shared.copying.Lock()
	err := execute(t.Context(), postgres.URL("postgres"), "CREATE DATABASE "+name+" TEMPLATE "+templateName)
	shared.copying.Unlock()
	if err != nil {
		t.Fatalf("making a database for the test: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := execute(ctx, postgres.URL("postgres"), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Logf("dropping the database of the test: %v", err)
		}
	})
	return postgres.URL(name)
}

// sharedPostgres starts the process's Postgres and migrates the template, once.
func sharedPostgres(t testing.TB) *Postgres {
	t.Helper()
	shared.once.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		shared.postgres, shared.err = startMigrated(ctx)
	})
	if shared.err != nil {
		t.Fatalf("starting Postgres for the tests: %v", shared.err)
	}
	return shared.postgres
}

// startMigrated starts a temporary Postgres and makes the template in it.
func startMigrated(ctx context.Context) (*Postgres, error) {
	postgres, err := StartPostgres(ctx, Config{})
	if err != nil {
		return nil, err
	}
	if err := execute(ctx, postgres.URL("postgres"), "CREATE DATABASE "+templateName); err != nil {
		return nil, err
	}
	if _, err := models.Migrate(ctx, postgres.URL(templateName)); err != nil {
		return nil, fmt.Errorf("migrating the template: %w", err)
	}
	return postgres, nil
}

// execute runs one statement in a session of its own.
func execute(ctx context.Context, databaseURL, statement string) error {
	connection, err := pgx.Connect(ctx, databaseURL)
	if err != nil {
		return fmt.Errorf("connecting to postgres: %w", err)
	}
	defer connection.Close(ctx) // nothing is in flight
	if _, err := connection.Exec(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}
