package workflows_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/delivery"
	"engaged/intake"
	"engaged/models"
)

// configuration creates a configuration of an AI agent that calls again soon.
func (s *stack) configuration(change func(*models.DeliveryDocument)) string {
	d := models.DeliveryDocument{
		Name: "Payments", QueueID: "q1", Mode: delivery.Copilot, Pacing: models.DeliveryPacing{MaxConcurrentCalls: 2},
		Retry:  delivery.Retry{Retries: 2, Delay: 300, On: []delivery.ReattemptRule{delivery.OnBusy, delivery.OnFailed, delivery.OnNoAnswer}},
		Settle: 100,
	}
	if change != nil {
		change(&d)
	}
	require.Empty(s.t, d.Validate())
	c, err := s.store.CreateDeliveryConfiguration(s.t.Context(), d, models.Audit{OrganizationID: organization, Actor: "test", Action: "create"})
	require.NoError(s.t, err)
	return c.ID
}

// task is a new task for the n-th contact, with a window that begins now.
func (s *stack) task(configuration string, n int, window time.Duration) models.NewDeliveryTask {
	var id [16]byte
	_, err := rand.Read(id[:])
	require.NoError(s.t, err)
	now := delivery.At(time.Now())
	return models.NewDeliveryTask{OrganizationID: organization, RequestHash: []byte{1}, Task: delivery.Task{
		ID:              fmt.Sprintf("%x-%x-%x-%x-%x", id[0:4], id[4:6], id[6:8], id[8:10], id[10:16]),
		ConfigurationID: configuration, AcceptedAt: now,
		Windows:  []delivery.Window{{Start: now, End: now.Add(delivery.MillisOf(window))}},
		Contacts: []delivery.Contact{{ID: fmt.Sprint("c", n), Phones: []delivery.Phone{{Type: delivery.Mobile, Number: fmt.Sprintf("+1212%07d", 5550000+n)}}}},
	}}
}

func (s *stack) createTasks(tasks ...models.NewDeliveryTask) {
	receipts, err := s.store.CreateDeliveryTasks(s.t.Context(), tasks)
	require.NoError(s.t, err)
	for _, r := range receipts {
		require.NoError(s.t, r.Err)
	}
}

func (s *stack) tellTask(task string, e delivery.Event) {
	if e.Time == 0 {
		e.Time = delivery.At(time.Now())
	}
	_, err := s.store.AppendDeliveryEvents(s.t.Context(), []models.DeliverySubmission{{OrganizationID: organization, TaskID: task, Event: e}})
	require.NoError(s.t, err)
}

// until waits for a task to be as wanted.
func (s *stack) until(id string, wanted func(models.DeliveryTask) bool) models.DeliveryTask {
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		task, err := s.store.DeliveryTask(ctx, organization, id)
		require.NoError(s.t, err, "status %s", task.Row.Status)
		if wanted(task) {
			return task
		}
		<-ticker.C
	}
}

func ended(t models.DeliveryTask) bool {
	return t.Row.EndedAt != nil && t.Deliveries[0].WorkflowID != ""
}

// A task that nobody dials expires with its window, one that is cancelled ends at once, by the log or by
// a signal; a suspended one goes on expiring.
func TestDeliveryTasksEnd(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	defer s.work()()
	defer s.dispatch(intake.DispatchOptions{})()
	configuration := s.configuration(nil)
	var tasks []models.NewDeliveryTask
	for n := range 4 {
		tasks = append(tasks, s.task(configuration, n, time.Minute))
	}
	tasks[0].Task.Windows[0].End = tasks[0].Task.AcceptedAt.Add(1500)
	tasks[1].Task.Windows[0].End = tasks[1].Task.AcceptedAt.Add(2000)
	s.createTasks(tasks...)
	ids := make([]string, len(tasks))
	for i := range tasks {
		ids[i] = tasks[i].Task.ID
	}
	s.tellTask(ids[1], delivery.Event{ID: "suspend", Type: delivery.TaskSuspended})
	s.tellTask(ids[2], delivery.Event{ID: "cancel", Type: delivery.TaskCancelled})
	require.Eventually(t, func() bool {
		return s.temporal.SignalWorkflow(t.Context(), "delivery/"+organization+"/"+ids[3], "", "cancel", nil) == nil
	}, time.Minute, 20*time.Millisecond)
	require.Equal(t, "Expired", s.until(ids[0], ended).Row.Status)
	suspended := s.until(ids[1], ended)
	require.Equal(t, []any{"Expired", true}, []any{suspended.Row.Status, suspended.Row.Suspended})
	require.Equal(t, tasks[1].Task.Windows[0].End.Time(), suspended.Deliveries[0].EndedAt.UTC())
	for _, id := range ids[2:] {
		cancelled := s.until(id, ended)
		require.Equal(t, []string{"Cancelled", "Cancelled", "Cancelled"}, []string{cancelled.Row.Status, cancelled.Deliveries[0].Status, *cancelled.Deliveries[0].Result})
	}
	for _, id := range ids {
		run := s.temporal.GetWorkflow(t.Context(), "delivery/"+organization+"/"+id, "")
		require.NoError(t, run.Get(t.Context(), nil))
	}
	var waiting int
	require.NoError(t, s.store.Pool().QueryRow(t.Context(), `SELECT count(*) FROM delivery_waiting`).Scan(&waiting))
	require.Zero(t, waiting)
}

// pace starts a pacer; the function returned stops it.
func (s *stack) pace() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		intake.NewPacer(s.store, intake.PacerOptions{Poll: 100 * time.Millisecond, Lease: time.Second}).Run(ctx)
	}()
	return func() { cancel(); <-done }
}

// order waits until a dialer gets an order and returns it.
func (s *stack) order(lease time.Duration) models.DialOrder {
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		orders, err := s.store.ClaimOrders(ctx, organization, "dialer", 1, lease)
		require.NoError(s.t, err)
		if len(orders) == 1 {
			return orders[0]
		}
		<-ticker.C
	}
}

func (s *stack) start(o models.DialOrder) error {
	_, err := s.store.StartDelivery(s.t.Context(), models.DeliveryStart{OrganizationID: organization, DeliveryID: o.DeliveryID, Fence: o.Fence, CallID: "call"})
	return err
}

// A busy line, then a person: two attempts, each with everything that was told of it.
func TestDeliveryTaskIsDialed(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	defer s.work()()
	defer s.dispatch(intake.DispatchOptions{})()
	defer s.pace()()
	task := s.task(s.configuration(nil), 1, time.Minute)
	s.createTasks(task)
	id := task.Task.ID

	first := s.order(time.Minute)
	require.Equal(t, []any{id, 1, "+12125550001", delivery.Copilot}, []any{first.TaskID, first.Seq, first.ToAddress, first.Mode})
	stale := first
	stale.Fence++
	require.ErrorIs(t, s.start(stale), models.ErrStale)
	require.NoError(t, s.start(first))
	require.NoError(t, s.start(first), "a repeat of a start is granted again")
	s.until(id, func(t models.DeliveryTask) bool { return t.Row.Status == "InProcess" })
	s.tellTask(id, delivery.Event{ID: "1", Type: delivery.CallFailure, Attempt: 1, Data: delivery.Data{SIPCode: 486}})

	second := s.order(time.Minute)
	require.Equal(t, 2, second.Seq)
	require.NoError(t, s.start(second))
	s.tellTask(id, delivery.Event{ID: "2", Type: delivery.CallConnected, Attempt: 2})
	s.tellTask(id, delivery.Event{ID: "3", Type: delivery.AMDResult, Attempt: 2, Data: delivery.Data{AnsweredBy: delivery.AnsweredByHuman}})
	s.tellTask(id, delivery.Event{ID: "4", Type: delivery.AttributesSet, Attempt: 2, Data: delivery.Data{Attributes: map[string]string{"paid": "yes"}}})
	s.tellTask(id, delivery.Event{ID: "5", Type: delivery.CallEnd, Attempt: 2})

	done := s.until(id, ended)
	require.Equal(t, "Complete", done.Row.Status)
	require.True(t, done.View.CustomerReached)
	require.Len(t, done.Deliveries, 2)
	require.Equal(t, []string{"Busy", "LiveAnswer"}, []string{*done.Deliveries[0].Result, *done.Deliveries[1].Result})
	require.Equal(t, "CallFailed", *done.Deliveries[0].ResultCore)
	require.GreaterOrEqual(t, done.Deliveries[1].StartedAt.Sub(*done.Deliveries[0].EndedAt), 300*time.Millisecond)
	require.NotNil(t, done.Deliveries[1].HandedAt)
	attributes, err := s.store.DeliveryAttributes(t.Context(), organization, done.Deliveries[1].ID)
	require.NoError(t, err)
	require.Equal(t, "yes", attributes[0].Value)

	// What is told after the end still changes the attempt's row.
	s.tellTask(id, delivery.Event{ID: "6", Type: delivery.DispositionSet, Attempt: 2, Data: delivery.Data{Codes: []string{"Do not contact"}}})
	amended := s.until(id, func(t models.DeliveryTask) bool { return len(t.Deliveries[1].Dispositions) == 1 })
	require.Greater(t, amended.Deliveries[1].Revision, done.Deliveries[1].Revision)
	s.checkReplay(1)
	require.Equal(t, "LiveAnswer", *amended.Deliveries[1].Result)
	again := s.task(done.Row.ConfigurationID, 1, time.Minute)
	s.createTasks(again)
	// It is over from the beginning.
	optedOut := s.until(again.Task.ID, func(t models.DeliveryTask) bool { return t.Row.EndedAt != nil })
	require.Equal(t, []any{"Cancelled", true}, []any{optedOut.Row.Status, optedOut.Deliveries[0].OptedOut})
	require.Zero(t, s.liveTokens())
}

// liveTokens is how many calls count.
func (s *stack) liveTokens() (n int) {
	require.NoError(s.t, s.store.Pool().QueryRow(s.t.Context(), `SELECT count(*) FROM delivery_tokens WHERE released_at IS NULL`).Scan(&n))
	return n
}

// A claim that is lost while it may be ringing ends its attempt in error; its token goes on counting, so
// that the next attempt has to wait until it cannot ring any more.
func TestDeliveryClaimIsLost(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	defer s.work()()
	defer s.dispatch(intake.DispatchOptions{})()
	defer s.pace()()
	configuration := s.configuration(func(d *models.DeliveryDocument) {
		d.Pacing.MaxConcurrentCalls, d.RingLimit, d.CallLimit = 1, 500, 1000
	})
	task := s.task(configuration, 1, time.Minute)
	s.createTasks(task)
	lost := s.order(100 * time.Millisecond)
	failed := s.until(task.Task.ID, func(t models.DeliveryTask) bool { return len(t.Deliveries) == 2 })
	require.Equal(t, []string{"Error", "Unknown", "lost"}, []string{failed.Deliveries[0].Status, *failed.Deliveries[0].Result, *failed.Deliveries[0].Reason})
	require.ErrorIs(t, s.start(models.DialOrder{DeliveryID: lost.DeliveryID, Fence: lost.Fence + 7}), models.ErrStale)
	require.Equal(t, 1, s.liveTokens())
	second := s.order(time.Minute)
	require.Equal(t, 2, second.Seq)
	var counted, granted time.Time
	require.NoError(t, s.store.Pool().QueryRow(t.Context(), `
SELECT (SELECT counts_until FROM delivery_tokens WHERE seq = 1), (SELECT granted_at FROM delivery_tokens WHERE seq = 2)`).Scan(&counted, &granted))
	require.False(t, granted.Before(counted.Truncate(time.Millisecond)), "%s before %s", granted, counted)
	require.GreaterOrEqual(t, counted.Sub(lost.LeaseUntil.Time()), 1500*time.Millisecond)
}

// V17: a preview that an agent accepts becomes a call; it is linked to the conversation that it is routed to.
// The claim of a preview holds as long as its order: an agent takes the time that an agent takes.
func TestDeliveryPreview(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	defer s.work()()
	defer s.dispatch(intake.DispatchOptions{})()
	defer s.pace()()
	configuration := s.configuration(func(d *models.DeliveryDocument) {
		d.Mode, d.Pacing = delivery.Preview, models.DeliveryPacing{}
	})
	task := s.task(configuration, 1, time.Minute)
	s.createTasks(task)
	_, err := s.store.PutCapacity(t.Context(), models.QueueCapacity{OrganizationID: organization, QueueID: "q1", ReadyAgents: 1}, time.Minute)
	require.NoError(t, err)
	order := s.order(0)
	require.Equal(t, order.NotAfter, order.LeaseUntil)
	id := task.Task.ID
	s.tellTask(id, delivery.Event{ID: "1", Type: delivery.PreviewOffered, Attempt: 1})
	s.until(id, func(t models.DeliveryTask) bool { return t.Row.Status == "InProcess" })
	s.tellTask(id, delivery.Event{ID: "2", Type: delivery.PreviewAccepted, Attempt: 1})
	require.NoError(t, s.start(order))
	s.tellTask(id, delivery.Event{ID: "3", Type: delivery.AgentConnected, Attempt: 1, Data: delivery.Data{ConversationID: "conversation-7"}})
	s.tellTask(id, delivery.Event{ID: "4", Type: delivery.CallConnected, Attempt: 1})
	s.tellTask(id, delivery.Event{ID: "5", Type: delivery.CallEnd, Attempt: 1})
	done := s.until(id, ended)
	row := done.Deliveries[0]
	require.Equal(t, []string{"Complete", "CallEnded", "conversation-7"}, []string{row.Status, *row.Result, *row.ConversationID})
	require.False(t, row.AgentConnectedAt.After(*row.CustomerConnectedAt))
	require.Zero(t, s.liveTokens())
}

// A task that is rescheduled during a call is called back at the time that the customer asked for.
func TestDeliveryCallback(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	defer s.work()()
	defer s.dispatch(intake.DispatchOptions{})()
	defer s.pace()()
	task := s.task(s.configuration(nil), 1, time.Minute)
	s.createTasks(task)
	id := task.Task.ID
	require.NoError(t, s.start(s.order(time.Minute)))
	at := delivery.At(time.Now().Add(time.Second))
	s.tellTask(id, delivery.Event{ID: "back", Type: delivery.TaskRescheduled, Data: delivery.Data{NotBefore: at}})
	s.tellTask(id, delivery.Event{ID: "1", Type: delivery.CallConnected, Attempt: 1})
	s.tellTask(id, delivery.Event{ID: "2", Type: delivery.CallEnd, Attempt: 1})
	back := s.order(time.Minute)
	require.Equal(t, []any{2, true}, []any{back.Seq, back.Callback})
	require.NoError(t, s.start(back))
	s.tellTask(id, delivery.Event{ID: "3", Type: delivery.CallConnected, Attempt: 2})
	s.tellTask(id, delivery.Event{ID: "4", Type: delivery.CallEnd, Attempt: 2})
	done := s.until(id, ended)
	require.Len(t, done.Deliveries, 2)
	require.False(t, done.Deliveries[1].StartedAt.Before(at.Time()))
	require.Equal(t, 1, done.View.Callbacks)
}
