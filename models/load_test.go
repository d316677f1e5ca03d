package models_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/engagement"
	"engaged/models"
)

// TestLoadReadsATailInPieces leaves a tail longer than one batch: it comes in pieces like the rest of
// the log, and what a finished run has folded does not come again.
func TestLoadReadsATailInPieces(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	const entries = 1_200
	events := make([]engagement.Event, entries)
	for i := range events {
		events[i] = event("c", fmt.Sprint(i), engagement.CustomerMessage, time.Duration(i)*time.Second)
	}
	appendEvents(t, store, events...)
	_, err := store.Pool().Exec(t.Context(), `UPDATE conversations SET applied_number = $1::bigint,
		tail = (SELECT array_agg(n) FROM generate_series(1, $1::bigint) n WHERE n % 2 = 0)`, entries-100)
	require.NoError(t, err)

	loaded, err := store.LoadConversation(t.Context(), subject("c"))
	require.NoError(t, err)
	require.True(t, loaded.More)
	got := loaded.Entries
	for seen, more := loaded.Seen, loaded.More; more; {
		batch, err := store.FetchEntries(t.Context(), subject("c"), seen)
		require.NoError(t, err)
		require.Equal(t, seen+1, batch.From)
		got, seen, more = append(got, batch.Entries...), batch.To, batch.More
	}
	require.Len(t, got, (entries-100)/2+100)
	for i, e := range got {
		require.True(t, e.Number%2 == 0 || e.Number > entries-100)
		require.True(t, i == 0 || got[i-1].Number < e.Number)
	}
}

// TestLoadLeavesOldSettingsBehind changes the settings many times: a run gets the versions that its
// entries can ask for, however many there were before.
func TestLoadLeavesOldSettingsBehind(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	settings := models.OrganizationSettings{OrganizationID: organization}
	var err error
	for range 5 {
		settings, err = store.AddSettings(t.Context(), settings, models.Audit{OrganizationID: organization})
		require.NoError(t, err)
	}
	appendEvents(t, store, event("new", "1", engagement.AgentAssigned, -time.Second), event("old", "1", engagement.AgentAssigned, time.Hour))
	for conversation, want := range map[string]int{"new": 1, "old": 5} {
		loaded, err := store.LoadConversation(t.Context(), subject(conversation))
		require.NoError(t, err)
		require.Len(t, loaded.Settings, want)
		require.Equal(t, 5, loaded.Settings[want-1].Version)
	}
}
