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

func ended(t models.DeliveryTask) bool { return t.Row.EndedAt != nil && t.Deliveries[0].WorkflowID != "" }

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
