package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/devstack"
	"engaged/webhooks"
)

// TestWebhooksThroughTheStack has a dialer told of an order and of what its call came to, by the whole stack.
func TestWebhooksThroughTheStack(t *testing.T) {
	t.Parallel()
	key := base64.StdEncoding.EncodeToString(make([]byte, webhooks.KeyBytes))
	s := start(t, "serve", "--database-url="+devstack.Database(t), "--temporal-address="+devstack.TemporalAddress(t),
		"--temporal-task-queue=webhooks", "--dev-key="+devKey, "--webhook-allow-private", "--webhook-secret-keys="+key, "--log-level=debug")
	type message struct {
		header http.Header
		body   []byte
	}
	received := make(chan message, 10)
	dialer := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			received <- message{r.Header, body}
		}
	}))
	t.Cleanup(dialer.Close)
	post := func(path, body string, want int) map[string]any {
		t.Helper()
		status, text := s.ask(t, http.MethodPost, path, "application/json", body)
		require.Equal(t, want, status, text)
		var made map[string]any
		require.NoError(t, json.Unmarshal([]byte(text), &made), text)
		return made
	}
	endpoint := post("/v1/webhook-endpoints", `{"url":"`+dialer.URL+`","event_types":["delivery.ordered","delivery.ended","delivery_task.ended"]}`, 201)
	secret, err := webhooks.ParseSecret(endpoint["secret"].(string))
	require.NoError(t, err)
	next := func() (kind string, data map[string]any) {
		t.Helper()
		select {
		case m := <-received:
			require.NoError(t, secret.Verify(m.header.Get("webhook-id"), m.header.Get("webhook-timestamp"), m.header.Get("webhook-signature"), m.body, time.Now()))
			var told struct {
				Type string
				Data map[string]any
			}
			require.NoError(t, json.Unmarshal(m.body, &told))
			return told.Type, told.Data
		case <-time.After(patience):
			require.Fail(t, "no message", s.output.String())
			return "", nil
		}
	}
	configuration := post("/v1/delivery-configurations", `{"name":"Hooks","queue_id":"hooks","mode":"Copilot","pacing":{"max_concurrent_calls":1},"settle_ms":100}`, 201)
	task := post("/v1/delivery-tasks", fmt.Sprintf(`{"configuration_id":%q,"contacts":[{"id":"C1","phones":[{"type":"mobile","number":"+12125550142"}]}]}`,
		configuration["id"]), 201)

	kind, order := next()
	require.Equal(t, []any{"delivery.ordered", task["delivery_id"], "+12125550142"}, []any{kind, order["delivery_id"], order["to_address"]})
	attempt := "/v1/deliveries/" + order["delivery_id"].(string)
	post(attempt+"/start", fmt.Sprintf(`{"fence":%.0f,"call_id":"call-1"}`, order["fence"]), 200)
	at := time.Now().UTC().Format(time.RFC3339Nano)
	post(attempt+"/events", `[{"id":"1","type":"call.connected","time":"`+at+`"},{"id":"2","type":"speech.detected","time":"`+at+`"},{"id":"3","type":"call.ended","time":"`+at+`"}]`, 202)
	// Both are written by one record; either may arrive first.
	both := map[string]map[string]any{}
	for range 2 {
		kind, data := next()
		both[kind] = data
	}
	require.Equal(t, []any{order["delivery_id"], "LiveAnswer", "call-1"},
		[]any{both["delivery.ended"]["delivery_id"], both["delivery.ended"]["result"], both["delivery.ended"]["call_id"]})
	require.Equal(t, []any{task["delivery_task_id"], "Complete"}, []any{both["delivery_task.ended"]["delivery_task_id"], both["delivery_task.ended"]["status"]})

	require.Zero(t, s.end(t))
	require.NotContains(t, s.output.String(), secret.Text())
	require.NotContains(t, s.output.String(), dialer.URL)
	require.Empty(t, received)
}
