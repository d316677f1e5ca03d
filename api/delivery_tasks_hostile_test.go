package api_test

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/api"
	"engaged/delivery"
)

// The longest texts that are let in can be stored, whatever they are made of.
func TestLongestAttributesAreStored(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key := w.key("acme", api.DeliveriesWrite)
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // no secret
	long := func(n int) string {
		var text strings.Builder
		for range n {
			text.WriteRune(rune(0x20000 + random.IntN(40_000)))
		}
		return text.String()
	}
	attributes, err := json.Marshal(map[string]string{long(delivery.MaxAttributeKey): long(delivery.MaxAttributeValue)})
	require.NoError(t, err)
	id, attempt := w.deliveryTask(key, newTaskBody(w.agentless(key, 2), "C1", `"input_attributes":`+string(attributes)))
	told := w.ask(key, "POST", deliveriesPath+"/"+attempt+"/events", `{"id":"e","type":"attributes.set","time":"`+delivery.At(time.Now()).String()+`","data":{"attributes":`+string(attributes)+`}}`)
	require.Equal(t, 202, told.status, told.body)
	w.showTask("acme", id)
	one := shown[api.Delivery](t, w.ask(key, "GET", deliveriesPath+"/"+attempt, ""))
	got, err := json.Marshal(one.InputAttributes)
	require.NoError(t, err)
	require.JSONEq(t, string(attributes), string(got))
}

// What cannot be a request is refused, never a failure of ours, and makes nothing.
func TestHostileTasksAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key := w.key("acme", api.DeliveriesWrite)
	configuration := w.agentless(key, 2)
	for _, members := range []string{
		`"tracking_id":"\u0000"`, `"tracking_id":"\ud800"`, `"windows":"[{\"start\":\"\\u0000\",\"end\":\"x\"}]"`, `"windows":"["`, `"windows":7`,
		`"windows":[{"start":"1969-01-01T00:00:00Z","end":"2026-12-01T00:00:00Z"}]`, `"windows":[{"start":"2026-01-01T00:00:00Z","end":"9998-01-01T00:00:00Z"}]`,
		`"expires_at":"-1"`, `"contacts":null`, `"contacts":[{"id":"C","phones":[]}]`, `"input_attributes":{"":"x"}`, `"input_attributes":{"a":null,"b":{}}`,
		`"input_attributes":` + strings.Repeat(`{"a":`, 40) + `1` + strings.Repeat(`}`, 40), `"allow_expired":"yes"`, `"configuration_id":"` + strings.Repeat("0", 36) + `"`,
	} {
		body := newTaskBody(configuration, "C1", members)
		got := w.ask(key, "POST", tasksPath, body)
		require.Equal(t, 400, got.status, "%s: %s", members, got.body)
		list := w.ask(key, "POST", tasksPath, "["+body+"]")
		require.Equal(t, 400, list.status, "%s: %s", members, list.body)
	}
	require.Equal(t, 415, w.ask(key, "POST", tasksPath, "{}", "Content-Type", "text/plain").status)
	require.Empty(t, shown[api.DeliveryTaskPage](t, w.ask(key, "GET", tasksPath, "")).Data)
}
