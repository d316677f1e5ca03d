package models_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/delivery"
	"engaged/models"
)

// What is dead of delivery tasks is listed, counted and tried again as that of conversations is.
func TestDeadLettersOfDeliveryTasks(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	createTasks(t, store, newTask(deliveryConfiguration(t, store, nil), 1))
	task := models.Subject{OrganizationID: organization, ConversationID: taskID(1), Kind: models.KindDelivery}
	appendTo := func(e delivery.Event) int64 {
		e.Time = delivery.At(time.Now())
		receipts, err := store.AppendDeliveryEvents(t.Context(), []models.DeliverySubmission{{OrganizationID: organization, TaskID: taskID(1), Event: e}})
		require.NoError(t, err)
		return receipts[0].Number
	}
	dead := func() map[int64]string {
		letters, err := store.ListDeadLetters(t.Context(), organization, models.DeadLetter{}, 10)
		require.NoError(t, err)
		stats, err := store.LogStats(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, len(letters), stats.DeadLetters)
		kinds := map[int64]string{}
		for _, d := range letters {
			require.Equal(t, task, d.Subject)
			kinds[d.Number] = d.Kind + " " + string(d.Type)
		}
		return kinds
	}
	claims, err := store.ClaimDispatch(t.Context(), 1, time.Minute)
	require.NoError(t, err)
	require.NoError(t, store.DeadLetter(t.Context(), claims[0], "no namespace"))
	require.Equal(t, map[int64]string{1: "delivery clock.reached"}, dead())
	require.NoError(t, store.Redrive(t.Context(), task, 1))
	require.Empty(t, dead())
	claims, err = store.ClaimDispatch(t.Context(), 1, time.Minute)
	require.NoError(t, err)
	require.Equal(t, task, claims[0].Subject)

	refused := appendTo(delivery.Event{ID: "s1", Source: "engaged", Type: delivery.SignalRefused, Data: delivery.Data{Diagnostics: "cancel: nonsense"}})
	broken := appendTo(delivery.Event{ID: "e1", Type: delivery.TaskSuspended})
	require.Equal(t, map[int64]string{refused: "signal signal.refused"}, dead())
	run, err := store.LoadDelivery(t.Context(), task)
	require.NoError(t, err)
	f := delivery.Fold(&run.Plan, run.Carry, run.Entries, 0)
	require.Equal(t, delivery.Outcome{Kind: delivery.Dead, Reason: "cancel: nonsense"}, f.Outcomes[refused])
	f.Outcomes[broken] = delivery.Outcome{Kind: delivery.Dead, Reason: "panic"}
	recorded, err := store.RecordDelivery(t.Context(), models.DeliveryRecord{
		DeliveryUpdate: models.DeliveryUpdate{Subject: task, Seen: run.Seen, Task: f.Task}, Token: "t", State: run.Carry, Outcomes: f.Outcomes})
	require.NoError(t, err)
	require.True(t, recorded.Done)
	require.Equal(t, map[int64]string{refused: "signal signal.refused", broken: "fold task.suspended"}, dead())

	require.NoError(t, store.Redrive(t.Context(), task, refused))
	require.NoError(t, store.Redrive(t.Context(), task, broken))
	require.Empty(t, dead())
	require.ErrorIs(t, store.Redrive(t.Context(), task, broken), models.ErrNotFound)
	batch, err := store.FetchEntries(t.Context(), task, broken)
	require.NoError(t, err)
	require.Len(t, batch.TaskEntries, 1)
	require.Equal(t, []any{"redrive:3", delivery.TaskSuspended}, []any{batch.TaskEntries[0].ID, batch.TaskEntries[0].Type})
}
