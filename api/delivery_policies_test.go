package api_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/api"
	"engaged/models"
)

func TestCancellationPolicies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.key("acme", api.DeliveriesWrite)
	configuration := idOf(t, w.ask(key, "POST", "/v1/delivery-configurations", renewals))
	made := w.ask(key, "POST", "/v1/cancellation-policies", `{"name":"Storm","configuration_ids":["`+strings.ToUpper(configuration)+`"],"country":" US ","state":"FL","until":"2026-03-11T18:00:00+01:00"}`)
	require.Equal(t, 201, made.status, made.body)
	one := shown[api.CancellationPolicy](t, made)
	path := "/v1/cancellation-policies/" + one.ID
	require.Equal(t, path, made.header.Get("Location"))
	require.Equal(t, api.CancellationPolicyBody{Name: "Storm", ConfigurationIDs: []string{configuration}, Country: "US", State: "FL", Until: "2026-03-11T17:00:00.000Z"}, one.CancellationPolicyBody)
	require.JSONEq(t, made.body, w.ask(key, "GET", path, "").body)

	changed := shown[api.CancellationPolicy](t, w.ask(key, "PUT", path, `{"postal_code":"33101"}`))
	require.Equal(t, api.CancellationPolicyBody{PostalCode: "33101"}, changed.CancellationPolicyBody)
	require.Equal(t, one.CreatedAt, changed.CreatedAt)
	require.GreaterOrEqual(t, changed.ExecutedAt, one.ExecutedAt)
	second := idOf(t, w.ask(key, "POST", "/v1/cancellation-policies", `{"state":"GA"}`))
	page := shown[api.CancellationPolicyPage](t, w.ask(key, "GET", "/v1/cancellation-policies?limit=1", ""))
	require.Equal(t, one.ID, page.NextAfter)
	rest := shown[api.CancellationPolicyPage](t, w.ask(key, "GET", "/v1/cancellation-policies?after="+page.NextAfter, ""))
	require.Len(t, rest.Data, 1)
	require.Equal(t, second, rest.Data[0].ID)
	require.Equal(t, 204, w.ask(key, "DELETE", path, "").status)
	for _, method := range []string{"GET", "DELETE"} {
		require.Equal(t, 404, w.ask(key, method, path, "").status)
	}
	require.Equal(t, 404, w.ask(key, "PUT", path, `{"state":"GA"}`).status)
	var audited int64
	require.NoError(t, w.store.DB().Model(&models.Audit{}).Where("action LIKE 'delivery_policy.%'").Count(&audited).Error)
	require.EqualValues(t, 4, audited)
}

func TestCancellationPoliciesReportEveryErrorAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.key("acme", api.DeliveriesWrite)
	foreign := idOf(t, w.ask(w.key("other", api.DeliveriesWrite), "POST", "/v1/delivery-configurations", renewals))
	long := strings.Repeat("x", 129)
	for body, fields := range map[string][]string{
		`{}`:                          {""},
		`{"name":"x","country":"  "}`: {""},
		`{"name":"` + long + `","country":"` + long + `","state":"` + long + `","postal_code":"` + long + `","until":"tomorrow","configuration_ids":["one"]}`: {
			"name", "country", "state", "postal_code", "until", "configuration_ids[0]"},
		`{"state":"FL","until":"2026-03-10T12:00:00Z"}`:                 {"until"},
		`{"state":"FL","until":"2030-03-10T12:00:00Z"}`:                 {"until"},
		`{"configuration_ids":["` + foreign + `"]}`:                     {"configuration_ids[0]"},
		`{"configuration_ids":[` + strings.Repeat(`"a",`, 50) + `"a"]}`: {"configuration_ids"},
	} {
		got := w.ask(key, "POST", "/v1/cancellation-policies", body)
		require.Equal(t, 422, got.status, "%s: %s", body, got.body)
		for _, field := range fields {
			require.Contains(t, got.body, `"field":"`+field+`"`, body)
		}
	}
}

func TestCapacityHoldsForAWhile(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key := w.key("acme", api.DeliveriesWrite)
	path := "/v1/dialer/queues/sales%2Fnorth/capacity"
	require.Equal(t, 404, w.ask(key, "GET", path, "").status)
	now := shown[api.DialerCapacity](t, w.ask(key, "PUT", path, `{"ready_agents":4,"queued_calls":1,"busy_agents":11}`))
	require.Equal(t, "sales/north", now.QueueID)
	require.EqualValues(t, 30_000, now.ValidUntil.Sub(now.At))
	require.Equal(t, [3]int{4, 1, 11}, [3]int{now.ReadyAgents, now.QueuedCalls, now.BusyAgents})

	older := now.At.Add(-1000).String()
	require.Equal(t, now, shown[api.DialerCapacity](t, w.ask(key, "PUT", path, `{"ready_agents":9,"at":"`+older+`"}`)), "what is older changes nothing")
	ahead := now.At.Add(30_000).String()
	later := shown[api.DialerCapacity](t, w.ask(key, "PUT", path, `{"ready_agents":0,"at":"`+ahead+`"}`))
	require.Zero(t, later.ReadyAgents)
	require.Less(t, later.At.String(), ahead, "a clock that is ahead tells of now")
	require.Equal(t, later, shown[api.DialerCapacity](t, w.ask(key, "GET", path, "")))
	require.Equal(t, 204, w.ask(key, "DELETE", path, "").status)
	require.Equal(t, 404, w.ask(key, "DELETE", path, "").status)

	for body, fields := range map[string][]string{
		`{}`: {"ready_agents"},
		`{"ready_agents":-1,"queued_calls":1000001,"busy_agents":-5,"at":"now"}`: {"ready_agents", "queued_calls", "busy_agents", "at"},
		`{"ready_agents":1,"at":"9999-12-31T23:59:59Z"}`:                         {"at"},
		`{"ready_agents":1,"at":"0000-01-01T00:00:00Z"}`:                         {"at"},
		`{"ready_agents":1e99}`:                                                  {"ready_agents"},
	} {
		got := w.ask(key, "PUT", path, body)
		require.Equal(t, 422, got.status, "%s: %s", body, got.body)
		for _, field := range fields {
			require.Contains(t, got.body, `"field":"`+field+`"`, body)
		}
	}
}

// Whoever paces looks again at once when agents become ready or a configuration is resumed.
func TestChangesWakeThePacing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.key("acme", api.DeliveriesWrite)
	due := func(id string) bool {
		var is bool
		require.NoError(t, w.store.Pool().QueryRow(t.Context(), `SELECT due_at <= clock_timestamp() FROM delivery_pacing WHERE configuration_id = $1`, id).Scan(&is))
		return is
	}
	rest := func() {
		_, err := w.store.Pool().Exec(t.Context(), `UPDATE delivery_pacing SET due_at = 'infinity'`)
		require.NoError(t, err)
	}
	ids := map[string]string{}
	for _, queue := range []string{"sales", "support"} {
		ids[queue] = idOf(t, w.ask(key, "POST", "/v1/delivery-configurations", strings.Replace(renewals, "sales", queue, 1)))
		_, err := w.store.Pool().Exec(t.Context(), `INSERT INTO delivery_pacing (configuration_id, organization_id, due_at) VALUES ($1, 'acme', 'infinity')`, ids[queue])
		require.NoError(t, err)
	}
	require.Equal(t, 200, w.ask(key, "PUT", "/v1/dialer/queues/sales/capacity", `{"ready_agents":1}`).status)
	require.True(t, due(ids["sales"]))
	require.False(t, due(ids["support"]), "another queue")
	rest()
	path := "/v1/delivery-configurations/" + ids["support"]
	require.Equal(t, 200, w.ask(key, "POST", path+"/suspend", "").status)
	require.False(t, due(ids["support"]))
	require.Equal(t, 200, w.ask(key, "POST", path+"/resume", "").status)
	require.True(t, due(ids["support"]))
	rest()
	require.Equal(t, 200, w.ask(key, "PUT", path, renewals).status)
	require.True(t, due(ids["support"]), "its pacing may be another now")
}
