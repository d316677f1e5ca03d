package models_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/engagement"
	"engaged/models"
)

// claim takes the only conversation that is due.
func claim(t *testing.T, store *models.Store) models.Claim {
	t.Helper()
	claims, err := store.ClaimDispatch(t.Context(), 10, time.Minute)
	require.NoError(t, err)
	require.Len(t, claims, 1)
	return claims[0]
}

// What was delivered to a workflow that is no more is dispatched again with the time that has come.
func TestRedeliver(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	appendEvents(t, store, event("c1", "1", engagement.AgentAssigned, time.Hour), event("c1", "2", engagement.AgentEnded, 0))
	first := claim(t, store)
	require.NoError(t, store.MarkDelivered(t.Context(), first, first.Wanted))

	again := models.Redelivery{Subject: subject("c1"), LastNumber: 2, Lag: 60_000}
	before := engagement.At(time.Now())
	require.NoError(t, store.Redeliver(t.Context(), again))
	require.ErrorIs(t, store.Redeliver(t.Context(), again), models.ErrConflict, "the mark is new since it was found idle")
	again.LastNumber, again.RecordCount = 3, 1
	require.ErrorIs(t, store.Redeliver(t.Context(), again), models.ErrConflict, "recorded by another")

	due := claim(t, store)
	require.Equal(t, []int64{2, 3}, []int64{due.Delivered, due.Wanted})
	batch, err := store.FetchEntries(t.Context(), subject("c1"), due.Delivered)
	require.NoError(t, err)
	require.Len(t, batch.Entries, 1)
	require.Equal(t, engagement.ClockReached, batch.Entries[0].Type)
	require.Less(t, batch.Entries[0].Time, before, "as far behind as the conversation's clock")
}

// A dispatcher that comes late with its claim does not clear the redelivery, whether its lease still
// runs or not.
func TestRedeliverAgainstLateDispatcher(t *testing.T) {
	t.Parallel()
	for name, lease := range map[string]time.Duration{"Leased": time.Hour, "Lapsed": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := openStore(t)
			appendEvents(t, store, event("c1", "1", engagement.AgentAssigned, 0))
			claims, err := store.ClaimDispatch(t.Context(), 1, lease)
			require.NoError(t, err)
			require.NoError(t, store.Redeliver(t.Context(), models.Redelivery{Subject: subject("c1"), LastNumber: 1}))
			require.NoError(t, store.MarkDelivered(t.Context(), claims[0], claims[0].Wanted))
			due := claim(t, store)
			require.Equal(t, []int64{1, 2}, []int64{due.Delivered, due.Wanted})
			require.Greater(t, due.Fence, claims[0].Fence)
		})
	}
}
