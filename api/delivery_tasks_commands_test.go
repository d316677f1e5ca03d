package api_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/api"
	"engaged/delivery"
)

func TestCommandDeliveryTasks(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key := w.key("acme", api.DeliveriesWrite)
	configuration := w.agentless(key, 2)
	id, _ := w.deliveryTask(key, newTaskBody(configuration, "C1"))
	tell := func(command, body string, header ...string) api.TaskState {
		t.Helper()
		return shown[api.TaskState](t, w.ask(key, "POST", tasksPath+"/"+id+"/"+command, body, header...))
	}
	require.True(t, tell("suspend", "").Suspended)
	require.False(t, tell("resume", "").Suspended)
	later := time.Now().UTC().Add(3 * time.Hour).Truncate(time.Millisecond)
	moved := tell("reschedule", `{"not_before":"`+later.Format(time.RFC3339Nano)+`"}`)
	require.Equal(t, delivery.At(later), *moved.NextScheduledAt)
	require.Zero(t, moved.Callbacks, "nobody has been called yet")

	first := tell("cancel", "", "Idempotency-Key", "c1")
	require.Equal(t, delivery.Cancelled, first.Status)
	require.Nil(t, first.NextScheduledAt)
	require.Equal(t, first, tell("cancel", "", "Idempotency-Key", "c1"), "a repeat")
	require.Equal(t, first, tell("cancel", ""), "nothing is left to cancel")
	for _, command := range []string{"suspend", "resume", "reschedule"} {
		over := w.ask(key, "POST", tasksPath+"/"+id+"/"+command, `{"not_before":"`+later.Format(time.RFC3339Nano)+`"}`)
		require.Equal(t, 409, over.status, over.body)
		require.Contains(t, over.body, "delivery_task:over")
	}
	require.Equal(t, 409, w.ask(key, "POST", tasksPath+"/"+id+"/suspend", "", "Idempotency-Key", "late").status)
	require.Equal(t, 422, w.ask(key, "POST", tasksPath+"/"+id+"/resume", "", "Idempotency-Key", "c1").status, "a key of another command")

	var kinds []string
	require.NoError(t, w.store.DB().Raw(`SELECT type FROM entries e JOIN conversations c ON c.key = e.conversation_key
		WHERE c.conversation_id = ? AND c.kind = 'delivery' ORDER BY number`, id).Scan(&kinds).Error)
	require.Equal(t, []string{"clock.reached", "task.suspended", "task.resumed", "task.rescheduled", "task.cancelled", "task.suspended"}, kinds, "each is an entry of the log")
}

func TestRescheduleNamesEveryFault(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key := w.key("acme", api.DeliveriesWrite)
	id, _ := w.deliveryTask(key, newTaskBody(w.agentless(key, 2), "C1"))
	for body, field := range map[string]string{
		`{}`:                                    "not_before",
		`{"not_before":"soon"}`:                 "not_before",
		`{"not_before":"2099-01-01T00:00:00Z"}`: "not_before",
		`{"windows":[{"start":"x"}]}`:           "windows",
		`{"windows":[{"start":"2026-01-01T00:00:00Z","end":"2026-01-02T00:00:00Z"}]}`: "windows",
	} {
		got := w.ask(key, "POST", tasksPath+"/"+id+"/reschedule", body)
		require.Equal(t, 422, got.status, body)
		require.Contains(t, got.body, `"field":"`+field+`"`, body)
	}
}

func TestExplainDeliveryTask(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key := w.key("acme", api.DeliveriesWrite)
	explain := func(id string) api.Explanation {
		t.Helper()
		return shown[api.Explanation](t, w.ask(key, "GET", tasksPath+"/"+id+"/explain", ""))
	}
	configuration := w.agentless(key, 2)
	id, attempt := w.deliveryTask(key, newTaskBody(configuration, "C1"))
	now := explain(id)
	require.Equal(t, delivery.Allow, now.Verdict.Action, now.Answer)
	require.Equal(t, attempt, now.Attempt.DeliveryID)
	require.NotNil(t, now.NextEligibleAt)

	start := time.Now().UTC().Add(time.Hour).Truncate(time.Millisecond)
	later, _ := w.deliveryTask(key, newTaskBody(configuration, "C1", `"windows":[{"start":"`+start.Format(time.RFC3339Nano)+`","end":"`+start.Add(time.Hour).Format(time.RFC3339Nano)+`"}]`))
	waits := explain(later)
	require.Equal(t, []any{delivery.Wait, delivery.ReasonOutsideWindows, delivery.At(start)}, []any{waits.Verdict.Action, waits.Verdict.Reason, *waits.NextEligibleAt})

	require.Equal(t, 200, w.ask(key, "POST", tasksPath+"/"+id+"/suspend", "").status)
	require.Equal(t, delivery.ReasonSuspended, explain(id).Verdict.Reason)
	require.Equal(t, 200, w.ask(key, "POST", tasksPath+"/"+id+"/resume", "").status)
	require.Equal(t, 200, w.ask(key, "POST", "/v1/delivery-consents", `{"records":[{"contact_id":"C1","opted_out":true}]}`).status)
	require.Equal(t, []any{delivery.Cancel, delivery.ReasonOptedOut}, []any{explain(id).Verdict.Action, explain(id).Verdict.Reason})
	require.Equal(t, 200, w.ask(key, "POST", tasksPath+"/"+id+"/cancel", "").status)
	over := explain(id)
	require.Equal(t, delivery.Cancelled, over.Status)
	require.Nil(t, over.Verdict)

	preview := idOf(t, w.ask(key, "POST", "/v1/delivery-configurations", `{"name":"x","queue_id":"q9","mode":"Preview"}`))
	agents, _ := w.deliveryTask(key, newTaskBody(preview, "C2"))
	require.Equal(t, delivery.ReasonCapacityUnknown, explain(agents).Verdict.Reason)
	require.Equal(t, 200, w.ask(key, "PUT", "/v1/dialer/queues/q9/capacity", `{"ready_agents":0}`).status)
	require.Equal(t, delivery.ReasonCapacityExhausted, explain(agents).Verdict.Reason)
	require.Equal(t, 200, w.ask(key, "PUT", "/v1/dialer/queues/q9/capacity", `{"ready_agents":1}`).status)
	require.Equal(t, delivery.Allow, explain(agents).Verdict.Action)
}

// Others of the queue take their part of its agents.
func TestExplainCountsTheWholeQueue(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key := w.key("acme", api.DeliveriesWrite)
	var tasks []string
	for range 2 {
		configuration := idOf(t, w.ask(key, "POST", "/v1/delivery-configurations", `{"name":"x","queue_id":"q9","mode":"Preview"}`))
		task, _ := w.deliveryTask(key, newTaskBody(configuration, "C1"))
		tasks = append(tasks, task)
	}
	require.Equal(t, 200, w.ask(key, "PUT", "/v1/dialer/queues/q9/capacity", `{"ready_agents":1}`).status)
	_, err := w.store.Pool().Exec(t.Context(), `INSERT INTO delivery_tokens (delivery_id, fence, organization_id, configuration_id, task_key, task_id, seq, contact_id, number, granted_at, not_after)
SELECT gen_random_uuid(), 1, organization_id, configuration_id, 0, id, 1, 'C9', '+12125550199', clock_timestamp(), clock_timestamp() + interval '1 hour' FROM delivery_tasks WHERE id = $1`, tasks[0])
	require.NoError(t, err)
	for _, task := range tasks {
		explained := shown[api.Explanation](t, w.ask(key, "GET", tasksPath+"/"+task+"/explain", ""))
		require.Equal(t, delivery.ReasonCapacityExhausted, explained.Verdict.Reason)
	}
}

func TestDeadLettersOfTasks(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key := w.key("acme", api.DeliveriesWrite, api.Admin)
	task, _ := w.deliveryTask(key, newTaskBody(w.agentless(key, 2), "C1"))
	claims, err := w.store.ClaimDispatch(t.Context(), 1, time.Minute)
	require.NoError(t, err)
	require.NoError(t, w.store.DeadLetter(t.Context(), claims[0], "no namespace"))
	page := shown[api.DeadLetterPage](t, w.ask(key, "GET", "/v1/dead-letters", ""))
	require.Len(t, page.Data, 1)
	require.Nil(t, page.Data[0].ConversationID)
	require.Equal(t, []any{task, int64(1), "delivery"}, []any{*page.Data[0].DeliveryTaskID, page.Data[0].Number, page.Data[0].Kind})
	require.Equal(t, 404, w.ask(key, "POST", "/v1/conversations/"+task+"/dead-letters/1/redrive", "").status, "it is no conversation's")
	require.Equal(t, 204, w.ask(key, "POST", tasksPath+"/"+task+"/dead-letters/1/redrive", "").status)
	require.Empty(t, shown[api.DeadLetterPage](t, w.ask(key, "GET", "/v1/dead-letters", "")).Data)
}

// What was decided about an attempt can be read afterwards, page by page.
func TestAttemptLog(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key := w.key("acme", api.DeliveriesWrite)
	task, attempt := w.deliveryTask(key, newTaskBody(w.agentless(key, 2), "C1"))
	claims, err := w.store.ClaimPacing(t.Context(), 1, time.Minute)
	require.NoError(t, err)
	granted, err := w.store.Pace(t.Context(), claims[0])
	require.NoError(t, err)
	require.Equal(t, 1, granted)
	require.Equal(t, 200, w.ask(key, "POST", "/v1/dialer/claims", `{"dialer":"d1"}`).status)
	path := tasksPath + "/" + task + "/log"
	page := shown[api.AttemptLogPage](t, w.ask(key, "GET", path, ""))
	require.Len(t, page.Data, 2)
	require.Equal(t, []any{attempt, int32(1), "ordered"}, []any{page.Data[0].DeliveryID, page.Data[0].Seq, page.Data[0].Kind})
	var verdict delivery.Verdict
	require.NoError(t, json.Unmarshal(page.Data[0].Detail, &verdict))
	require.Equal(t, delivery.Allow, verdict.Action)
	require.Len(t, verdict.Checks, 12)
	require.JSONEq(t, `{"fence":2,"claimed_by":"d1"}`, string(page.Data[1].Detail))

	first := shown[api.AttemptLogPage](t, w.ask(key, "GET", path+"?limit=1", ""))
	require.Equal(t, page.Data[:1], first.Data)
	require.Equal(t, page.Data[1:], shown[api.AttemptLogPage](t, w.ask(key, "GET", path+"?after="+first.NextAfter, "")).Data)
	require.Equal(t, 404, w.ask(w.key("other", api.DeliveriesWrite), "GET", path, "").status)
}
