package models_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"engaged/delivery"
	"engaged/models"
)

// endedAttempt is the n-th attempt of a task of newTask: over at an instant, or not over without one.
func endedAttempt(task delivery.Task, n int, ended *delivery.Instant, entry int64) delivery.Attempt {
	a := delivery.Attempt{
		Seq: n, Status: delivery.Pending, Position: delivery.Position{Loop: 1}, ContactID: task.Contacts[0].ID, PhoneType: delivery.Mobile,
		ToAddress: task.Contacts[0].Phones[0].Number, PlannedAt: task.AcceptedAt, NotBefore: task.AcceptedAt, ExpiresAt: task.Windows[0].End,
		Window: task.Windows[0], FirstEntry: 1, LastEntry: entry,
	}
	if ended != nil {
		a.Status, a.Result, a.ResultAt, a.EndedAt = delivery.Complete, delivery.Busy, ended, ended
	}
	return a
}

// Wherever an attempt or a task is over, was over or is not over any more, that is marked, and nothing else.
func TestEveryEndOfADeliveryIsMarked(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	configuration := deliveryConfiguration(t, store, nil)
	watchFacts(t, store)
	past, present := newTask(configuration, 1), newTask(configuration, 2)
	past.Task.Windows = []delivery.Window{{Start: past.Task.AcceptedAt.Add(-2000), End: past.Task.AcceptedAt.Add(-1000)}}
	createTasks(t, store, past, present)
	requireMarked(t, store, 2)

	random := rand.New(rand.NewPCG(4, 13))
	moment := func() *delivery.Instant {
		if random.IntN(4) == 0 {
			return nil
		}
		return new(present.Task.AcceptedAt.Add(delivery.Millis(random.IntN(8) * 450_000)))
	}
	update := models.DeliveryUpdate{
		Subject: models.Subject{OrganizationID: organization, ConversationID: taskID(2), Kind: models.KindDelivery},
		Seen:    1, WorkflowID: "w", RunID: "r",
	}
	for range 60 {
		update.Seen += int64(random.IntN(2))
		update.Attempts = nil
		for n := range 3 {
			if random.IntN(2) == 0 {
				update.Attempts = append(update.Attempts, endedAttempt(present.Task, n+1, moment(), update.Seen))
			}
		}
		update.Task = delivery.TaskView{Status: delivery.Pending, EndedAt: moment()}
		require.NoError(t, store.ProjectDelivery(t.Context(), update))
		requireMarked(t, store, 0)
	}
	update.Seen++
	update.Attempts = []delivery.Attempt{endedAttempt(present.Task, 1, new(present.Task.AcceptedAt.Add(3_600_000)), update.Seen)}
	update.Task = delivery.TaskView{Status: delivery.Complete, EndedAt: new(present.Task.AcceptedAt.Add(7_200_000))}
	recorded, err := store.RecordDelivery(t.Context(), models.DeliveryRecord{DeliveryUpdate: update, Token: "t1"})
	require.NoError(t, err)
	require.True(t, recorded.Done)
	requireMarked(t, store, 2)

	task, err := store.DeliveryTask(t.Context(), organization, taskID(2))
	require.NoError(t, err)
	require.NotNil(t, task.Row.RecordedAt)
	require.Equal(t, task.Row.UpdatedAt, *task.Row.RecordedAt)
	for _, d := range task.Deliveries {
		require.Equal(t, d.EndedAt != nil, d.RecordedAt != nil, "recorded while it is over")
	}
}
