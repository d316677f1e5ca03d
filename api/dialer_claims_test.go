package api_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/api"
	"engaged/delivery"
	"engaged/models"
)

// pace grants what the pacing of all configurations has to give.
func (w *world) pace() {
	w.t.Helper()
	claims, err := w.store.ClaimPacing(w.t.Context(), 10, time.Minute)
	require.NoError(w.t, err)
	for _, claim := range claims {
		_, err := w.store.Pace(w.t.Context(), claim)
		require.NoError(w.t, err)
	}
}

// showTask brings the rows of a task up to its log, as its workflow does.
func (w *world) showTask(organization, task string) {
	w.t.Helper()
	subject := models.Subject{OrganizationID: organization, ConversationID: task, Kind: models.KindDelivery}
	run, err := w.store.LoadDelivery(w.t.Context(), subject)
	require.NoError(w.t, err)
	f := delivery.Fold(&run.Plan, run.Carry, run.Entries, 0)
	require.NoError(w.t, w.store.ProjectDelivery(w.t.Context(), models.DeliveryUpdate{
		Subject: subject, RecordCount: run.RecordCount, Seen: run.Seen, Attempts: f.Attempts, Task: f.Task, Suspended: f.State.Suspended,
		Windows: f.State.Windows, Dial: models.NewDialRequest(&run.Plan, f, run.Jitter), WorkflowID: "workflow", RunID: "run",
	}))
}

// claim takes orders.
func (w *world) claim(key, members string) []models.DialOrder {
	w.t.Helper()
	return shown[api.DialOrders](w.t, w.ask(key, "POST", "/v1/dialer/claims", `{"dialer":"d1"`+members+`}`)).Orders
}

func TestDialerClaimsStartsAndTells(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key := w.key("acme", api.DeliveriesWrite)
	configuration := w.agentless(key, 2)
	id, attempt := w.deliveryTask(key, newTaskBody(configuration, "C1", `"tracking_id":"r1"`, `"input_attributes":{"case":"7"}`))
	require.Empty(t, w.claim(key, ""), "nothing is handed out yet")
	w.pace()
	explain := func() api.Explanation {
		t.Helper()
		return shown[api.Explanation](t, w.ask(key, "GET", tasksPath+"/"+id+"/explain", ""))
	}
	require.Equal(t, "The order waits for a dialer to claim it.", explain().Answer)
	require.Empty(t, w.claim(w.key("stranger", api.Admin), ""))
	orders := w.claim(key, "")
	require.Len(t, orders, 1)
	o := orders[0]
	require.Equal(t, []any{attempt, id, "+12125550142", "q1", "r1", "7"}, []any{o.DeliveryID, o.TaskID, o.ToAddress, o.QueueID, o.TrackingID, o.InputAttributes["case"]})
	require.Empty(t, w.claim(key, ""), "an order is handed out once")
	claimed := explain().Attempt
	require.True(t, claimed.Ordered)
	require.Equal(t, []any{"d1", o.LeaseUntil}, []any{claimed.ClaimedBy, *claimed.LeaseUntil})

	path := deliveriesPath + "/" + attempt
	start := func(fence int64) answer {
		t.Helper()
		return w.ask(key, "POST", path+"/start", fmt.Sprintf(`{"fence":%d,"call_id":"call-1"}`, fence))
	}
	stale := start(o.Fence + 7)
	require.Equal(t, 409, stale.status)
	require.Contains(t, stale.body, "delivery:stale")
	require.Equal(t, 404, w.ask(w.key("stranger", api.Admin), "POST", path+"/start", `{"fence":2}`).status)
	started := shown[api.StartedDelivery](t, start(o.Fence))
	require.Equal(t, started, shown[api.StartedDelivery](t, start(o.Fence)), "a repeat is granted again")

	at := delivery.At(time.Now()).String()
	events := `[{"id":"e1","type":"call.connected","time":"` + at + `"},{"id":"e2","type":"speech.detected","time":"` + at + `"},
		{"id":"e3","type":"call.ended","time":"` + at + `"},{"id":"e4","type":"call.flew","time":"` + at + `"}]`
	told := w.ask(key, "POST", path+"/events", events)
	require.Equal(t, 202, told.status, told.body)
	became := shown[api.DeliveryEvents](t, told)
	require.Equal(t, []int{3, 0, 1, 3}, []int{became.Accepted, became.Duplicate, len(became.Rejected), became.Rejected[0].Index})
	again := shown[api.DeliveryEvents](t, w.ask(key, "POST", path+"/events", strings.Replace(events, "speech.detected", "bot.failed", 1)))
	require.Equal(t, []int{0, 3}, []int{again.Accepted, again.Duplicate})
	require.True(t, again.Events[1].Conflict, "the first one holds")
	require.Equal(t, became.Events[2].Number, again.Events[2].Number)

	w.showTask("acme", id)
	call := shown[api.Delivery](t, w.ask(key, "GET", path, ""))
	require.Equal(t, []any{"Complete", "LiveAnswer", "CallEnded", "call-1"}, []any{call.Status, *call.Result, *call.ResultCore, *call.CallID})
	require.Equal(t, started.StartedAt, *call.StartedAt)
	require.Equal(t, []string{id}, []string{shown[api.DeliveryPage](t, w.ask(key, "GET", deliveriesPath+"?status=Complete", "")).Data[0].DeliveryTaskID})
}

func TestStartAfterCancelIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key := w.key("acme", api.DeliveriesWrite)
	configuration := w.agentless(key, 2)
	id, attempt := w.deliveryTask(key, newTaskBody(configuration, "C1"))
	_, other := w.deliveryTask(key, strings.ReplaceAll(newTaskBody(configuration, "C2"), "0142", "0143"))
	w.pace()
	fences := map[string]int64{}
	for _, o := range w.claim(key, "") {
		fences[o.DeliveryID] = o.Fence
	}
	require.Len(t, fences, 2)
	require.Equal(t, delivery.Cancelled, shown[api.TaskState](t, w.ask(key, "POST", tasksPath+"/"+id+"/cancel", "")).Status)
	refused := w.ask(key, "POST", deliveriesPath+"/"+attempt+"/start", fmt.Sprintf(`{"fence":%d}`, fences[attempt]))
	require.Equal(t, 409, refused.status, refused.body)
	require.Equal(t, 200, w.ask(key, "POST", "/v1/do-not-contact", `{"list":"national","numbers":["+12125550143"]}`).status)
	forbidden := w.ask(key, "POST", deliveriesPath+"/"+other+"/start", fmt.Sprintf(`{"fence":%d}`, fences[other]))
	require.Equal(t, 409, forbidden.status)
	require.Contains(t, forbidden.body, "delivery:not_eligible")
}

// A claim that waits is answered when an order comes, and ends with its caller.
func TestClaimWaitsForOrders(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key := w.key("acme", api.DeliveriesWrite)
	configuration := w.agentless(key, 2)
	got := make(chan answer, 1)
	go func() { got <- w.ask(key, "POST", "/v1/dialer/claims", `{"dialer":"d1","wait_ms":30000}`) }()
	w.deliveryTask(key, newTaskBody(configuration, "C1"))
	w.pace()
	require.Len(t, shown[api.DialOrders](t, <-got).Orders, 1)

	ctx, cancel := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.address+"/v1/dialer/claims", strings.NewReader(`{"dialer":"d1","wait_ms":30000}`))
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+key)
	gone := make(chan error, 1)
	go func() {
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			_ = response.Body.Close()
		}
		gone <- err
	}()
	cancel()
	require.ErrorIs(t, <-gone, context.Canceled)
	w.deliveryTask(key, newTaskBody(configuration, "C2"))
	w.pace()
	require.Len(t, w.claim(key, `,"wait_ms":30000`), 1, "what the other one waited for is still there")
}

// A shutdown does not wait for claims, and they are answered.
func TestClaimEndsWhenTheServerDrains(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key := w.key("acme", api.DeliveriesWrite)
	server, err := api.New(api.Config{Logger: quiet()}, api.Dependencies{Log: w.log, Store: w.store, Accepts: foldAccepts{w.store}})
	require.NoError(t, err)
	var stop func() error
	w.address, stop = serve(t, server)
	got := make(chan answer, 1)
	go func() { got <- w.ask(key, "POST", "/v1/dialer/claims", `{"dialer":"d1","wait_ms":30000}`) }()
	require.Eventually(t, func() bool {
		return strings.Contains(w.ask("", "GET", "/metrics", "").body, "engaged_http_requests_in_flight 2")
	}, 10*time.Second, 10*time.Millisecond)
	require.NoError(t, stop())
	require.Empty(t, shown[api.DialOrders](t, <-got).Orders)
}

func TestDialerRequestsNameEveryFault(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key := w.key("acme", api.DeliveriesWrite)
	_, attempt := w.deliveryTask(key, newTaskBody(w.agentless(key, 2), "C1"))
	path := deliveriesPath + "/" + attempt
	at := delivery.At(time.Now()).String()
	for _, c := range []struct {
		path, body string
		fields     []string
	}{
		{"/v1/dialer/claims", `{"max":101,"wait_ms":30001,"lease_ms":1}`, []string{"dialer", "max", "wait_ms", "lease_ms"}},
		{path + "/start", `{"call_id":"` + strings.Repeat("x", 101) + `","from_address":"` + strings.Repeat("x", 301) + `"}`, []string{"fence", "call_id", "from_address"}},
		{path + "/events", `{"id":"","type":"x","time":"now","attempt":2,"data":{"sip_code":9999,"answered_by":"cat"}}`,
			[]string{"[0].id", "[0].type", "[0].time", "[0].attempt", "[0].data.sip_code", "[0].data.answered_by"}},
		{path + "/events", `{"id":"e","type":"call.ended","source":"engaged","time":"` + at + `"}`, []string{"[0].source"}},
		{path + "/events", `{"id":"e","type":"call.ended","time":"2099-01-01T00:00:00Z"}`, []string{"[0].time"}},
	} {
		got := w.ask(key, "POST", c.path, c.body)
		require.Equal(t, 422, got.status, "%s: %s", c.body, got.body)
		for _, field := range c.fields {
			require.Contains(t, got.body, `"field":"`+field+`"`, c.body)
		}
	}
	for _, body := range []string{`{"id":"e","type":"attributes.set","time":"` + at + `","data":{"attributes":{"a":"\u0000"}}}`, `[`, `[{]`, "\xff", `null`, `{"id":1}`} {
		got := w.ask(key, "POST", path+"/events", body)
		require.GreaterOrEqual(t, got.status, 400, body)
		require.Less(t, got.status, 500, body)
	}
	require.Equal(t, 413, w.ask(key, "POST", path+"/events", "["+strings.Repeat("{},", 1000)+"{}]").status)
	require.Equal(t, 415, w.ask(key, "POST", path+"/events", "{}", "Content-Type", "application/cloudevents+json").status)
}
