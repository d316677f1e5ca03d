package models_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
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
