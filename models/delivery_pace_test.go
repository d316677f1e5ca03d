package models_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/delivery"
	"engaged/models"
)

// paceAll grants what there is to grant until nothing is due any more, and returns how many tokens.
func paceAll(t *testing.T, store *models.Store) (granted int) {
	t.Helper()
	for range 50 {
		claims, err := store.ClaimPacing(t.Context(), 10, time.Minute)
		require.NoError(t, err)
		for _, claim := range claims {
			n, err := store.Pace(t.Context(), claim)
			require.NoError(t, err)
			granted += n
		}
		if len(claims) == 0 {
			return granted
		}
	}
	return granted
}

func capacity(t *testing.T, store *models.Store, ready, queued int) {
	t.Helper()
	_, err := store.PutCapacity(t.Context(), models.QueueCapacity{OrganizationID: organization, QueueID: "q1", ReadyAgents: ready, QueuedCalls: queued}, time.Minute)
	require.NoError(t, err)
}

func claimOrders(t *testing.T, store *models.Store, most int) []models.DialOrder {
	t.Helper()
	orders, err := store.ClaimOrders(t.Context(), organization, "dialer", most, time.Minute)
	require.NoError(t, err)
	return orders
}

func startOrder(t *testing.T, store *models.Store, o models.DialOrder) error {
	t.Helper()
	_, err := store.StartDelivery(t.Context(), models.DeliveryStart{OrganizationID: organization, DeliveryID: o.DeliveryID, Fence: o.Fence, CallID: "call"})
	return err
}

// V19 and its neighbours: how many calls go out by what is told of agents, nothing at all while nobody
// knows.
func TestPaceByAgents(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		mode          delivery.Mode
		pacing        models.DeliveryPacing
		ready, queued int
		want          int
	}{
		"progressive":         {delivery.Progressive, models.DeliveryPacing{}, 4, 1, 3},
		"calls for an agent":  {delivery.Progressive, models.DeliveryPacing{CallsPerAgent: 0.7}, 4, 0, 2},
		"progressive at most": {delivery.Progressive, models.DeliveryPacing{MaxConcurrentCalls: 2}, 4, 0, 2},
		"half of the queue":   {delivery.Progressive, models.DeliveryPacing{QueueAllotment: 50}, 5, 0, 2},
		"preview":             {delivery.Preview, models.DeliveryPacing{}, 3, 1, 2},
		"copilot":             {delivery.Copilot, models.DeliveryPacing{MaxConcurrentCalls: 4}, 0, 0, 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := openStore(t)
			configuration := deliveryConfiguration(t, store, func(d *models.DeliveryDocument) { d.Mode, d.Pacing = c.mode, c.pacing })
			var tasks []models.NewDeliveryTask
			for n := range 8 {
				tasks = append(tasks, newTask(configuration, n))
			}
			createTasks(t, store, tasks...)
			if c.mode != delivery.Copilot {
				require.Zero(t, paceAll(t, store))
				capacity(t, store, c.ready, c.queued)
			}
			require.Equal(t, c.want, paceAll(t, store))
			if c.mode != delivery.Copilot {
				require.NoError(t, store.DeleteCapacity(t.Context(), organization, "q1"))
				require.Empty(t, claimOrders(t, store, 100), "nobody knows of agents any more")
				capacity(t, store, c.ready, c.queued)
			}
			require.Len(t, claimOrders(t, store, 100), c.want)
			require.Empty(t, claimOrders(t, store, 100))
		})
	}
}

// Configurations of one queue share its agents, a class before the next.
func TestPaceSharesAQueue(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	with := func(priority string) func(*models.DeliveryDocument) {
		return func(d *models.DeliveryDocument) {
			d.Mode, d.Pacing = delivery.Progressive, models.DeliveryPacing{Priority: priority}
		}
	}
	normal, critical := deliveryConfiguration(t, store, with("normal")), deliveryConfiguration(t, store, with("critical"))
	var tasks []models.NewDeliveryTask
	for n := range 4 {
		tasks = append(tasks, newTask(normal, n), newTask(critical, 10+n))
	}
	createTasks(t, store, tasks...)
	capacity(t, store, 5, 0)
	require.Equal(t, 5, paceAll(t, store))
	served := map[string]int{}
	for _, o := range claimOrders(t, store, 10) {
		served[o.ConfigurationID]++
	}
	require.Equal(t, map[string]int{critical: 4, normal: 1}, served)
}

// Custom priorities are numbers; what has none comes last.
func TestPaceInOrder(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	configuration := deliveryConfiguration(t, store, func(d *models.DeliveryDocument) {
		d.Pacing.MaxConcurrentCalls, d.Pacing.ProcessingOrder = 1, delivery.PriorityDescending
	})
	var tasks []models.NewDeliveryTask
	for n, priority := range []string{"", "9", "10", "bad"} {
		task := newTask(configuration, n)
		task.Task.Priority = priority
		tasks = append(tasks, task)
	}
	createTasks(t, store, tasks...)
	require.Equal(t, 1, paceAll(t, store))
	require.Equal(t, taskID(2), claimOrders(t, store, 1)[0].TaskID)
}

// However many pace and create at once, no more tokens live than may, and none is granted twice.
func TestPaceTogether(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	const most = 7
	configuration := deliveryConfiguration(t, store, func(d *models.DeliveryDocument) { d.Pacing.MaxConcurrentCalls = most })
	var running sync.WaitGroup
	for worker := range 4 {
		running.Go(func() {
			for n := range 10 {
				createTasks(t, store, newTask(configuration, 100*worker+n))
				paceAll(t, store)
				for range 2 {
					// Whoever claims twice, as after a lease, paces beside the first.
					_, err := store.Pace(t.Context(), models.PacingClaim{ConfigurationID: configuration, OrganizationID: organization})
					require.NoError(t, err)
				}
			}
		})
	}
	running.Wait()
	var live, twice int
	require.NoError(t, store.Pool().QueryRow(t.Context(), `SELECT count(*), count(*) - count(DISTINCT (task_key, seq)) FROM delivery_tokens`).Scan(&live, &twice))
	require.Equal(t, []int{most, 0}, []int{live, twice})
}

// A cap counts from hand-out, also between two configurations whose tasks are for one contact.
func TestPaceKeepsCaps(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	var tasks []models.NewDeliveryTask
	for n := range 6 {
		configuration := deliveryConfiguration(t, store, func(d *models.DeliveryDocument) {
			d.QueueID = fmt.Sprint("q", n)
			d.Caps = []delivery.Cap{{Scope: delivery.ScopeNumber, Period: delivery.PeriodRolling, Length: 3600_000, Most: 2}}
		})
		task := newTask(configuration, n)
		task.Task.Contacts[0].Phones[0].Number = "+12125550101"
		tasks = append(tasks, task)
	}
	createTasks(t, store, tasks...)
	var running sync.WaitGroup
	for range 3 {
		running.Go(func() { paceAll(t, store) })
	}
	running.Wait()
	require.Len(t, claimOrders(t, store, 10), 2)
	var blocked int
	require.NoError(t, store.Pool().QueryRow(t.Context(), `SELECT count(*) FROM entries WHERE type = 'attempt.blocked' AND entry->'data'->>'reason' = 'frequency_cap'`).Scan(&blocked))
	require.Equal(t, 4, blocked)
}

// V15: a policy cancels those for whom all its conditions hold.
func TestPaceCancelsByPolicy(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	configuration := deliveryConfiguration(t, store, nil)
	var tasks []models.NewDeliveryTask
	for n, code := range []string{"33101", "33102"} {
		task := newTask(configuration, n)
		task.Task.Contacts[0].State, task.Task.Contacts[0].PostalCode = "FL", code
		tasks = append(tasks, task)
	}
	createTasks(t, store, tasks...)
	_, err := store.Pool().Exec(t.Context(), `INSERT INTO delivery_policies (id, organization_id, configuration_ids, country, state, postal_code, executed_at, until)
VALUES (gen_random_uuid(), $1, ARRAY[$2], 'US', 'FL', '33101', clock_timestamp(), clock_timestamp() + interval '6 hours')`, organization, configuration)
	require.NoError(t, err)
	require.Equal(t, 1, paceAll(t, store))
	require.Equal(t, taskID(1), claimOrders(t, store, 10)[0].TaskID)
	var reason string
	require.NoError(t, store.Pool().QueryRow(t.Context(), `SELECT detail->>'reason' FROM delivery_attempt_log WHERE kind = 'verdict'`).Scan(&reason))
	require.Equal(t, "cancellation_policy", reason)
}

// A start is decided when it is asked for: by the order, the task's log and the rules as they are then.
func TestStartDelivery(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	configuration := deliveryConfiguration(t, store, func(d *models.DeliveryDocument) { d.Pacing.MaxConcurrentCalls = 10 })
	var tasks []models.NewDeliveryTask
	for n := range 5 {
		tasks = append(tasks, newTask(configuration, n))
	}
	createTasks(t, store, tasks...)
	require.Equal(t, 5, paceAll(t, store))
	orders := claimOrders(t, store, 4)
	require.Len(t, orders, 4)
	byTask := map[string]models.DialOrder{}
	for _, o := range orders {
		byTask[o.TaskID] = o
	}
	require.NoError(t, startOrder(t, store, orders[0]))
	require.NoError(t, startOrder(t, store, orders[0]), "whoever lost the answer may ask again")
	for _, callID := range []string{"", "another"} {
		_, err := store.StartDelivery(t.Context(), models.DeliveryStart{OrganizationID: organization, DeliveryID: orders[0].DeliveryID, Fence: orders[0].Fence, CallID: callID})
		require.ErrorIs(t, err, models.ErrStale, "two must not make the call")
	}
	require.ErrorIs(t, startOrder(t, store, models.DialOrder{DeliveryID: orders[0].DeliveryID, Fence: 99}), models.ErrStale)
	require.ErrorIs(t, startOrder(t, store, models.DialOrder{DeliveryID: taskID(77), Fence: 1}), models.ErrNotFound)

	_, err := store.AppendDeliveryEvents(t.Context(), []models.DeliverySubmission{{
		OrganizationID: organization, TaskID: orders[1].TaskID, Event: delivery.Event{ID: "cancel", Type: delivery.TaskCancelled},
	}})
	require.NoError(t, err)
	require.ErrorIs(t, startOrder(t, store, orders[1]), models.ErrStale)

	_, err = store.Pool().Exec(t.Context(), `INSERT INTO delivery_do_not_contact (organization_id, list, number) VALUES ($1, 'internal', $2)`, organization, orders[2].ToAddress)
	require.NoError(t, err)
	require.ErrorIs(t, startOrder(t, store, orders[2]), models.ErrForbidden)

	_, err = store.Pool().Exec(t.Context(), `UPDATE delivery_tokens SET lease_until = clock_timestamp() WHERE delivery_id = $1`, orders[3].DeliveryID)
	require.NoError(t, err)
	require.ErrorIs(t, startOrder(t, store, orders[3]), models.ErrTooLate)

	_, err = store.Pool().Exec(t.Context(), `UPDATE delivery_tokens SET started_at = started_at - interval '31 seconds' WHERE started_at IS NOT NULL`)
	require.NoError(t, err)
	require.ErrorIs(t, startOrder(t, store, orders[0]), models.ErrTooLate, "the call follows its start")
	_, err = store.AppendDeliveryEvents(t.Context(), []models.DeliverySubmission{{
		OrganizationID: organization, TaskID: orders[0].TaskID, Event: delivery.Event{ID: "end", Type: delivery.CallEnd, Time: delivery.At(time.Now())},
	}})
	require.NoError(t, err)
	require.ErrorIs(t, startOrder(t, store, orders[0]), models.ErrStale)

	// A suspended configuration hands nothing out.
	_, err = store.SuspendDelivery(t.Context(), configuration, "api", models.Audit{OrganizationID: organization, Actor: "test", Action: "suspend"})
	require.NoError(t, err)
	require.Empty(t, claimOrders(t, store, 10))
	var starts int
	require.NoError(t, store.Pool().QueryRow(t.Context(), `SELECT count(*) FROM entries WHERE type = 'call.started'`).Scan(&starts))
	require.Equal(t, 1, starts)
}

// What a rule forbids at the start was not dialed: it ends as the rule says, or waits again.
func TestRefusedStart(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	configuration := deliveryConfiguration(t, store, func(d *models.DeliveryDocument) {
		d.Caps = []delivery.Cap{{Scope: delivery.ScopeNumber, Period: delivery.PeriodDay, Most: 1}}
	})
	createTasks(t, store, newTask(configuration, 1), newTask(configuration, 2))
	require.Equal(t, 2, paceAll(t, store))
	orders := claimOrders(t, store, 2)
	_, err := store.Pool().Exec(t.Context(), `INSERT INTO delivery_do_not_contact (organization_id, list, number) VALUES ($1, 'internal', $2)`, organization, orders[0].ToAddress)
	require.NoError(t, err)
	_, err = store.Pool().Exec(t.Context(), `
INSERT INTO delivery_tokens (delivery_id, fence, organization_id, configuration_id, task_key, task_id, seq, contact_id, number, granted_at, not_after, started_at)
SELECT gen_random_uuid(), 1, organization_id, configuration_id, 0, gen_random_uuid(), 1, 'another', number, clock_timestamp(), not_after, clock_timestamp()
FROM delivery_tokens WHERE delivery_id = $1`, orders[1].DeliveryID)
	require.NoError(t, err)
	for i, want := range [][]any{{delivery.Cancelled, delivery.ResultCancelled, delivery.ReasonDoNotContact}, {delivery.Pending, delivery.Result(""), ""}} {
		require.ErrorIs(t, startOrder(t, store, orders[i]), models.ErrForbidden)
		require.ErrorIs(t, startOrder(t, store, orders[i]), models.ErrStale)
		run, err := store.LoadDelivery(t.Context(), models.Subject{OrganizationID: organization, ConversationID: orders[i].TaskID, Kind: models.KindDelivery})
		require.NoError(t, err)
		f := delivery.Fold(&run.Plan, run.Carry, run.Entries, 0)
		a := f.Attempts[0]
		require.Equal(t, want, []any{a.Status, a.Result, a.Reason})
		require.Nil(t, a.Order)
		if a.Status == delivery.Pending {
			require.Greater(t, a.NotBefore, f.Clock, "it waits for the next day")
		}
	}
}

// A lost claim counts until its call cannot ring any more, unless the dialer tells of its end before.
func TestLoseClaims(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	configuration := deliveryConfiguration(t, store, func(d *models.DeliveryDocument) { d.RingLimit, d.CallLimit = 60_000, 60_000 })
	createTasks(t, store, newTask(configuration, 1), newTask(configuration, 2), newTask(configuration, 3))
	require.Equal(t, 2, paceAll(t, store))
	orders, err := store.ClaimOrders(t.Context(), organization, "dialer", 10, 0)
	require.NoError(t, err)
	lost, err := store.LoseClaims(t.Context(), 10)
	require.NoError(t, err)
	require.Equal(t, 2, lost)
	require.Zero(t, paceAll(t, store), "a lost claim may still ring")
	_, err = store.AppendDeliveryEvents(t.Context(), []models.DeliverySubmission{{OrganizationID: organization, TaskID: orders[0].TaskID,
		Event: delivery.Event{ID: "end", Type: delivery.CallFailure, Attempt: 1, Time: delivery.At(time.Now()), Data: delivery.Data{SIPCode: 487}}}})
	require.NoError(t, err)
	require.Equal(t, 1, paceAll(t, store))
	_, err = store.Pool().Exec(t.Context(), `UPDATE delivery_tokens SET counts_until = clock_timestamp() WHERE counts_until IS NOT NULL`)
	require.NoError(t, err)
	_, err = store.Pool().Exec(t.Context(), `UPDATE delivery_pacing SET due_at = clock_timestamp()`)
	require.NoError(t, err)
	paceAll(t, store)
	var live int
	require.NoError(t, store.Pool().QueryRow(t.Context(), `SELECT count(*) FROM delivery_tokens WHERE released_at IS NULL`).Scan(&live))
	require.Equal(t, 1, live)
}
