package workflows_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/delivery"
	"engaged/intake"
	"engaged/models"
)

// sweep starts a sweeper; the function returned stops it.
func (s *stack) sweep() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		intake.NewSweeper(s.store, intake.SweeperOptions{Poll: 20 * time.Millisecond}).Run(ctx)
	}()
	return func() { cancel(); <-done }
}

// V8 and V15 through the whole stack: what waits for tomorrow is cancelled when a policy is written, when a contact
// opts out in another task's call, and when the next contact of a chain is not to be called either.
func TestRulesCancelWhatWaits(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	defer s.work()()
	defer s.dispatch(intake.DispatchOptions{})()
	defer s.pace()()
	defer s.sweep()()
	configuration := s.configuration(nil)
	tomorrow := func(n int) models.NewDeliveryTask {
		task := s.task(configuration, n, 25*time.Hour)
		task.Task.Windows[0].Start += 24 * 3600_000
		return task
	}
	called, sameContact, inFlorida, other := s.task(configuration, 1, time.Minute), tomorrow(1), tomorrow(2), tomorrow(3)
	inFlorida.Task.Contacts[0].State = "FL"
	chain := tomorrow(4)
	chain.Task.Contacts = append(chain.Task.Contacts, inFlorida.Task.Contacts[0], tomorrow(5).Task.Contacts[0])
	s.createTasks(called, sameContact, inFlorida, other, chain)
	audit := models.Audit{OrganizationID: organization, Actor: "test", Action: "write"}
	_, err := s.store.CreateDeliveryPolicy(t.Context(), models.DeliveryPolicy{Policy: delivery.Policy{State: "fl"}}, audit)
	require.NoError(t, err)
	_, err = s.store.AddDoNotContact(t.Context(), "internal", []string{"c4"}, nil, audit)
	require.NoError(t, err)

	cancelled := s.until(inFlorida.Task.ID, ended)
	require.Equal(t, []string{"Cancelled", "Cancelled"}, []string{cancelled.Row.Status, *cancelled.Deliveries[0].Result})
	require.NotNil(t, cancelled.Deliveries[0].PolicyID)
	walked := s.until(chain.Task.ID, func(t models.DeliveryTask) bool { return len(t.Deliveries) == 3 })
	require.Equal(t, []string{"Cancelled", "Cancelled", "Pending"}, []string{walked.Deliveries[0].Status, walked.Deliveries[1].Status, walked.Deliveries[2].Status})
	require.Equal(t, "c5", walked.Deliveries[2].ContactID)

	order := s.order(time.Minute)
	require.NoError(t, s.start(order))
	for i, kind := range []delivery.EventType{delivery.CallConnected, delivery.DispositionSet, delivery.CallEnd} {
		e := delivery.Event{ID: string(kind), Type: kind, Attempt: 1, Seq: int64(i)}
		if kind == delivery.DispositionSet {
			e.Data.Codes = []string{"DoNotContact"}
		}
		s.tellTask(called.Task.ID, e)
	}
	require.Equal(t, "Complete", s.until(called.Task.ID, ended).Row.Status)
	optedOut := s.until(sameContact.Task.ID, ended)
	require.Equal(t, []any{"Cancelled", true}, []any{optedOut.Row.Status, optedOut.Deliveries[0].OptedOut})
	left, err := s.store.DeliveryTask(t.Context(), organization, other.Task.ID)
	require.NoError(t, err)
	require.Equal(t, "Pending", left.Row.Status)
	s.checkReplay(5)
}
