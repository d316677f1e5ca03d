package models_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"engaged/engagement"
	"engaged/models"
)

// A refused signal keeps its payload, is dead from the start, wakes nobody, and leaves the list when it
// is redriven.
func TestRefusedSignal(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	subject := models.Subject{OrganizationID: organization, ConversationID: "refused"}
	refused := models.Submission{OrganizationID: organization, RawData: []byte(`{"signal":"status","payload":"{}"}`), Event: engagement.Event{
		ID: "signal:run:1", Source: engagement.EngineSource, Type: engagement.SignalRefused, ConversationID: subject.ConversationID,
		Data: engagement.Data{Reason: "event:missing_field: Add data.status."},
	}}
	for _, duplicate := range []bool{false, true} {
		receipts, err := store.Append(t.Context(), []models.Submission{refused})
		require.NoError(t, err)
		require.Equal(t, duplicate, receipts[0].Duplicate)
		require.False(t, receipts[0].Conflict)
	}
	found, err := store.FindEvent(t.Context(), subject, engagement.EngineSource, "signal:run:1")
	require.NoError(t, err)
	require.Equal(t, engagement.Outcome{Kind: engagement.Dead, Reason: "event:missing_field: Add data.status."}, found.Outcome)
	require.JSONEq(t, string(refused.RawData), string(found.Data))

	var claims int
	require.NoError(t, store.Pool().QueryRow(t.Context(), `SELECT count(*) FROM dispatch_claims`).Scan(&claims))
	require.Zero(t, claims)

	// Folding it changes neither the list nor the conversation's clock.
	conversation, err := store.LoadConversation(t.Context(), subject)
	require.NoError(t, err)
	result := engagement.Fold(nil, conversation.Carry, conversation.Entries, 0)
	require.Zero(t, result.Clock)
	require.Equal(t, engagement.Dead, result.Outcomes[1].Kind)
	recorded, err := store.Record(t.Context(), models.Record{Subject: subject, Token: "t", Seen: 1, Result: result})
	require.NoError(t, err)
	require.True(t, recorded.Done)
	dead, err := store.ListDeadLetters(t.Context(), organization, models.DeadLetter{}, 10)
	require.NoError(t, err)
	require.Len(t, dead, 1)
	require.Equal(t, models.DeadSignal, dead[0].Kind)
	require.Equal(t, engagement.SignalRefused, dead[0].Type)

	require.NoError(t, store.Redrive(t.Context(), subject, 1))
	dead, err = store.ListDeadLetters(t.Context(), organization, models.DeadLetter{}, 10)
	require.NoError(t, err)
	require.Empty(t, dead)
	require.ErrorIs(t, store.Redrive(t.Context(), subject, 1), models.ErrNotFound)
}
