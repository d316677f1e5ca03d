package models_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"engaged/devstack"
	"engaged/models"
)

func TestSnapshotSeesOneStateAndEndsInTime(t *testing.T) {
	t.Parallel()
	store, err := models.Open(t.Context(), devstack.Database(t), models.Options{})
	require.NoError(t, err)
	t.Cleanup(store.Close)

	count := func(tx pgx.Tx) (n int) {
		require.NoError(t, tx.QueryRow(t.Context(), "SELECT count(*) FROM organizations").Scan(&n))
		return n
	}
	require.NoError(t, store.ReadSnapshot(t.Context(), time.Second, func(tx pgx.Tx) error {
		before := count(tx)
		_, err := store.Pool().Exec(t.Context(), "INSERT INTO organizations (id) VALUES ('later')")
		require.NoError(t, err)
		require.Equal(t, before, count(tx), "another's commit shows in the snapshot")
		_, err = tx.Exec(t.Context(), "DELETE FROM organizations")
		require.ErrorContains(t, err, "read-only")
		return nil
	}))
	err = store.ReadSnapshot(t.Context(), 20*time.Millisecond, func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), "SELECT pg_sleep(60)")
		return err
	})
	require.ErrorIs(t, err, models.ErrStatementTimeout)
	// The connection is usable again, with its own timeout.
	require.NoError(t, store.ReadSnapshot(t.Context(), time.Second, func(tx pgx.Tx) error {
		require.Positive(t, count(tx))
		return nil
	}))
}

func TestSnapshotsLeaveConnectionsForOthers(t *testing.T) {
	t.Parallel()
	store, err := models.Open(t.Context(), devstack.Database(t), models.Options{MaxConns: 8})
	require.NoError(t, err)
	t.Cleanup(store.Close)
	entered, release := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			assert.NoError(t, store.ReadSnapshot(t.Context(), time.Minute, func(pgx.Tx) error {
				entered <- struct{}{}
				<-release
				return nil
			}))
		})
	}
	<-entered
	<-entered
	// Half of the four connections are taken: the third snapshot waits, others do not.
	require.NoError(t, store.Ping(t.Context()))
	over, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, store.ReadSnapshot(over, time.Minute, func(pgx.Tx) error { return nil }), context.Canceled)
	release <- struct{}{}
	<-entered
	close(release)
	all.Wait()
}
