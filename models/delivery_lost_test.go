package models_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/delivery"
	"engaged/engagement"
	"engaged/models"
)

// V5 with orders out: what nobody took expires with its window, also while its configuration is suspended; what
// somebody took until then, and did not start, is lost.
func TestOrdersThatRunOut(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	configuration := deliveryConfiguration(t, store, func(d *models.DeliveryDocument) { d.Retry.Retries = 0 })
	tasks := []models.NewDeliveryTask{newTask(configuration, 1), newTask(configuration, 2)}
	for i := range tasks {
		tasks[i].Task.Windows[0].End = tasks[i].Task.AcceptedAt.Add(3000)
	}
	createTasks(t, store, tasks...)
	require.Equal(t, 2, paceAll(t, store))
	taken := claimOrders(t, store, 1)[0]
	require.Equal(t, taken.NotAfter, taken.LeaseUntil)
	_, err := store.SuspendDelivery(t.Context(), configuration, "api", models.Audit{OrganizationID: organization, Actor: "test", Action: "suspend"})
	require.NoError(t, err)
	require.Empty(t, claimOrders(t, store, 1))

	for n := 1; n <= 2; n++ {
		subject := models.Subject{OrganizationID: organization, ConversationID: taskID(n), Kind: models.KindDelivery}
		f := status(t, store, n)
		require.Equal(t, delivery.DeadlineOrder, f.Deadline.Kind)
		seen := int64(2)
		require.Eventually(t, func() bool {
			reached, err := store.ReachTime(t.Context(), subject, seen, engagement.Instant(f.Deadline.At), 0)
			require.NoError(t, err)
			return !reached.Batch.Empty()
		}, time.Minute, 20*time.Millisecond)
		a := status(t, store, n).Attempts[0]
		want := []any{delivery.Expired, delivery.ResultExpired, delivery.ReasonNoWindowLeft}
		if taskID(n) == taken.TaskID {
			want = []any{delivery.Error, delivery.Unknown, delivery.ReasonLost}
		}
		require.Equal(t, want, []any{a.Status, a.Result, a.Reason})
	}
	var lost int
	require.NoError(t, store.Pool().QueryRow(t.Context(), `SELECT count(*) FROM delivery_tokens WHERE lost_at IS NOT NULL AND counts_until > lost_at`).Scan(&lost))
	require.Equal(t, 1, lost)
}
