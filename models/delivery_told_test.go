package models_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/delivery"
	"engaged/models"
)

// A dialer's clock that is behind the engine's takes nothing from its call, in one batch or in several.
func TestDialersClockMayBeBehind(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	configuration := deliveryConfiguration(t, store, nil)
	createTasks(t, store, newTask(configuration, 1))
	require.Equal(t, 1, paceAll(t, store))
	o := claimOrders(t, store, 1)[0]
	require.NoError(t, startOrder(t, store, o))
	begun := delivery.At(time.Now()) - 3_000
	_, err := store.AppendDeliveryEvents(t.Context(), []models.DeliverySubmission{
		{OrganizationID: organization, TaskID: o.TaskID, Event: delivery.Event{ID: "1", Type: delivery.CallConnected, Time: begun, Attempt: 1}},
		{OrganizationID: organization, TaskID: o.TaskID, Event: delivery.Event{ID: "2", Type: delivery.SpeechDetected, Time: begun + 1, Attempt: 1}},
		{OrganizationID: organization, TaskID: o.TaskID, Event: delivery.Event{ID: "3", Type: delivery.CallEnd, Time: begun + 2, Attempt: 1}},
	})
	require.NoError(t, err)
	run, err := store.LoadDelivery(t.Context(), models.Subject{OrganizationID: organization, ConversationID: o.TaskID, Kind: models.KindDelivery})
	require.NoError(t, err)
	f := delivery.Fold(&run.Plan, run.Carry, run.Entries, 0)
	require.Len(t, f.Attempts, 1)
	require.Equal(t, []any{delivery.Complete, delivery.LiveAnswer}, []any{f.Attempts[0].Status, f.Attempts[0].Result})
	require.Equal(t, *f.Attempts[0].StartedAt, *f.Attempts[0].EndedAt)
}

// A dialer may number the events of each call from one.
func TestEventsAreKnownByAttempt(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	createTasks(t, store, newTask(deliveryConfiguration(t, store, nil), 1))
	tell := func(attempt int) models.DeliveryReceipt {
		t.Helper()
		receipts, err := store.AppendDeliveryEvents(t.Context(), []models.DeliverySubmission{{OrganizationID: organization, TaskID: taskID(1),
			Event: delivery.Event{ID: "1", Source: "dialer", Type: delivery.CallEnd, Attempt: attempt, Time: delivery.At(time.Now())}}})
		require.NoError(t, err)
		return receipts[0]
	}
	require.False(t, tell(1).Duplicate)
	require.False(t, tell(2).Duplicate)
	require.True(t, tell(2).Duplicate)
}

// A task holds so much of what is told, and the end of its call besides.
func TestToldEventsAreBounded(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	createTasks(t, store, newTask(deliveryConfiguration(t, store, nil), 1))
	told := 0
	tell := func(kind delivery.EventType, n int, data delivery.Data) (refused []string) {
		t.Helper()
		var submissions []models.DeliverySubmission
		for range n {
			told++
			submissions = append(submissions, models.DeliverySubmission{OrganizationID: organization, TaskID: taskID(1),
				Event: delivery.Event{ID: fmt.Sprint(told), Type: kind, Attempt: 1, Time: delivery.At(time.Now()), Data: data}})
		}
		receipts, err := store.AppendDeliveryEvents(t.Context(), submissions)
		require.NoError(t, err)
		for _, r := range receipts {
			if r.Refused != nil {
				refused = append(refused, r.Refused.Code)
			}
		}
		return refused
	}
	large := delivery.Data{Attributes: map[string]string{"k": strings.Repeat("x", 60_000)}}
	require.Empty(t, tell(delivery.AttributesSet, 2, large))
	require.Equal(t, []string{delivery.CodeTooManyEvents}, tell(delivery.AttributesSet, 1, large))
	require.Empty(t, tell(delivery.AttributesSet, 1, delivery.Data{Attributes: map[string]string{"k": "x"}}))
	require.Empty(t, tell(delivery.SpeechDetected, 390, delivery.Data{}))
	require.NotEmpty(t, tell(delivery.SpeechDetected, 10, delivery.Data{}))
	require.Equal(t, []string{delivery.CodeTooManyEvents}, tell(delivery.SpeechDetected, 1, delivery.Data{}))
	require.Empty(t, tell(delivery.CallEnd, 1, delivery.Data{}))
	run, err := store.LoadDelivery(t.Context(), models.Subject{OrganizationID: organization, ConversationID: taskID(1), Kind: models.KindDelivery})
	require.NoError(t, err)
	require.False(t, run.More, "whoever folds it has all of it")
}
