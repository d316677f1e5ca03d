package models_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"engaged/delivery"
	"engaged/models"
)

var policyAudit = models.Audit{OrganizationID: organization, Actor: "test", Action: "write"}

// florida is a policy for one place.
func florida(until *delivery.Instant) models.DeliveryPolicy {
	return models.DeliveryPolicy{Policy: delivery.Policy{Country: "us", State: "fl", PostalCode: "33101", Until: until}}
}

// inFlorida is the n-th task, for a contact there.
func inFlorida(configuration string, n int, code string) models.NewDeliveryTask {
	task := newTask(configuration, n)
	task.Task.Contacts[0].State, task.Task.Contacts[0].PostalCode = "FL", code
	return task
}

// sweepAll asks until nothing is left to ask about.
func sweepAll(t *testing.T, store *models.Store) {
	t.Helper()
	require.Eventually(t, func() bool {
		_, err := store.SweepDeliveries(t.Context(), time.Minute)
		require.NoError(t, err)
		var left int
		require.NoError(t, store.Pool().QueryRow(t.Context(), `SELECT count(*) FROM delivery_sweeps`).Scan(&left))
		return left == 0
	}, time.Minute, time.Millisecond)
}

// status folds a task's log.
func status(t *testing.T, store *models.Store, n int) delivery.Folded {
	t.Helper()
	run, err := store.LoadDelivery(t.Context(), models.Subject{OrganizationID: organization, ConversationID: taskID(n), Kind: models.KindDelivery})
	require.NoError(t, err)
	return delivery.Fold(&run.Plan, run.Carry, run.Entries, 0)
}

// cancelled are the tasks whose log holds an entry that cancels, and its reason.
func cancelled(t *testing.T, store *models.Store) map[string]string {
	t.Helper()
	rows, err := store.Pool().Query(t.Context(), `SELECT c.conversation_id, e.entry->'data'->>'reason' FROM entries e
JOIN conversations c ON c.key = e.conversation_key WHERE e.type = 'attempt.blocked' AND e.entry->'data'->>'action' = 'cancel'`)
	require.NoError(t, err)
	found := map[string]string{}
	var task, reason string
	_, err = pgx.ForEachRow(rows, []any{&task, &reason}, func() error { found[task] = reason; return nil })
	require.NoError(t, err)
	return found
}

// V15: what is pending is cancelled when the policy is written, long before its window, also where the task is
// suspended or its order was not taken; what comes later until the policy's end is cancelled as it comes.
func TestPolicyCancelsWhatWaits(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	configuration := deliveryConfiguration(t, store, func(d *models.DeliveryDocument) { d.Pacing.MaxConcurrentCalls = 10 })
	started, ordered, claimed := inFlorida(configuration, 1, "33101"), inFlorida(configuration, 2, "33101"), inFlorida(configuration, 3, "33101")
	createTasks(t, store, started, claimed)
	require.Equal(t, 2, paceAll(t, store))
	orders := claimOrders(t, store, 2)
	createTasks(t, store, ordered)
	require.Equal(t, 1, paceAll(t, store))
	for _, o := range orders {
		if o.TaskID == taskID(1) {
			require.NoError(t, startOrder(t, store, o))
		}
	}
	tomorrow := func(n int, code string) models.NewDeliveryTask {
		task := inFlorida(configuration, n, code)
		task.Task.Windows = []delivery.Window{{Start: task.Task.AcceptedAt.Add(24 * 3600_000), End: task.Task.AcceptedAt.Add(25 * 3600_000)}}
		return task
	}
	createTasks(t, store, tomorrow(4, "33101"), tomorrow(5, "33102"), tomorrow(6, "33101"))
	_, err := store.AppendDeliveryEvents(t.Context(), []models.DeliverySubmission{{
		OrganizationID: organization, TaskID: taskID(6), Event: delivery.Event{ID: "s", Type: delivery.TaskSuspended}}})
	require.NoError(t, err)

	made, err := store.CreateDeliveryPolicy(t.Context(), florida(new(delivery.At(time.Now()).Add(6*3600_000))), policyAudit)
	require.NoError(t, err)
	sweepAll(t, store)
	reason := delivery.ReasonPolicy
	require.Equal(t, map[string]string{taskID(2): reason, taskID(3): reason, taskID(4): reason, taskID(6): reason}, cancelled(t, store))
	for n, want := range map[int]delivery.Status{
		1: delivery.InProcess, 2: delivery.Cancelled, 3: delivery.Cancelled, 4: delivery.Cancelled, 5: delivery.Pending, 6: delivery.Cancelled,
	} {
		f := status(t, store, n)
		require.Equal(t, want, f.Task.Status, n)
		if want == delivery.Cancelled {
			require.Equal(t, made.ID, f.Attempts[0].PolicyID)
		}
	}
	require.Empty(t, claimOrders(t, store, 10), "an order that nobody took is withdrawn")
	for _, o := range orders {
		if o.TaskID == taskID(3) {
			require.ErrorIs(t, startOrder(t, store, o), models.ErrStale)
		}
	}
	require.Zero(t, paceAll(t, store))

	receipts := createTasks(t, store, tomorrow(7, "33101"), tomorrow(8, "33102"))
	require.NoError(t, receipts[0].Err)
	require.Equal(t, [][2]string{{"Cancelled", "Cancelled"}, {"Pending", ""}}, [][2]string{shown(t, store, 7), shown(t, store, 8)})
	_, err = store.Pool().Exec(t.Context(), `UPDATE delivery_policies SET until = clock_timestamp()`)
	require.NoError(t, err)
	createTasks(t, store, tomorrow(9, "33101"))
	require.Equal(t, [2]string{"Pending", ""}, shown(t, store, 9))
}

// shown is the status of a task, as it is read, and the result of its first attempt.
func shown(t *testing.T, store *models.Store, n int) [2]string {
	t.Helper()
	task, err := store.DeliveryTask(t.Context(), organization, taskID(n))
	require.NoError(t, err)
	result := ""
	if r := task.Deliveries[0].Result; r != nil {
		result = *r
	}
	return [2]string{task.Row.Status, result}
}

// V8: whoever has opted out or is on a list is not called, also by what waits already; a chain goes on elsewhere.
func TestOptOutsCancelWhatWaits(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	configuration := deliveryConfiguration(t, store, nil)
	chain := newTask(configuration, 3)
	chain.Task.Contacts[0].Phones = append(chain.Task.Contacts[0].Phones, delivery.Phone{Type: delivery.Home, Number: "+12125550999"})
	createTasks(t, store, newTask(configuration, 1), newTask(configuration, 2), chain, newTask(configuration, 4))
	require.NoError(t, store.AddConsents(t.Context(), []models.DeliveryConsent{
		{ContactID: "contact1", OptedOut: true}, {Number: "+12125550003", OptedOut: true}, {ContactID: "contact4"}}, policyAudit))
	_, err := store.AddDoNotContact(t.Context(), "internal", nil, []string{"+12125550002"}, policyAudit)
	require.NoError(t, err)
	sweepAll(t, store)
	require.Equal(t, map[string]string{taskID(1): "opted_out", taskID(2): "do_not_contact", taskID(3): "opted_out"}, cancelled(t, store))
	require.Equal(t, map[string]string{"OptedOut": "true"}, status(t, store, 1).Attempts[0].Attributes)
	require.Equal(t, "+12125550999", status(t, store, 3).State.Current.ToAddress)
	require.Equal(t, delivery.Pending, status(t, store, 4).Task.Status)

	again := newTask(configuration, 5)
	again.Task.Contacts[0].ID = "contact1"
	chained := newTask(configuration, 6)
	chained.Task.Contacts = append([]delivery.Contact{again.Task.Contacts[0]}, chained.Task.Contacts...)
	createTasks(t, store, again, chained)
	require.Equal(t, [2]string{"Cancelled", "Cancelled"}, shown(t, store, 5))
	require.Equal(t, [2]string{"Pending", "Cancelled"}, shown(t, store, 6))
	var attribute string
	require.NoError(t, store.Pool().QueryRow(t.Context(), `SELECT value FROM delivery_attributes WHERE type = 'result' AND keyword = 'OptedOut' AND delivery_id = $1`,
		delivery.AttemptID(organization, taskID(5), 1)).Scan(&attribute))
	require.Equal(t, "true", attribute)
	require.Equal(t, "contact6", status(t, store, 6).State.Current.ContactID)
}

// A task that was being written while a rule was is found all the same: the sweep goes on until every
// transaction that may have missed the rule is over.
func TestSweepWaitsForWhatMayHaveMissedIt(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	configuration := deliveryConfiguration(t, store, nil)
	createTasks(t, store, newTask(configuration, 1))
	late, err := store.Pool().Begin(t.Context())
	require.NoError(t, err)
	// The attempt is being written when the rule is.
	_, err = late.Exec(t.Context(), `UPDATE deliveries SET contact_id = 'contact9'`)
	require.NoError(t, err)
	require.NoError(t, store.AddConsents(t.Context(), []models.DeliveryConsent{{ContactID: "contact9", OptedOut: true}}, policyAudit))
	found, err := store.SweepDeliveries(t.Context(), time.Minute)
	require.NoError(t, err)
	require.True(t, found)
	_, err = late.Exec(t.Context(), `UPDATE delivery_tasks SET plan = jsonb_set(plan, '{contacts,0,id}', '"contact9"')`)
	require.NoError(t, err)
	require.Empty(t, cancelled(t, store))
	require.NoError(t, late.Commit(t.Context()))
	sweepAll(t, store)
	require.Equal(t, map[string]string{taskID(1): "opted_out"}, cancelled(t, store))
}

// A sweep that was interrupted goes on where it was, and asks nobody twice to any effect.
func TestSweepGoesOn(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	configuration := deliveryConfiguration(t, store, nil)
	tasks := make([]models.NewDeliveryTask, 1200)
	for n := range tasks {
		tasks[n] = inFlorida(configuration, n, "33101")
	}
	createTasks(t, store, tasks...)
	_, err := store.CreateDeliveryPolicy(t.Context(), florida(nil), policyAudit)
	require.NoError(t, err)
	found, err := store.SweepDeliveries(t.Context(), time.Minute)
	require.NoError(t, err)
	require.True(t, found)
	require.Len(t, cancelled(t, store), 500, "one page")
	// The next one dies: its lease is over, and what it noted is not there.
	_, err = store.SweepDeliveries(t.Context(), time.Minute)
	require.NoError(t, err)
	_, err = store.Pool().Exec(t.Context(), `UPDATE delivery_sweeps SET after_key = 0, lease_until = clock_timestamp()`)
	require.NoError(t, err)
	sweepAll(t, store)
	var entries int
	require.NoError(t, store.Pool().QueryRow(t.Context(), `SELECT count(*) FROM entries WHERE type = 'attempt.blocked'`).Scan(&entries))
	require.Equal(t, len(tasks), entries)
}

// An attempt that is planned for later while a rule forbids it is cancelled when it is planned.
func TestPlannedAttemptsAreAsked(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	configuration := deliveryConfiguration(t, store, func(d *models.DeliveryDocument) { d.Retry.Delay = 3600_000 })
	createTasks(t, store, newTask(configuration, 1), newTask(configuration, 2))
	require.Equal(t, 2, paceAll(t, store))
	require.NoError(t, store.AddConsents(t.Context(), []models.DeliveryConsent{{ContactID: "contact1", OptedOut: true}}, policyAudit))
	for n := 1; n <= 2; n++ {
		subject := models.Subject{OrganizationID: organization, ConversationID: taskID(n), Kind: models.KindDelivery}
		_, err := store.AppendDeliveryEvents(t.Context(), []models.DeliverySubmission{{OrganizationID: organization, TaskID: taskID(n),
			Event: delivery.Event{ID: "lost", Type: delivery.ClaimLost, Attempt: 1, Time: delivery.At(time.Now())}}})
		require.NoError(t, err)
		run, err := store.LoadDelivery(t.Context(), subject)
		require.NoError(t, err)
		f := delivery.Fold(&run.Plan, run.Carry, run.Entries, 0)
		require.Equal(t, 2, f.State.Current.Seq)
		f.Ended = nil
		require.NoError(t, store.ProjectDelivery(t.Context(), models.DeliveryUpdate{
			Subject: subject, Seen: run.Seen, Attempts: f.Attempts, Task: f.Task, Dial: models.NewDialRequest(&run.Plan, f, 0)}))
	}
	require.Equal(t, map[string]string{taskID(1): "opted_out"}, cancelled(t, store))
	var waiting string
	require.NoError(t, store.Pool().QueryRow(t.Context(), `SELECT c.conversation_id FROM delivery_waiting w JOIN conversations c ON c.key = w.task_key`).Scan(&waiting))
	require.Equal(t, taskID(2), waiting)
}

// A policy that was written after a creation's transaction has read its clock, and before it asks, holds for it: no
// sweep would come any more.
func TestPolicyWrittenWhileCreating(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	task := inFlorida(deliveryConfiguration(t, store, nil), 1, "33101")
	_, err := store.CreateDeliveryPolicy(t.Context(), florida(nil), policyAudit)
	require.NoError(t, err)
	sweepAll(t, store)
	// As if it had been.
	_, err = store.Pool().Exec(t.Context(), `UPDATE delivery_policies SET executed_at = clock_timestamp() + interval '1 second'`)
	require.NoError(t, err)
	createTasks(t, store, task)
	require.Equal(t, [2]string{"Cancelled", "Cancelled"}, shown(t, store, 1))
}
