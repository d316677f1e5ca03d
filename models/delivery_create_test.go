package models_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/delivery"
	"engaged/models"
)

// deliveryConfiguration creates a configuration of an AI agent with so many calls at once.
func deliveryConfiguration(t *testing.T, store *models.Store, change func(*models.DeliveryDocument)) string {
	t.Helper()
	d := models.DeliveryDocument{
		Name: "Payments", QueueID: "q1", Mode: delivery.Copilot, Pacing: models.DeliveryPacing{MaxConcurrentCalls: 2},
		Retry: delivery.Retry{Retries: 2, Delay: 1000, On: []delivery.ReattemptRule{delivery.OnBusy, delivery.OnFailed}}, Settle: 200,
	}
	if change != nil {
		change(&d)
	}
	require.Empty(t, d.Validate())
	c, err := store.CreateDeliveryConfiguration(t.Context(), d, models.Audit{OrganizationID: organization, Actor: "test", Action: "create"})
	require.NoError(t, err)
	return c.ID
}

// taskID is the n-th UUID of a test.
func taskID(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", n) }

func newTask(configuration string, n int) models.NewDeliveryTask {
	now := delivery.At(time.Now())
	windows, _ := delivery.PlanWindows(nil, now)
	return models.NewDeliveryTask{OrganizationID: organization, RequestHash: []byte("same"), Task: delivery.Task{
		ID: taskID(n), ConfigurationID: configuration, AcceptedAt: now, Windows: windows, InputAttributes: map[string]string{"case": "7", "tone": "kind"},
		Contacts: []delivery.Contact{{ID: fmt.Sprint("contact", n), Country: "US", InputAttributes: map[string]string{"tone": "calm"},
			Phones: []delivery.Phone{{Type: delivery.Mobile, Number: fmt.Sprintf("+1212555%04d", n)}}}},
	}}
}

func createTasks(t *testing.T, store *models.Store, tasks ...models.NewDeliveryTask) []models.DeliveryTaskReceipt {
	t.Helper()
	receipts, err := store.CreateDeliveryTasks(t.Context(), tasks)
	require.NoError(t, err)
	require.Len(t, receipts, len(tasks))
	return receipts
}

func TestCreateDeliveryTask(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	configuration := deliveryConfiguration(t, store, nil)
	asked := newTask(configuration, 1)
	receipts := createTasks(t, store, asked)
	require.Equal(t, models.DeliveryTaskReceipt{TaskID: taskID(1), DeliveryID: delivery.AttemptID(organization, taskID(1), 1)}, receipts[0])

	task, err := store.DeliveryTask(t.Context(), organization, taskID(1))
	require.NoError(t, err)
	require.Equal(t, asked.Task, task.Task)
	require.Equal(t, "Pending", task.Row.Status)
	require.Equal(t, asked.Task.AcceptedAt.Time(), task.Row.CreatedAt.UTC())
	require.Equal(t, asked.Task.AcceptedAt.Add(24*3600_000).Time(), task.Row.ExpiresAt.UTC())
	require.Equal(t, 2, task.View.MaxRetries)
	require.Len(t, task.Deliveries, 1)
	first := task.Deliveries[0]
	require.Equal(t, []any{"Pending", int32(1), "+12125550001", "q1", "Copilot"}, []any{first.Status, first.Seq, first.ToAddress, first.QueueID, first.Mode})
	require.Nil(t, first.Result)

	attributes, err := store.DeliveryAttributes(t.Context(), organization, first.ID)
	require.NoError(t, err)
	require.Len(t, attributes, 2)
	require.Equal(t, "7", attributes[0].Value)
	require.Equal(t, "calm", attributes[1].Value)

	claims, err := store.ClaimDispatch(t.Context(), 10, time.Minute)
	require.NoError(t, err)
	require.Len(t, claims, 1)
	require.Equal(t, models.Subject{OrganizationID: organization, ConversationID: taskID(1), Kind: models.KindDelivery}, claims[0].Subject)
	batch, err := store.FetchEntries(t.Context(), claims[0].Subject, 0)
	require.NoError(t, err)
	require.Empty(t, batch.Entries)
	require.Len(t, batch.TaskEntries, 1)
	require.Equal(t, delivery.ClockReached, batch.TaskEntries[0].Type)
}

func TestCreateDeliveryTaskAgain(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	configuration := deliveryConfiguration(t, store, nil)
	tracked := func(n int, hash string) models.NewDeliveryTask {
		task := newTask(configuration, n)
		task.Task.TrackingID, task.RequestHash = "r1", []byte(hash)
		return task
	}
	keyed := func(n int, hash string) models.NewDeliveryTask {
		task := newTask(configuration, n)
		task.IdempotencyKey, task.RequestHash = "k1", []byte(hash)
		return task
	}
	first := createTasks(t, store, tracked(1, "a"), tracked(2, "a"), keyed(3, "a"))
	require.False(t, first[1].Replayed)
	again := createTasks(t, store, tracked(11, "a"), tracked(12, "a"), keyed(13, "a"), tracked(14, "b"))
	require.Equal(t, []string{taskID(1), taskID(2), taskID(3), taskID(14)}, []string{again[0].TaskID, again[1].TaskID, again[2].TaskID, again[3].TaskID})
	require.Equal(t, []bool{true, true, true, false}, []bool{again[0].Replayed, again[1].Replayed, again[2].Replayed, again[3].Replayed})
	require.ErrorIs(t, createTasks(t, store, keyed(15, "b"))[0].Err, models.ErrKeyReused)

	_, err := store.Pool().Exec(t.Context(), `UPDATE delivery_requests SET created_at = created_at - interval '24 hours'`)
	require.NoError(t, err)
	require.Equal(t, taskID(16), createTasks(t, store, keyed(16, "b"))[0].TaskID)
	forgotten, err := store.TrimDeliveryRequests(t.Context())
	require.NoError(t, err)
	require.Zero(t, forgotten, "younger than a day and an hour")
	_, err = store.Pool().Exec(t.Context(), `UPDATE delivery_requests SET created_at = created_at - interval '1 hour' WHERE key LIKE 'tracking:%'`)
	require.NoError(t, err)
	forgotten, err = store.TrimDeliveryRequests(t.Context())
	require.NoError(t, err)
	require.Equal(t, int64(3), forgotten)
	newest, err := store.DeliveryTaskByTracking(t.Context(), organization, "r1")
	require.NoError(t, err)
	require.Equal(t, taskID(14), newest.Row.ID)
}

func TestCreateDeliveryTaskWithoutConfiguration(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	require.NoError(t, store.CreateOrganization(t.Context(), "other", ""))
	elsewhere := newTask(deliveryConfiguration(t, store, nil), 2)
	elsewhere.OrganizationID = "other"
	receipts := createTasks(t, store, newTask(taskID(99), 1), elsewhere, newTask("nonsense", 3))
	for _, r := range receipts {
		require.ErrorIs(t, r.Err, models.ErrNoConfiguration)
	}
	_, err := store.DeliveryTask(t.Context(), organization, taskID(1))
	require.ErrorIs(t, err, models.ErrNotFound)
}

// A task whose windows are all past is accepted and over at once; nobody waits for a token.
func TestCreateDeliveryTaskThatIsOver(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	task := newTask(deliveryConfiguration(t, store, nil), 1)
	task.Task.Windows = []delivery.Window{{Start: task.Task.AcceptedAt.Add(-2000), End: task.Task.AcceptedAt.Add(-1000)}}
	createTasks(t, store, task)
	got, err := store.DeliveryTask(t.Context(), organization, taskID(1))
	require.NoError(t, err)
	require.Equal(t, "Expired", got.Row.Status)
	require.NotNil(t, got.Row.EndedAt)
	require.Equal(t, "Expired", *got.Deliveries[0].Result)
	var waiting int
	require.NoError(t, store.Pool().QueryRow(t.Context(), `SELECT count(*) FROM delivery_waiting`).Scan(&waiting))
	require.Zero(t, waiting)
}

// The largest bulk request is written whole, in one transaction.
func TestCreateManyDeliveryTasks(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	configuration := deliveryConfiguration(t, store, nil)
	tasks := make([]models.NewDeliveryTask, delivery.MaxBulk)
	for i := range tasks {
		tasks[i] = newTask(configuration, i)
		tasks[i].Task.TrackingID, tasks[i].BatchID = "bulk", "b1"
	}
	began := time.Now()
	createTasks(t, store, tasks...)
	t.Logf("%d tasks in %s", len(tasks), time.Since(began))
	var rows, attempts, waiting, claims int
	require.NoError(t, store.Pool().QueryRow(t.Context(), `SELECT (SELECT count(*) FROM delivery_tasks), (SELECT count(*) FROM deliveries),
(SELECT count(*) FROM delivery_waiting), (SELECT count(*) FROM dispatch_claims)`).Scan(&rows, &attempts, &waiting, &claims))
	require.Equal(t, []int{15_000, 15_000, 15_000, 15_000}, []int{rows, attempts, waiting, claims})
}
