package api_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/api"
	"engaged/delivery"
)

// dial has the delivery's call handed out and started.
func (w *world) dial(key string) string {
	w.t.Helper()
	w.pace()
	orders := w.claim(key, "")
	require.Len(w.t, orders, 1)
	got := w.ask(key, "POST", deliveriesPath+"/"+orders[0].DeliveryID+"/start", fmt.Sprintf(`{"fence":%d}`, orders[0].Fence))
	require.Equal(w.t, 200, got.status, got.body)
	return orders[0].DeliveryID
}

// busy ends the delivery's call.
func (w *world) busy(key, attempt string) {
	w.t.Helper()
	got := w.ask(key, "POST", deliveriesPath+"/"+attempt+"/events", `{"id":"e1","type":"call.failed","time":"`+delivery.At(time.Now()).String()+`","data":{"sip_code":486}}`)
	require.Equal(w.t, 202, got.status, got.body)
}

func operationBody(members string) string { return `{"ApiVersion":"1.0",` + members + `}` }

// V2: a busy line is called again after its delay, in the first window that is open then. All that the
// reference shows of a task follows.
func TestTaskOfTwoWindowsIsShown(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key := w.key("acme", api.DeliveriesWrite)
	reader := w.key("acme", api.ReportsRead)
	configuration := idOf(t, w.ask(key, "POST", "/v1/delivery-configurations",
		`{"name":"CFG","queue_id":"q1","mode":"Copilot","pacing":{"max_concurrent_calls":2},"retry":{"retries":2,"delay_ms":7200000,"on":["failed","busy"]}}`))
	now := time.Now().UTC().Truncate(time.Second)
	at := func(d time.Duration) string { return now.Add(d).Format("2006-01-02T15:04:05.000Z") }
	body := head(configuration) + `,"RequestId":"r1","Contacts":[` + person("C1", `"homePhoneNumber":"+12125550102"`) + `,` + person("C2") + `],"Windows":` +
		quoted(`[{"Start":"`+at(-time.Minute)+`","End":"`+at(time.Hour)+`"},{"Start":"`+at(18*time.Hour)+`","End":"`+at(25*time.Hour)+`"}]`) + `}`
	made := w.create(key, chainAction, body)
	before := w.taskOf(reader, made.DeliveryTaskID)
	require.WithinDuration(t, now, before.WhenCreated.Time(), time.Minute)
	require.WithinDuration(t, now, before.NextScheduledTime.Time(), time.Minute)
	require.Equal(t, api.DataverseChain{CurrentLoopNumber: 1, CurrentContactIDAttempted: "C1", CurrentPhoneNumberTypeIDAttempted: "MobilePhoneNumber",
		TotalContactsInChain: 2, TotalPhonesInCurrentContact: 2, TotalPhonesInChain: 3, TotalEligiblePhonesInChain: 3, TotalEligiblePhonesInCurrentContact: 2, SeqNo: 1}, before.Chain)
	require.Equal(t, []api.DataverseDelivered{{ID: made.DeliveryID, Status: delivery.Pending}}, before.Deliveries)

	require.Equal(t, made.DeliveryID, w.dial(key))
	require.Equal(t, "InProcess", w.taskOf(reader, made.DeliveryTaskID).Status)
	w.busy(key, made.DeliveryID)
	task := w.taskOf(reader, made.DeliveryTaskID)
	require.Equal(t, []any{"Pending", 0, 2, "Voice", false, int64(120), configuration, "acme", made.DeliveryTaskID},
		[]any{task.Status, task.RetryCount, task.MaxRetryCount, task.ChannelType, task.FallbackAttempted, task.ReattemptDelay, task.ProactiveEngagementConfigID, task.OrganizationID, task.DeliveryTaskID})
	require.Equal(t, []int{192360001, 192360002}, task.ReattemptSettings)
	require.Equal(t, []string{"C1", "C2"}, task.ContactIDs)
	require.Equal(t, at(25*time.Hour), task.ExpirationDate.String())
	require.Equal(t, "r1", *task.RequestID)
	require.WithinDuration(t, time.Now(), task.LastAttemptedTime.Time(), time.Minute)
	require.Equal(t, []any{1, 0, 1, "HomePhoneNumber", 2, "Busy"}, []any{task.Chain.CurrentLoopNumber, task.Chain.CurrentContactIndexAttempted,
		task.Chain.CurrentPhoneIndexAttempted, task.Chain.CurrentPhoneNumberTypeIDAttempted, task.Chain.SeqNo, *task.Chain.LastDeliveryResult})
	require.Len(t, task.Deliveries, 2)
	require.Equal(t, api.DataverseDelivered{ID: made.DeliveryID, Status: delivery.Complete, Result: new("Busy")}, task.Deliveries[0])

	single := w.create(key, flatAction, head(configuration)+`,`+person("C3")[1:len(person("C3"))-1]+`,"Windows":`+
		quoted(`[{"Start":"`+at(-time.Minute)+`","End":"`+at(time.Hour)+`"},{"Start":"`+at(18*time.Hour)+`","End":"`+at(25*time.Hour)+`"}]`)+`}`)
	w.showTask("acme", made.DeliveryTaskID)
	w.act(key, "CCaaS_CancelDeliveryTask", operationBody(`"DeliveryTaskId":"`+made.DeliveryTaskID+`"`))
	require.Equal(t, single.DeliveryID, w.dial(key))
	w.busy(key, single.DeliveryID)
	again := w.taskOf(reader, single.DeliveryTaskID)
	require.Equal(t, at(18*time.Hour), again.NextScheduledTime.String(), "two hours later no window is open")
	require.Equal(t, []any{1, 2}, []any{again.RetryCount, again.Chain.CurrentLoopNumber})
}

// V4: what is queued is cancelled, what is under way ends by itself and nothing follows; a single delivery
// can be cancelled only while it is queued.
func TestCancelOnTheReferencesWire(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key := w.key("acme", api.DeliveriesWrite)
	configuration := w.agentless(key, 1)
	cancel := func(task string) answer {
		return w.act(key, "CCaaS_CancelDeliveryTask", operationBody(`"DeliveryTaskId":"`+task+`"`))
	}
	operate := func(attempt string) answer {
		return w.act(key, "CCaaS_CreateOperation", operationBody(`"Operation ":"cancel","DeliveryId":"`+attempt+`"`))
	}
	queued := w.create(key, voiceAction, voiceBody(configuration, "C1")).DeliveryID
	task := w.taskIDOf(key, queued)
	for range 2 {
		got := cancel(task)
		require.Equal(t, 200, got.status, got.body)
		require.Equal(t, delivery.Cancelled, shown[api.DataverseCancelled](t, got).Status)
	}
	cancelled := w.taskOf(key, task)
	require.Equal(t, []api.DataverseDelivered{{ID: queued, Status: delivery.Cancelled, Result: new("Cancelled")}}, cancelled.Deliveries)
	require.Nil(t, cancelled.NextScheduledTime)
	w.showTask("acme", task)

	single := w.create(key, voiceAction, voiceBody(configuration, "C2")).DeliveryID
	for range 2 {
		got := operate(single)
		require.Equal(t, 202, got.status, got.body)
	}
	require.Equal(t, "Cancelled", w.taskOf(key, w.taskIDOf(key, single)).Status)
	w.showTask("acme", w.taskIDOf(key, single))

	w.create(key, voiceAction, voiceBody(configuration, "C3"))
	running := w.dial(key)
	refused(t, operate(running), 409, "DeliveryNotCancellable")
	task = w.taskIDOf(key, running)
	require.Equal(t, "InProcess", w.taskOf(key, task).Status)
	require.Equal(t, delivery.InProcess, shown[api.DataverseCancelled](t, cancel(task)).Status)
	w.busy(key, running)
	after := w.taskOf(key, task)
	require.Equal(t, []api.DataverseDelivered{{ID: running, Status: delivery.Complete, Result: new("Busy")}}, after.Deliveries, "no retry follows")
	require.Equal(t, "Cancelled", after.Status)

	expired := w.create(key, voiceAction, voiceBody(configuration, "C4", `"Windows":[{"Start":"2026-03-01T09:00:00Z","End":"2026-03-01T17:00:00Z"}]`)).DeliveryID
	refused(t, operate(expired), 409, "DeliveryNotCancellable")
	refused(t, cancel(w.taskIDOf(key, expired)), 409, "DeliveryNotCancellable")
}

// V5: a window runs on while its configuration is suspended.
func TestSuspendOverTheEndOfAWindow(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key := w.key("acme", api.DeliveriesWrite)
	configuration := w.agentless(key, 2)
	operate := func(operation string) {
		t.Helper()
		got := w.act(key, "CCaaS_CreateOperation", operationBody(`"Operation":"`+operation+`","ProactiveEngagementConfigId":"`+configuration+`"`))
		require.Equal(t, 202, got.status, got.body)
		require.Equal(t, w.address+"/api/data/v9.2/$metadata#Microsoft.Dynamics.CRM.CCaaS_CreateOperationResponse", shown[api.DataverseAccepted](t, got).Context)
	}
	state := func() api.DeliveryConfiguration {
		t.Helper()
		return shown[api.DeliveryConfiguration](t, w.ask(key, "GET", "/v1/delivery-configurations/"+configuration, ""))
	}
	end := time.Now().UTC().Add(1500 * time.Millisecond).Truncate(time.Millisecond)
	made := w.create(key, chainAction, head(configuration)+`,"Contacts":[`+person("C1")+`],"Windows":[{"Start":"2026-11-01T00:00:00","End":"`+end.Format(time.RFC3339Nano)+`"}]}`)
	operate("Suspend")
	require.False(t, state().Active)
	require.Equal(t, "api", state().SuspensionType)
	w.pace()
	require.Empty(t, w.claim(key, ""))
	require.Eventually(t, func() bool { return w.taskOf(key, made.DeliveryTaskID).Status == "Expired" }, 10*time.Second, 50*time.Millisecond)
	operate("RESUME")
	require.True(t, state().Active)
	w.pace()
	require.Empty(t, w.claim(key, ""))
	task := w.taskOf(key, made.DeliveryTaskID)
	require.Equal(t, []api.DataverseDelivered{{ID: made.DeliveryID, Status: delivery.Expired, Result: new("Expired")}}, task.Deliveries)
	require.Equal(t, end, task.ExpirationDate.Time())

	waits := w.create(key, chainAction, head(configuration)+`,"Contacts":[`+person("C2")+`]}`)
	operate("suspend")
	w.pace()
	require.Empty(t, w.claim(key, ""))
	operate("resume")
	require.Equal(t, waits.DeliveryID, w.dial(key), "at once, as its window is open")
}

// V15: a cancellation policy asks for all of country, state and postal code, and until its end also of what comes
// later.
func TestPoliciesCancelDeliveriesOfActions(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key := w.key("acme", api.DeliveriesWrite)
	configuration := w.agentless(key, 5)
	create := func(contact, postal string) api.DataverseDelivery {
		t.Helper()
		return w.create(key, chainAction, head(configuration)+`,"Contacts":[`+person(contact, `"country":"US"`, `"state":"FL"`, `"zipCode":"`+postal+`"`)+`]}`)
	}
	hit, missed := create("C1", "33101"), create("C2", "33102")
	until := time.Now().UTC().Add(6 * time.Hour).Format(time.RFC3339)
	policy := idOf(t, w.ask(key, "POST", "/v1/cancellation-policies", `{"name":"Storm","configuration_ids":["`+configuration+`"],"country":"US","state":"FL","postal_code":"33101","until":"`+until+`"}`))
	later := create("C3", "33101")
	w.pace()
	for _, made := range []api.DataverseDelivery{hit, later} {
		require.Equal(t, []api.DataverseDelivered{{ID: made.DeliveryID, Status: delivery.Cancelled, Result: new("Cancelled")}}, w.taskOf(key, made.DeliveryTaskID).Deliveries)
		w.showTask("acme", made.DeliveryTaskID)
		require.Equal(t, policy, *shown[api.Delivery](t, w.ask(key, "GET", deliveriesPath+"/"+made.DeliveryID, "")).PolicyID)
	}
	require.Equal(t, "Pending", w.taskOf(key, missed.DeliveryTaskID).Status)
}

// What belongs to another organization cannot be told from what is not there.
func TestActionsAreIsolated(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key, stranger := w.key("acme", api.DeliveriesWrite), w.key("stranger", api.Admin)
	configuration := w.agentless(key, 2)
	made := w.create(key, chainAction, head(configuration)+`,"RequestId":"r1","Contacts":[`+person("C1")+`]}`)
	const nobody = "00000000-0000-4000-8000-000000000001"
	for _, id := range []string{configuration, nobody} {
		refused(t, w.act(stranger, voiceAction, voiceBody(id, "C1")), 404, "ConfigNotFound")
		refused(t, w.act(stranger, chainAction, head(id)+`,"RequestId":"r1","Contacts":[`+person("C1")+`]}`), 404, "ConfigNotFound")
		refused(t, w.act(stranger, bulkAction, head(id)+`,"ProactiveDeliveries":[`+person("C1")+`]}`), 404, "ConfigNotFound")
		for _, operation := range []string{"Suspend", "Resume"} {
			refused(t, w.act(stranger, "CCaaS_CreateOperation", operationBody(`"Operation":"`+operation+`","ProactiveEngagementConfigId":"`+id+`"`)), 404, "ConfigNotFound")
		}
	}
	for _, id := range []string{made.DeliveryTaskID, nobody} {
		refused(t, w.act(stranger, "CCaaS_CancelDeliveryTask", operationBody(`"DeliveryTaskId":"`+id+`"`)), 404, "DeliveryTaskNotFound")
		refused(t, w.ask(stranger, "GET", "/api/data/v9.0/CCaaS_GetDeliveryTasks(DeliveryTaskId="+id+")", ""), 404, "DeliveryTaskNotFound")
	}
	for _, id := range []string{made.DeliveryID, nobody} {
		refused(t, w.act(stranger, "CCaaS_CreateOperation", operationBody(`"Operation":"Cancel","DeliveryId":"`+id+`"`)), 404, "DeliveryNotFound")
	}
	other := w.agentless(key, 2)
	refused(t, w.act(key, "CCaaS_CreateOperation", operationBody(`"Operation":"Cancel","DeliveryId":"`+made.DeliveryID+`","ProactiveEngagementConfigId":"`+other+`"`)), 404, "DeliveryNotFound")
	require.Equal(t, "Pending", w.taskOf(key, made.DeliveryTaskID).Status)
}
