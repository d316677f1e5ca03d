package reconcile_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/delivery"
	"engaged/devstack"
	"engaged/intake"
	"engaged/models"
	"engaged/reconcile"
	"engaged/worker"
	"engaged/workflows"
)

// tasksOf makes delivery tasks whose only window ends after a while, each for a number of its own.
func tasksOf(t *testing.T, store *models.Store, count int, window delivery.Millis) []string {
	t.Helper()
	made, err := store.CreateDeliveryConfiguration(t.Context(), models.DeliveryDocument{
		Name: "Payments", QueueID: "q", Mode: delivery.Copilot, Pacing: models.DeliveryPacing{MaxConcurrentCalls: 1}, Settle: 200,
	}, models.Audit{OrganizationID: "acme"})
	require.NoError(t, err)
	now := delivery.At(time.Now())
	var tasks []models.NewDeliveryTask
	var ids []string
	for n := range count {
		id := fmt.Sprintf("00000000-0000-4000-8000-%012x", int64(now)+int64(n))
		ids = append(ids, id)
		tasks = append(tasks, models.NewDeliveryTask{OrganizationID: "acme", Task: delivery.Task{
			ID: id, ConfigurationID: made.ID, AcceptedAt: now, Windows: []delivery.Window{{Start: now, End: now.Add(window)}},
			Contacts: []delivery.Contact{{ID: fmt.Sprint("C", n), Phones: []delivery.Phone{{Type: delivery.Mobile, Number: fmt.Sprintf("+1212555%04d", n)}}}},
		}})
	}
	_, err = store.CreateDeliveryTasks(t.Context(), tasks)
	require.NoError(t, err)
	return ids
}

// A task whose run was terminated from outside expires when the repair has started another; what somebody has
// changed in its rows is put right by what its log says.
func TestRunOverDeliveries(t *testing.T) {
	t.Parallel()
	store, err := models.Open(t.Context(), devstack.Database(t), models.Options{})
	require.NoError(t, err)
	t.Cleanup(store.Close)
	require.NoError(t, store.CreateOrganization(t.Context(), "acme", ""))
	temporal := devstack.TemporalClient(t)
	queue := fmt.Sprint("reconcile-deliveries-", time.Now().UnixNano())
	client := workflows.NewClient(temporal, queue, store)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		intake.NewDispatcher(store, client, intake.DispatchOptions{}).Run(ctx)
	}()
	defer func() { cancel(); <-done }()
	ids := tasksOf(t, store, 3, 1000)
	subject := func(n int) models.Subject {
		return models.Subject{OrganizationID: "acme", ConversationID: ids[n], Kind: models.KindDelivery}
	}
	require.Eventually(t, func() bool {
		var told int
		require.NoError(t, store.Pool().QueryRow(t.Context(), `SELECT count(*) FROM conversations WHERE delivered_number > 0`).Scan(&told))
		return told == 3
	}, soon, often)
	for n := range ids[:2] {
		require.NoError(t, temporal.TerminateWorkflow(t.Context(), workflows.DeliveryWorkflowID(subject(n)), "", "by hand"))
	}
	w := worker.New(temporal, store, worker.Options{TaskQueue: queue, StopTimeout: time.Second})
	require.NoError(t, w.Start())
	defer w.Stop()

	ended := func() (n int) {
		require.NoError(t, store.Pool().QueryRow(t.Context(), `SELECT count(*) FROM delivery_tasks WHERE status = 'Expired'`).Scan(&n))
		return n
	}
	require.Eventually(t, func() bool { return ended() == 1 }, soon, often, "the run that was not terminated")
	require.Eventually(t, func() bool { s, _ := compared(t, store, false); return s.Overdue == 2 }, soon, often)
	summary, missed := compared(t, store, true)
	require.Equal(t, []any{int64(2), 1, 1}, []any{summary.Redelivered, missed[0].Attempt, missed[1].Attempt})
	require.Eventually(t, func() bool { return ended() == 3 }, soon, often)
	require.Eventually(t, func() bool { s, _ := compared(t, store, false); return s.Overdue == 0 }, soon, often)
	summary, _ = compared(t, store, false)
	require.Equal(t, []int64{3, 0, 6}, []int64{summary.DeliveryTasks, summary.Incomplete, summary.Rows})

	repairRows(t, store, ids)
}

// repairRows changes rows of three tasks that are over and has them put right.
func repairRows(t *testing.T, store *models.Store, ids []string) {
	t.Helper()
	spoil := func(sql string, n int) {
		_, err := store.Pool().Exec(t.Context(), sql, ids[n])
		require.NoError(t, err)
	}
	spoil(`UPDATE deliveries SET to_address = '+19995550000', status = 'Complete', result = 'LiveAnswer' WHERE task_id = $1`, 0)
	spoil(`UPDATE delivery_tasks SET status = 'Complete', ended_at = ended_at + interval '1 day' WHERE id = $1`, 1)
	spoil(`INSERT INTO deliveries SELECT (jsonb_populate_record(d, '{"id":"00000000-0000-4000-8000-000000000099","seq":2}')).* FROM deliveries d WHERE task_id = $1`, 2)
	var found []string
	repair := func(repair bool) reconcile.Summary {
		found = nil
		summary, err := reconcile.Run(t.Context(), store, reconcile.Options{
			Repair: repair, Begin: func(int64) {}, Step: func() {}, Missed: func(o reconcile.Overdue) { require.Fail(t, o.String()) },
			Found: func(d reconcile.Difference) { found = append(found, d.Kind+" "+d.Field) },
		})
		require.NoError(t, err)
		return summary
	}
	require.EqualValues(t, 3, repair(true).Repaired)
	require.ElementsMatch(t, []string{"delivery ToAddress", "delivery Status", "delivery Result", "delivery_task Status", "delivery_task EndedAt", "delivery "}, found)
	require.Zero(t, repair(false).Differences, found)
	var revision, rows int
	require.NoError(t, store.Pool().QueryRow(t.Context(), `SELECT max(revision), count(*) FROM deliveries`).Scan(&revision, &rows))
	require.Equal(t, 3, rows)
	require.Greater(t, revision, 1)
}
