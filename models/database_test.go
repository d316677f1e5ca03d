package models_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"engaged/devstack"
	"engaged/models"
)

var server *devstack.Postgres

var databases atomic.Int64

func TestMain(m *testing.M) { os.Exit(runTests(m)) }

func runTests(m *testing.M) int {
	ctx := context.Background()
	var err error
	if server, err = devstack.StartPostgres(ctx, devstack.Config{}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer server.Stop()
	if err := onServer(ctx, `CREATE DATABASE template_engaged`); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if _, err := models.Migrate(ctx, server.URL("template_engaged")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

func onServer(ctx context.Context, statement string) error {
	conn, err := pgx.Connect(ctx, server.URL("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, statement)
	return err
}

// freshDatabase returns the URL of a migrated database of the test's own.
func freshDatabase(t *testing.T) string {
	t.Helper()
	name := fmt.Sprintf("test_%d_%s", databases.Add(1), strings.ToLower(strings.NewReplacer("/", "_", "'", "").Replace(t.Name())))
	name = name[:min(len(name), 60)]
	require.NoError(t, onServer(t.Context(), `CREATE DATABASE "`+name+`" TEMPLATE template_engaged`))
	return server.URL(name)
}

// openStore returns a store on a database of the test's own.
func openStore(t *testing.T) *models.Store {
	t.Helper()
	return openURL(t, freshDatabase(t))
}

func openURL(t *testing.T, url string) *models.Store {
	t.Helper()
	store, err := models.Open(t.Context(), url, models.Options{})
	require.NoError(t, err)
	t.Cleanup(store.Close)
	return store
}
