package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/api"
	"engaged/delivery"
)

const (
	tasksPath      = "/v1/delivery-tasks"
	deliveriesPath = "/v1/deliveries"
)

// newTaskBody is a request for a task that calls one contact; members come after the others.
func newTaskBody(configuration, contact string, members ...string) string {
	more := ""
	for _, m := range members {
		more += "," + m
	}
	return `{"configuration_id":"` + configuration + `","contacts":[{"id":"` + contact + `","country":"US","phones":[{"type":"mobile","number":"+12125550142"}]}]` + more + `}`
}

// deliveryTask makes a task.
func (w *world) deliveryTask(key, body string) (task, attempt string) {
	w.t.Helper()
	got := w.ask(key, "POST", tasksPath, body)
	require.Equal(w.t, 201, got.status, got.body)
	made := shown[api.CreatedTask](w.t, got)
	require.Equal(w.t, tasksPath+"/"+made.DeliveryTaskID, got.header.Get("Location"))
	return made.DeliveryTaskID, made.DeliveryID
}

// agentless is a configuration of so many calls at once.
func (w *world) agentless(key string, calls int) string {
	w.t.Helper()
	return idOf(w.t, w.ask(key, "POST", "/v1/delivery-configurations", fmt.Sprintf(
		`{"name":"Reminders","queue_id":"q1","mode":"Copilot","pacing":{"max_concurrent_calls":%d},"retry":{"retries":2,"delay_ms":60000,"on":["busy","failed"]}}`, calls)))
}

func TestCreateDeliveryTask(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key := w.key("acme", api.DeliveriesWrite)
	configuration := w.agentless(key, 2)
	end := time.Now().UTC().Add(2 * time.Hour).Truncate(time.Millisecond)
	body := newTaskBody(configuration, "C1", `"tracking_id":"r1"`, `"journey_id":"j1"`, `"priority":"7"`, `"input_attributes":{"case":"7"}`,
		`"windows":[{"start":"2026-01-02T15:00:00","end":"`+end.Format(time.RFC3339Nano)+`"}]`)
	id, attempt := w.deliveryTask(key, body)
	require.Equal(t, delivery.AttemptID("acme", id, 1), attempt)

	task := shown[api.DeliveryTask](t, w.ask(key, "GET", tasksPath+"/"+id, ""))
	require.Equal(t, delivery.Pending, task.Status)
	require.Equal(t, []any{"r1", "j1", "7", configuration, 1}, []any{task.TrackingID, task.JourneyID, task.Priority, task.ConfigurationID, task.ConfigurationVersion})
	require.Equal(t, delivery.At(end), task.ExpiresAt)
	require.Equal(t, "+12125550142", task.Contacts[0].Phones[0].Number)
	require.Len(t, task.Deliveries, 1)
	require.Equal(t, attempt, task.Deliveries[0].ID)
	one := shown[api.Delivery](t, w.ask(key, "GET", deliveriesPath+"/"+strings.ToUpper(attempt), ""))
	require.Equal(t, map[string]string{"case": "7"}, one.InputAttributes)
	require.Equal(t, []any{"Pending", int32(1), "C1"}, []any{one.Status, one.Seq, one.ContactID})

	again := w.ask(key, "POST", tasksPath, body)
	require.Equal(t, 200, again.status, "the same tracking id and content")
	require.Equal(t, api.CreatedTask{DeliveryTaskID: id, DeliveryID: attempt, Replayed: true}, shown[api.CreatedTask](t, again))
	other, _ := w.deliveryTask(key, strings.Replace(body, `"case":"7"`, `"case":"8"`, 1))
	require.NotEqual(t, id, other, "the same tracking id with other content is a new task")

	keyed := w.ask(key, "POST", tasksPath, newTaskBody(configuration, "C2"), "Idempotency-Key", "k1")
	require.Equal(t, 201, keyed.status)
	repeated := w.ask(key, "POST", tasksPath, newTaskBody(configuration, "C2"), "Idempotency-Key", "k1")
	require.Equal(t, 200, repeated.status)
	require.Equal(t, shown[api.CreatedTask](t, keyed).DeliveryTaskID, shown[api.CreatedTask](t, repeated).DeliveryTaskID)
	reused := w.ask(key, "POST", tasksPath, newTaskBody(configuration, "C3"), "Idempotency-Key", "k1")
	require.Equal(t, 422, reused.status)
	require.Contains(t, reused.body, "idempotency_key:reused")
	require.Equal(t, 400, w.ask(key, "POST", tasksPath, body, "Idempotency-Key", strings.Repeat("x", 129)).status)
	require.Len(t, shown[api.DeliveryTaskPage](t, w.ask(key, "GET", tasksPath, "")).Data, 3)
}

func TestCreateDeliveryTaskNamesEveryFault(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key := w.key("acme", api.DeliveriesWrite)
	configuration := w.agentless(key, 2)
	six := strings.TrimSuffix(strings.Repeat(`{"id":"C","phones":[{"type":"mobile","number":"+12125550142"}]},`, 6), ",")
	for body, fields := range map[string][]string{
		`{}`: {"configuration_id", "contacts"},
		`{"configuration_id":"x","channel":"fax","message":"hi","tracking_id":"` + strings.Repeat("x", 129) + `","expires_at":"soon","contacts":[{"id":"","phones":[{"type":"pager","number":"0221"}]}],"windows":[{"start":"a","end":"b"}]}`: {
			"configuration_id", "channel", "message", "tracking_id", "expires_at", "contacts[0].id", "contacts[0].phones[0].type", "contacts[0].phones[0].number", "windows"},
		newTaskBody(configuration, "C1", `"channel":"sms"`):                                                           {"channel"},
		`{"configuration_id":"` + configuration + `","contacts":[` + six + `]}`:                                       {"contacts"},
		`{"configuration_id":"` + configuration + `","contacts":[{"id":"C1"}]}`:                                       {"contacts[0].phones"},
		newTaskBody(configuration, "C1", `"colour":"red"`):                                                            {"colour"},
		newTaskBody(configuration, "C1", `"priority":7`):                                                              {"priority"},
		newTaskBody(configuration, "C1", `"input_attributes":{"a":"`+strings.Repeat("x", 4001)+`"}`):                  {"input_attributes"},
		newTaskBody(configuration, "C1", `"windows":[{"start":"2026-01-01T09:00:00Z","end":"2026-01-01T17:00:00Z"}]`): {"windows"},
		newTaskBody(configuration, "C1", `"expires_at":"2026-01-01T09:00:00Z"`):                                       {"windows"},
	} {
		got := w.ask(key, "POST", tasksPath, body)
		require.Equal(t, 400, got.status, "%s: %s", body, got.body)
		for _, field := range fields {
			require.Contains(t, got.body, `"field":"`+field+`"`, body)
		}
	}
	unknown := w.ask(key, "POST", tasksPath, newTaskBody("00000000-0000-4000-8000-000000000001", "C1"))
	require.Equal(t, 404, unknown.status)
	stranger := w.key("stranger", api.DeliveriesWrite)
	require.Equal(t, 404, w.ask(stranger, "POST", tasksPath, newTaskBody(configuration, "C1")).status)
	require.Empty(t, shown[api.DeliveryTaskPage](t, w.ask(key, "GET", tasksPath, "")).Data)

	expired, _ := w.deliveryTask(key, newTaskBody(configuration, "C1", `"allow_expired":true`, `"windows":[{"start":"2026-01-01T09:00:00Z","end":"2026-01-01T17:00:00Z"}]`))
	require.Equal(t, delivery.Expired, shown[api.DeliveryTask](t, w.ask(key, "GET", tasksPath+"/"+expired, "")).Status)
}

func TestCreateDeliveryTasksInBulk(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key := w.key("acme", api.DeliveriesWrite)
	configuration := w.agentless(key, 2)
	list := "[" + strings.Join([]string{newTaskBody(configuration, "C1"), `{"x":1}`, newTaskBody(configuration, "C1"),
		newTaskBody("00000000-0000-4000-8000-000000000001", "C3"), `7`}, ",") + "]"
	got := w.ask(key, "POST", tasksPath, list, "Idempotency-Key", "b1")
	require.Equal(t, 200, got.status, got.body)
	made := shown[api.CreatedTasks](t, got)
	require.Equal(t, []int{2, 0, 0, 2}, []int{made.Created, made.Replayed, *made.Tasks[0].Index, *made.Tasks[1].Index})
	require.NotEqual(t, made.Tasks[0].DeliveryTaskID, made.Tasks[1].DeliveryTaskID, "two alike are two")
	require.Equal(t, []int{1, 3, 4}, []int{made.Rejected[0].Index, made.Rejected[1].Index, made.Rejected[2].Index})
	require.Equal(t, made.BatchID, shown[api.DeliveryTask](t, w.ask(key, "GET", tasksPath+"/"+made.Tasks[0].DeliveryTaskID, "")).BatchID)
	again := shown[api.CreatedTasks](t, w.ask(key, "POST", tasksPath, list, "Idempotency-Key", "b1"))
	require.Equal(t, []int{0, 2}, []int{again.Created, again.Replayed})
	require.Equal(t, made.Tasks[1].DeliveryTaskID, again.Tasks[1].DeliveryTaskID)
	longer := w.ask(key, "POST", tasksPath, strings.Replace(list, "[{", "["+newTaskBody(configuration, "C9")+",{", 1), "Idempotency-Key", "b1")
	require.Equal(t, 422, longer.status, "a key of another list makes nothing")
	require.Len(t, shown[api.DeliveryTaskPage](t, w.ask(key, "GET", tasksPath, "")).Data, 2)
	var requests int
	require.NoError(t, w.store.Pool().QueryRow(t.Context(), `SELECT count(*) FROM delivery_requests`).Scan(&requests))
	require.Equal(t, 2, requests)
	none := w.ask(key, "POST", tasksPath, `[{},{}]`)
	require.Equal(t, 400, none.status)
	require.Contains(t, none.body, `"field":"[1].configuration_id"`)
	require.Equal(t, 400, w.ask(key, "POST", tasksPath, `[]`).status)
}

// The largest request is answered once all of it is durable; a larger one is refused.
func TestCreateDeliveryTasksUpToTheLimit(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key := w.key("acme", api.DeliveriesWrite)
	configuration := w.agentless(key, 2)
	items := make([]string, delivery.MaxBulk)
	for i := range items {
		items[i] = newTaskBody(configuration, fmt.Sprint("C", i), `"tracking_id":"campaign"`)
	}
	body := "[" + strings.Join(items, ",") + "]"
	over := w.ask(key, "POST", tasksPath, strings.TrimSuffix(body, "]")+`,{}]`)
	require.Equal(t, http.StatusRequestEntityTooLarge, over.status)
	began := time.Now()
	made := shown[api.CreatedTasks](t, w.ask(key, "POST", tasksPath, body))
	t.Logf("%d tasks in %s", made.Created, time.Since(began))
	require.Equal(t, delivery.MaxBulk, made.Created)
	require.Empty(t, made.Rejected)
	require.Len(t, shown[api.DeliveryTaskPage](t, w.ask(key, "GET", tasksPath+"?contact_id=C14999", "")).Data, 1)
}

func TestListDeliveryTasks(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key := w.key("acme", api.DeliveriesWrite)
	configuration, other := w.agentless(key, 2), w.agentless(key, 2)
	var ids []string
	for i := range 5 {
		id, _ := w.deliveryTask(key, newTaskBody(configuration, fmt.Sprint("C", i), `"tracking_id":"t`+fmt.Sprint(i%2)+`"`))
		ids = append(ids, id)
	}
	w.deliveryTask(key, newTaskBody(other, "D", `"allow_expired":true`, `"windows":[{"start":"2026-01-01T09:00:00Z","end":"2026-01-01T17:00:00Z"}]`))
	tasks := func(query string) (found []string) {
		t.Helper()
		for next := ""; ; {
			page := shown[api.DeliveryTaskPage](t, w.ask(key, "GET", tasksPath+"?limit=2&"+query+"&cursor="+next, ""))
			for _, one := range page.Data {
				found = append(found, one.ID)
			}
			if next = page.NextCursor; next == "" {
				return found
			}
		}
	}
	require.Equal(t, ids, tasks("configuration_id="+strings.ToUpper(configuration)))
	require.Equal(t, []string{ids[1], ids[3]}, tasks("tracking_id=t1"))
	require.Equal(t, []string{ids[4]}, tasks("contact_id=C4"))
	require.Len(t, tasks("status=Expired"), 1)
	require.Len(t, tasks(""), 6)

	attempts := func(query string) (found []string) {
		t.Helper()
		for next := ""; ; {
			page := shown[api.DeliveryPage](t, w.ask(key, "GET", deliveriesPath+"?limit=2&"+query+"&cursor="+next, ""))
			for _, one := range page.Data {
				found = append(found, one.DeliveryTaskID)
			}
			if next = page.NextCursor; next == "" {
				return found
			}
		}
	}
	require.Equal(t, ids, attempts("configuration_id="+configuration))
	require.Equal(t, ids[2:3], attempts("delivery_task_id="+ids[2]))
	require.Equal(t, ids[3:4], attempts("contact_id=C3"))
	require.Len(t, attempts("status=Pending"), 5)
	require.Len(t, attempts(""), 6)
	for _, query := range []string{"status=pending", "configuration_id=x", "cursor=x", "cursor=MS54", "cursor=OTk5OTk5OTk5OTk5OTk5OTk5LjE", "limit=0", "limit=501"} {
		require.Equal(t, 400, w.ask(key, "GET", tasksPath+"?"+query, "").status, query)
		require.Equal(t, 400, w.ask(key, "GET", deliveriesPath+"?"+query, "").status, query)
	}
}

// A repeat is recognized also when the windows have ended since; what is new is refused.
func TestRepeatAfterTheWindows(t *testing.T) {
	t.Parallel()
	began, later := time.Now(), new(atomic.Int64)
	w := newWorldAt(t, func() time.Time { return began.Add(time.Duration(later.Load())) })
	key := w.key("acme", api.DeliveriesWrite)
	configuration := w.agentless(key, 2)
	until := func(d time.Duration) string {
		return `"windows":[{"start":"2026-01-02T15:00:00Z","end":"` + began.Add(d).UTC().Format(time.RFC3339) + `"}]`
	}
	soon, late := newTaskBody(configuration, "C1", until(time.Minute)), newTaskBody(configuration, "C2", until(time.Hour))
	tracked := newTaskBody(configuration, "C3", `"tracking_id":"r1"`, until(time.Minute))
	keyed := shown[api.CreatedTask](t, w.ask(key, "POST", tasksPath, soon, "Idempotency-Key", "k1"))
	task, _ := w.deliveryTask(key, tracked)
	bulk := shown[api.CreatedTasks](t, w.ask(key, "POST", tasksPath, "["+soon+","+late+"]", "Idempotency-Key", "k2"))

	later.Store(int64(10 * time.Minute))
	again := w.ask(key, "POST", tasksPath, soon, "Idempotency-Key", "k1")
	require.Equal(t, 200, again.status, again.body)
	require.Equal(t, keyed.DeliveryTaskID, shown[api.CreatedTask](t, again).DeliveryTaskID)
	require.Equal(t, task, shown[api.CreatedTask](t, w.ask(key, "POST", tasksPath, tracked)).DeliveryTaskID)
	repeated := shown[api.CreatedTasks](t, w.ask(key, "POST", tasksPath, "["+soon+","+late+"]", "Idempotency-Key", "k2"))
	require.Equal(t, 2, repeated.Replayed)
	for i := range bulk.Tasks {
		require.Equal(t, bulk.Tasks[i].DeliveryTaskID, repeated.Tasks[i].DeliveryTaskID, "each its own")
	}

	refused := w.ask(key, "POST", tasksPath, soon, "Idempotency-Key", "k3")
	require.Equal(t, 400, refused.status, refused.body)
	require.Contains(t, refused.body, "delivery:windows_expired")
	require.Equal(t, 400, w.ask(key, "POST", tasksPath, newTaskBody(configuration, "C4", until(time.Minute))).status)
	mixed := shown[api.CreatedTasks](t, w.ask(key, "POST", tasksPath, "["+soon+","+late+"]", "Idempotency-Key", "k4"))
	require.Equal(t, []any{1, 0, "delivery:windows_expired", "windows"}, []any{mixed.Created, mixed.Rejected[0].Index, mixed.Rejected[0].Code, mixed.Rejected[0].Field})
	// What was refused is not remembered.
	later.Store(0)
	require.Equal(t, 201, w.ask(key, "POST", tasksPath, soon, "Idempotency-Key", "k3").status)
}
