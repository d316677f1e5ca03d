package api_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/api"
	"engaged/delivery"
	"engaged/models"
	"engaged/webhooks"
)

const endpointsPath = "/v1/webhook-endpoints"

// openGuard allows receivers of tests, which are on loopback.
var openGuard = webhooks.Guard{AllowPrivate: true}

// newHookWorld starts a world that may have endpoints on loopback.
func newHookWorld(t *testing.T) *world {
	t.Helper()
	return newWorldWith(t, time.Now, func(c *api.Config) { c.Webhooks.Guard = openGuard })
}

// hook is a message as it came.
type hook struct {
	id, timestamp, signature, body string
}

// message is what it says.
func (h hook) message(t *testing.T) (kind string, data map[string]any) {
	t.Helper()
	var m struct {
		Type string
		Data map[string]any
	}
	require.NoError(t, json.Unmarshal([]byte(h.body), &m))
	return m.Type, m.Data
}

// signedWith tells whether a secret made one of the signatures, by the words of the specification alone.
func (h hook) signedWith(t *testing.T, secret string) bool {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	require.NoError(t, err)
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(h.id + "." + h.timestamp + "." + h.body))
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for one := range strings.FieldsSeq(h.signature) {
		if one == want {
			return true
		}
	}
	return false
}

// receiver is an endpoint that takes what it is told.
func receiver(t *testing.T) (url string, received chan hook) {
	t.Helper()
	received = make(chan hook, 100)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		received <- hook{r.Header.Get("webhook-id"), r.Header.Get("webhook-timestamp"), r.Header.Get("webhook-signature"), string(body)}
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(server.Close)
	return server.URL, received
}

// dispatch has the world's webhooks sent until the test ends.
func (w *world) dispatch(t *testing.T, keyring webhooks.Keyring) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		webhooks.NewDispatcher(w.store, webhooks.Options{Guard: openGuard, Keyring: keyring, Logger: quiet()}).Run(ctx)
	})
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
}

// recordTask records a task as it is at an instant, as its workflow does.
func (w *world) recordTask(organization, task string, at delivery.Instant) {
	w.t.Helper()
	subject := models.Subject{OrganizationID: organization, ConversationID: task, Kind: models.KindDelivery}
	run, err := w.store.LoadDelivery(w.t.Context(), subject)
	require.NoError(w.t, err)
	f := delivery.Fold(&run.Plan, run.Carry, run.Entries, at)
	recorded, err := w.store.RecordDelivery(w.t.Context(), models.DeliveryRecord{Token: at.String(), State: f.State, Outcomes: f.Outcomes, DeliveryUpdate: models.DeliveryUpdate{
		Subject: subject, RecordCount: run.RecordCount, Seen: run.Seen, Attempts: f.Attempts, Task: f.Task, WorkflowID: "workflow", RunID: "run",
	}})
	require.NoError(w.t, err)
	require.True(w.t, recorded.Done)
}

func (w *world) endpoint(key, url string, members string) api.WebhookEndpoint {
	w.t.Helper()
	return shown[api.WebhookEndpoint](w.t, w.ask(key, "POST", endpointsPath, `{"url":"`+url+`"`+members+`}`))
}

// A dialer that is told of its orders, from the order to what it came to.
func TestDialByWebhook(t *testing.T) {
	t.Parallel()
	w := newHookWorld(t)
	w.dispatch(t, webhooks.Keyring{})
	key := w.key("acme", api.DeliveriesWrite)
	configuration := w.agentless(key, 2)
	url, received := receiver(t)
	endpoint := w.endpoint(key, url, `,"event_types":["delivery.ordered","delivery.ended","delivery_task.ended"],"configuration_ids":["`+configuration+`"]`)
	require.True(t, strings.HasPrefix(endpoint.Secret, "whsec_"))
	task, attempt := w.deliveryTask(key, newTaskBody(configuration, "C1", `"tracking_id":"r1"`, `"input_attributes":{"case":"7"}`))
	w.pace()

	schema := contract(t).Components.Schemas["WebhookMessage"].Value
	valid := func(h hook) map[string]any {
		t.Helper()
		var value any
		require.NoError(t, json.Unmarshal([]byte(h.body), &value))
		require.NoError(t, schema.VisitJSON(value), h.body)
		require.True(t, h.signedWith(t, endpoint.Secret))
		return value.(map[string]any)["data"].(map[string]any)
	}
	told := <-received
	order := valid(told)
	require.Equal(t, []any{attempt, task, "+12125550142", "r1", "7", float64(30_000)},
		[]any{order["delivery_id"], order["delivery_task_id"], order["to_address"], order["tracking_id"], order["input_attributes"].(map[string]any)["case"], order["lease_ms"]})
	require.Empty(t, w.claim(key, ""), "what the endpoint is told nobody claims")
	w.delivered(key, endpoint.ID, told.id)

	path := deliveriesPath + "/" + attempt
	fence := int64(order["fence"].(float64))
	stale := w.ask(key, "POST", path+"/start", fmt.Sprintf(`{"fence":%d}`, fence+1))
	require.Equal(t, 409, stale.status)
	require.Contains(t, stale.body, "delivery:stale")
	started := shown[api.StartedDelivery](t, w.ask(key, "POST", path+"/start", fmt.Sprintf(`{"fence":%d,"call_id":"call-1"}`, fence)))
	at := delivery.At(time.Now()).String()
	require.Equal(t, 202, w.ask(key, "POST", path+"/events", `[{"id":"e1","type":"call.connected","time":"`+at+`"},
		{"id":"e2","type":"speech.detected","time":"`+at+`"},{"id":"e3","type":"call.ended","time":"`+at+`"}]`).status)
	w.recordTask("acme", task, delivery.At(time.Now().Add(time.Minute)))

	byType := map[string]map[string]any{}
	for range 2 {
		h := <-received
		data := valid(h)
		kind, _ := h.message(t)
		byType[kind] = data
	}
	ended, over := byType["delivery.ended"], byType["delivery_task.ended"]
	require.Equal(t, []any{attempt, "Complete", "LiveAnswer", "CallEnded", "call-1", started.StartedAt.String(), "7"}, []any{ended["delivery_id"], ended["status"],
		ended["result"], ended["result_core"], ended["call_id"], ended["started_at"], ended["input_attributes"].(map[string]any)["case"]})
	require.Equal(t, []any{task, "Complete", float64(1), true}, []any{over["delivery_task_id"], over["status"], over["calls"], over["customer_reached"]})
	require.Empty(t, received)
}

// delivered waits until a message was.
func (w *world) delivered(key, endpoint, message string) api.WebhookDelivery {
	w.t.Helper()
	var m api.WebhookDelivery
	require.Eventually(w.t, func() bool {
		m = shown[api.WebhookDelivery](w.t, w.ask(key, "GET", endpointsPath+"/"+endpoint+"/deliveries/"+message, ""))
		return m.Status == models.WebhookDelivered
	}, time.Minute, 5*time.Millisecond)
	return m
}

// An order that an endpoint has taken and does not start is lost as a claim is: in error, and retried.
func TestOrderOfAWebhookIsLost(t *testing.T) {
	t.Parallel()
	w := newHookWorld(t)
	w.dispatch(t, webhooks.Keyring{})
	key := w.key("acme", api.DeliveriesWrite)
	configuration := w.agentless(key, 2)
	url, received := receiver(t)
	endpoint := w.endpoint(key, url, `,"event_types":["delivery.ordered"],"order_lease_ms":1000`)
	task, attempt := w.deliveryTask(key, newTaskBody(configuration, "C1"))
	w.pace()
	told := <-received
	_, order := told.message(t)
	w.delivered(key, endpoint.ID, told.id)
	require.Eventually(t, func() bool {
		lost, err := w.store.LoseClaims(t.Context(), 10)
		require.NoError(t, err)
		return lost == 1
	}, time.Minute, 20*time.Millisecond)
	w.showTask("acme", task)
	call := shown[api.Delivery](t, w.ask(key, "GET", deliveriesPath+"/"+attempt, ""))
	require.Equal(t, []any{"Error", "Unknown", "lost"}, []any{call.Status, *call.Result, *call.Reason})
	require.Equal(t, 409, w.ask(key, "POST", deliveriesPath+"/"+attempt+"/start", fmt.Sprintf(`{"fence":%d}`, int64(order["fence"].(float64)))).status)
	shownTask := shown[api.DeliveryTask](t, w.ask(key, "GET", tasksPath+"/"+task, ""))
	require.Equal(t, delivery.Pending, shownTask.Status)
	require.Len(t, shownTask.Deliveries, 2, "the next attempt is planned")
	require.Empty(t, received)
	require.Empty(t, w.claim(key, ""))
}

func TestWebhookEndpoints(t *testing.T) {
	t.Parallel()
	keyring, err := webhooks.NewKeyring(base64.StdEncoding.EncodeToString(make([]byte, webhooks.KeyBytes)))
	require.NoError(t, err)
	w := newWorldWith(t, time.Now, func(c *api.Config) { c.Webhooks = api.WebhookConfig{Guard: openGuard, Keyring: keyring} })
	w.dispatch(t, keyring)
	key := w.key("acme", api.DeliveriesWrite)
	reader := w.key("acme", api.ReportsRead)
	url, received := receiver(t)
	made := w.endpoint(key, url, `,"event_types":["delivery.ended","delivery.ended"],"description":"CRM"`)
	path := endpointsPath + "/" + made.ID
	require.Equal(t, []any{[]string{"delivery.ended"}, []string{}, int64(30_000), true}, []any{made.EventTypes, made.ConfigurationIDs, made.OrderLeaseMS, made.Enabled})

	// The secret is shown once and stored sealed.
	secretless := made
	secretless.Secret = ""
	require.Equal(t, secretless, shown[api.WebhookEndpoint](t, w.ask(reader, "GET", path, "")))
	require.Equal(t, []api.WebhookEndpoint{secretless}, shown[api.WebhookEndpoints](t, w.ask(reader, "GET", endpointsPath, "")).Data)
	raw, err := base64.StdEncoding.DecodeString(made.Secret[6:])
	require.NoError(t, err)
	var found int
	require.NoError(t, w.store.Pool().QueryRow(t.Context(), `SELECT (SELECT count(*) FROM webhook_endpoints WHERE position($1::bytea IN secret) > 0)
		+ (SELECT count(*) FROM audit_log WHERE detail::text LIKE '%whsec%')`, raw).Scan(&found))
	require.Zero(t, found)

	// Rotation.
	rotated := shown[api.WebhookEndpoint](t, w.ask(key, "POST", path+"/rotate-secret", ""))
	require.NotEqual(t, made.Secret, rotated.Secret)
	require.InDelta(t, 24*time.Hour, time.Until(rotated.PreviousSecretUntil.Time()), float64(time.Minute))
	ping := shown[api.WebhookDelivery](t, w.ask(key, "POST", path+"/ping", ""))
	h := <-received
	require.Equal(t, ping.ID, h.id)
	require.True(t, h.signedWith(t, made.Secret))
	require.True(t, h.signedWith(t, rotated.Secret))
	last := shown[api.WebhookEndpoint](t, w.ask(key, "POST", path+"/rotate-secret", `{"overlap_ms":0}`))
	w.ask(key, "POST", path+"/ping", "")
	h = <-received
	require.True(t, h.signedWith(t, last.Secret))
	require.False(t, h.signedWith(t, rotated.Secret))

	// Disabled it is told nothing; enabled again it begins anew.
	off := shown[api.WebhookEndpoint](t, w.ask(key, "PUT", path, `{"url":"`+url+`","event_types":["delivery.ended"],"enabled":false}`))
	require.Equal(t, []any{false, "api", ""}, []any{off.Enabled, off.DisabledReason, off.Description})
	refused := w.ask(key, "POST", path+"/ping", "")
	require.Equal(t, 409, refused.status)
	require.Contains(t, refused.body, "webhook_endpoint:disabled")
	on := shown[api.WebhookEndpoint](t, w.ask(key, "PUT", path, `{"url":"`+url+`","event_types":["delivery.ordered"]}`))
	require.Equal(t, []any{true, "", (*delivery.Instant)(nil)}, []any{on.Enabled, on.DisabledReason, on.DisabledAt})
	taken := w.ask(key, "POST", endpointsPath, `{"url":"`+url+`","event_types":["delivery.ordered"]}`)
	require.Equal(t, 409, taken.status)
	require.Contains(t, taken.body, "webhook_endpoint:orders_taken")
	require.Equal(t, 204, w.ask(key, "DELETE", path, "").status)
	require.Equal(t, 404, w.ask(key, "GET", path, "").status)
	require.Empty(t, received)
}

func TestWebhookRequestsNameEveryFault(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key := w.key("acme", api.DeliveriesWrite)
	path := endpointsPath + "/" + w.endpoint(key, "https://example.com/hooks", `,"event_types":["delivery.ended"]`).ID
	many := `"` + strings.Repeat(`x","`, 100) + `x"`
	for _, c := range []struct {
		path, body string
		fields     []string
	}{
		{endpointsPath, `{}`, []string{"url", "event_types"}},
		{endpointsPath, `{"url":"https://user@example.com","event_types":["delivery.flew"],"description":"` + strings.Repeat("x", 201) + `","order_lease_ms":999,"configuration_ids":["x"]}`,
			[]string{"url", "event_types[0]", "description", "order_lease_ms", "configuration_ids[0]"}},
		{endpointsPath, `{"url":"https://example.com","event_types":["delivery.ended"],"configuration_ids":[` + many + `]}`, []string{"configuration_ids"}},
		{endpointsPath, `{"url":"https://example.com","event_types":["delivery.ended"],"configuration_ids":["6f9b5f0a-3b0e-4c51-9f5b-0f6f0c9b7c12"]}`, []string{"configuration_ids[0]"}},
		{path + "/rotate-secret", `{"overlap_ms":604800001}`, []string{"overlap_ms"}},
		{path + "/rotate-secret", `{"overlap_ms":-9223372036854775808}`, []string{"overlap_ms"}},
		{path + "/replay", `{"statuses":["pending"]}`, []string{"from", "to", "statuses[0]"}},
		{path + "/replay", `{"from":"2026-01-02T00:00:00Z","to":"2026-01-02T00:00:00Z"}`, []string{"to"}},
	} {
		got := w.ask(key, "POST", c.path, c.body)
		require.Equal(t, 422, got.status, "%s: %s", c.body, got.body)
		for _, field := range c.fields {
			require.Contains(t, got.body, `"field":"`+field+`"`, c.body)
		}
	}
	// Where nothing else is allowed, addresses of our own networks are refused at once.
	for _, url := range []string{
		"http://example.com/", "https://127.0.0.1/", "https://169.254.169.254/latest/meta-data", "https://[::1]/", "https://10.1.2.3/", "https://[::ffff:10.0.0.1]/", "https://0.0.0.0/", "file:///etc/passwd",
	} {
		got := w.ask(key, "POST", endpointsPath, `{"url":"`+url+`","event_types":["delivery.ended"]}`)
		require.Equal(t, 422, got.status, url)
		require.Contains(t, got.body, `"field":"url"`)
	}
	for _, query := range []string{"status=sent", "type=x", "from=x", "limit=0", "cursor=x", "cursor=MS54"} {
		require.Equal(t, 400, w.ask(key, "GET", path+"/deliveries?"+query, "").status, query)
	}
}

func TestWebhookLog(t *testing.T) {
	t.Parallel()
	w := newHookWorld(t)
	key := w.key("acme", api.DeliveriesWrite)
	url, received := receiver(t)
	endpoint := w.endpoint(key, url+"/?token=s3cret", `,"event_types":["delivery.ended"]`)
	path := endpointsPath + "/" + endpoint.ID
	var ids []string
	for range 5 {
		ids = append(ids, shown[api.WebhookDelivery](t, w.ask(key, "POST", path+"/ping", "")).ID)
	}
	// Newest first, page by page.
	var listed []string
	for cursor := ""; ; {
		page := shown[api.WebhookDeliveryPage](t, w.ask(key, "GET", path+"/deliveries?limit=2&cursor="+cursor, ""))
		for _, m := range page.Data {
			require.Empty(t, m.Payload)
			listed = append([]string{m.ID}, listed...)
		}
		if cursor = page.NextCursor; cursor == "" {
			break
		}
	}
	require.Equal(t, ids, listed)
	claims, err := w.store.ClaimWebhooks(t.Context(), 1, 1, time.Minute)
	require.NoError(t, err)
	_, err = w.store.EndWebhookAttempt(t.Context(), claims[0], models.WebhookResult{DisableAfter: time.Hour, Attempt: models.WebhookAttempt{At: 1, Outcome: "failed", Status: 500, Answer: "out of order"}})
	require.NoError(t, err)
	list := func(query string) []api.WebhookDelivery {
		t.Helper()
		return shown[api.WebhookDeliveryPage](t, w.ask(key, "GET", path+"/deliveries?"+query, "")).Data
	}
	failed := list("status=failed&type=webhook.ping")
	require.Len(t, failed, 1)
	require.Equal(t, []any{claims[0].MessageID, 1, 500, "out of order"}, []any{failed[0].ID, failed[0].AttemptCount, failed[0].Attempts[0].Status, failed[0].Attempts[0].Answer})
	require.Empty(t, list("from=2099-01-01T00:00:00Z"))
	require.Empty(t, list("to=2020-01-01T00:00:00Z"))
	require.Len(t, list("from=2020-01-01T00:00:00Z&to=2099-01-01T00:00:00Z"), 5)
	require.NotNil(t, shown[api.WebhookEndpoint](t, w.ask(key, "GET", path, "")).FailingSince)

	// Replays.
	w.dispatch(t, webhooks.Keyring{})
	for _, id := range ids {
		if id != failed[0].ID {
			require.NotEmpty(t, w.delivered(key, endpoint.ID, id).Payload)
		}
	}
	replayed := shown[api.ReplayedWebhooks](t, w.ask(key, "POST", path+"/replay", `{"from":"2020-01-01T00:00:00Z","to":"2099-01-01T00:00:00Z"}`))
	require.Equal(t, api.ReplayedWebhooks{Replayed: 1}, replayed)
	require.Equal(t, 2, w.delivered(key, endpoint.ID, failed[0].ID).AttemptCount)
	require.Equal(t, 202, w.ask(key, "POST", path+"/deliveries/"+ids[0]+"/replay", "").status)
	require.Eventually(t, func() bool { return len(received) == 6 }, time.Minute, 5*time.Millisecond)
	got := w.ask(key, "POST", path+"/deliveries/msg_00000000000000000000000000000000/replay", "")
	require.Equal(t, 404, got.status)
	for _, page := range []string{path + "/deliveries", path + "/deliveries/" + ids[0]} {
		require.NotContains(t, w.ask(key, "GET", page, "").body, "s3cret", "the log does not repeat the URL")
	}
}
