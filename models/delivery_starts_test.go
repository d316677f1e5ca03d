package models_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/delivery"
	"engaged/models"
)

// Runs of bulk requests are started one after another, those of one request behind those of another; a single
// task's at once, and so is that of a task to which something happens.
func TestStartsOfRunsAreSpread(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	configuration := deliveryConfiguration(t, store, nil)
	bulk := func(from int) []models.NewDeliveryTask {
		var tasks []models.NewDeliveryTask
		for n := range 30 {
			tasks = append(tasks, newTask(configuration, from+n))
		}
		return tasks
	}
	read := func(what string, arguments ...any) (value float64) {
		t.Helper()
		require.NoError(t, store.Pool().QueryRow(t.Context(), "SELECT ("+what+")::float8 FROM dispatch_claims d JOIN delivery_tasks t ON t.key = d.conversation_key", arguments...).Scan(&value))
		return value
	}
	createTasks(t, store, bulk(0)...)
	createTasks(t, store, bulk(100)...)
	require.InDelta(t, 59*0.2, read("extract(epoch FROM max(d.due_at) - min(d.due_at))"), 0.0001)
	require.InDelta(t, 60, read("count(DISTINCT d.due_at)"), 0)
	createTasks(t, store, newTask(configuration, 200))
	require.InDelta(t, 1, read("count(*) FILTER (WHERE t.id = $1 AND d.due_at <= clock_timestamp())", taskID(200)), 0)

	// Two orders, one of which is started.
	_, err := store.Pool().Exec(t.Context(), `UPDATE dispatch_claims SET due_at = due_at + interval '1 hour'`)
	require.NoError(t, err)
	begun := time.Now()
	require.Equal(t, 2, paceAll(t, store))
	require.InDelta(t, 2, read("count(*) FILTER (WHERE d.due_at < $1)", begun.Add(time.Minute)), 0)
	orders := claimOrders(t, store, 2)
	require.NoError(t, startOrder(t, store, orders[0]))
	require.InDelta(t, 1, read("count(*) FILTER (WHERE t.id = $1 AND d.due_at <= clock_timestamp())", orders[0].TaskID), 0)

	// Nothing is started after its first deadline.
	late := bulk(300)
	for i := range late {
		late[i].Task.Windows[0].End = late[i].Task.AcceptedAt.Add(5000)
	}
	createTasks(t, store, late...)
	require.InDelta(t, 30, read("count(*) FILTER (WHERE t.expires_at <= $1 AND d.due_at <= t.expires_at)", late[0].Task.Windows[0].End.Time().Add(time.Second)), 0)

	// What is over as it is created is told of soon, whatever waits.
	over := bulk(400)
	for i := range over {
		past := over[i].Task.AcceptedAt.Add(-60_000)
		over[i].Task.Windows = []delivery.Window{{Start: past, End: past.Add(1000)}}
	}
	createTasks(t, store, over...)
	require.InDelta(t, 30, read("count(*) FILTER (WHERE t.status = 'Expired' AND d.due_at < clock_timestamp() + interval '2 seconds')"), 0)
}
