package models_test

import (
	"context"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"engaged/devstack"
	"engaged/models"
)

// Every step can be taken back and applied again, and processes that start together do not collide.
func TestMigrateDownAndUp(t *testing.T) {
	t.Parallel()
	url := devstack.Database(t)
	latest, err := models.LatestVersion()
	require.NoError(t, err)
	for range latest {
		_, err := models.MigrateDown(t.Context(), url)
		require.NoError(t, err)
	}
	status, err := models.MigrationStatus(t.Context(), url)
	require.NoError(t, err)
	require.Len(t, status, int(latest))
	require.True(t, status[0].AppliedAt.IsZero())
	var wait sync.WaitGroup
	for range 3 {
		wait.Go(func() {
			_, err := models.Migrate(t.Context(), url)
			require.NoError(t, err)
		})
	}
	wait.Wait()
	store := openURL(t, url)
	current, err := store.CurrentVersion(t.Context())
	require.NoError(t, err)
	require.Equal(t, latest, current)
}

func TestOpenHidesThePassword(t *testing.T) {
	t.Parallel()
	_, err := models.Open(t.Context(), "postgres://u:secret@127.0.0.1:1/x?sslmode=nonsense", models.Options{})
	require.Error(t, err)
	require.NotContains(t, err.Error(), "secret")
}

// Statements that take too long are ended by Postgres, not by luck.
func TestOpenBoundsStatements(t *testing.T) {
	t.Parallel()
	store, err := models.Open(t.Context(), devstack.Database(t), models.Options{StatementTimeout: 50e6})
	require.NoError(t, err)
	defer store.Close()
	_, err = store.Pool().Exec(context.Background(), `SELECT pg_sleep(60)`)
	require.ErrorContains(t, err, "statement timeout")
	require.True(t, models.Unavailable(err))
	require.NotErrorIs(t, err, pgx.ErrNoRows)
}
