package models_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const noteSQL = `
INSERT INTO record_log (conversation_key, record_count, seen_number, tail, cut_at, settings_version, recorded_at)
VALUES (1, $1, 1, '{}', now(), 0, $2)`

func TestTrimRecordLog(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	require.NoError(t, store.EnsureLogPartitions(t.Context(), time.Now()))
	for count, age := range map[int]time.Duration{1: 60 * 24 * time.Hour, 2: time.Minute} {
		_, err := store.Pool().Exec(t.Context(), noteSQL, count, time.Now().Add(-age))
		require.NoError(t, err)
	}
	trimmed, err := store.TrimRecordLog(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, trimmed, "only what no partition covers")
	var left int64
	require.NoError(t, store.Pool().QueryRow(t.Context(), `SELECT record_count FROM record_log`).Scan(&left))
	require.EqualValues(t, 2, left)
}
