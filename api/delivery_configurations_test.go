package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"engaged/api"
	"engaged/delivery"
	"engaged/models"
)

const renewals = `{"name":"Renewals","queue_id":"sales","mode":"progressive","pacing":{"calls_per_agent":1.5,"priority":"high"},
	"retry":{"retries":2,"delay_ms":7200000,"on":["busy"]}}`

// deliveryRules makes one of everything that decides about deliveries, with a name in all of it.
func (w *world) deliveryRules(key, name string) (configuration, policy string) {
	w.t.Helper()
	made := w.ask(key, "POST", "/v1/delivery-configurations", `{"name":"`+name+`","queue_id":"`+name+`","mode":"Preview"}`)
	require.Equal(w.t, 201, made.status, made.body)
	require.Equal(w.t, 200, w.ask(key, "POST", "/v1/delivery-consents", `{"records":[{"contact_id":"`+name+`","opted_out":true}]}`).status)
	require.Equal(w.t, 200, w.ask(key, "POST", "/v1/do-not-contact", `{"list":"`+name+`","numbers":["+12125550101"]}`).status)
	require.Equal(w.t, 200, w.ask(key, "PUT", "/v1/dialer/queues/one/capacity", `{"ready_agents":4}`).status)
	stop := w.ask(key, "POST", "/v1/cancellation-policies", `{"name":"`+name+`","state":"FL"}`)
	require.Equal(w.t, 201, stop.status, stop.body)
	return idOf(w.t, made), idOf(w.t, stop)
}

// shown returns what an answer of success shows.
func shown[T any](t testing.TB, got answer) T {
	t.Helper()
	require.Less(t, got.status, 300, got.body)
	var value T
	require.NoError(t, json.Unmarshal([]byte(got.body), &value), got.body)
	return value
}

// idOf returns the id of what an answer shows.
func idOf(t testing.TB, got answer) string {
	t.Helper()
	return shown[struct{ ID string }](t, got).ID
}

func TestDeliveryConfigurationsAreVersioned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.key("acme", api.DeliveriesWrite)
	first := w.ask(key, "POST", "/v1/delivery-configurations", renewals)
	require.Equal(t, http.StatusCreated, first.status, first.body)
	one := shown[api.DeliveryConfiguration](t, first)
	path := "/v1/delivery-configurations/" + one.ID
	require.Equal(t, path, first.header.Get("Location"))
	require.Equal(t, `"1"`, first.header.Get("ETag"))
	require.Equal(t, 1, one.Version)
	require.True(t, one.Active)
	require.Equal(t, delivery.Progressive, one.Mode, "a mode has one name")

	same := w.ask(key, "PUT", path, renewals)
	require.Equal(t, `"1"`, same.header.Get("ETag"), "the same rules make no version")
	second := w.ask(key, "PUT", path, strings.Replace(renewals, `"retries":2`, `"retries":5`, 1), "If-Match", `"1"`)
	require.Equal(t, 200, second.status, second.body)
	require.Equal(t, 5, shown[api.DeliveryConfiguration](t, second).Retry.Retries)
	require.Equal(t, `"2"`, second.header.Get("ETag"))
	for _, stale := range []string{`"1"`, `2`, `"0"`, `nonsense`, `W/"2"`} {
		require.Equal(t, http.StatusPreconditionFailed, w.ask(key, "PUT", path, renewals, "If-Match", stale).status, stale)
	}
	require.Equal(t, 2, shown[api.DeliveryConfiguration](t, w.ask(key, "GET", path+"/versions/1", "")).Retry.Retries, "what was written stays")
	require.Equal(t, 200, w.ask(key, "GET", "/v1/delivery-configurations/"+strings.ToUpper(one.ID), "").status)
	for _, none := range []string{"/versions/3", "/versions/0", "/versions/x", "/versions/99999999999"} {
		require.Equal(t, 404, w.ask(key, "GET", path+none, "").status, none)
	}
}

func TestDeliveryConfigurationsChangeOneAfterTheOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.key("acme", api.DeliveriesWrite)
	one := shown[api.DeliveryConfiguration](t, w.ask(key, "POST", "/v1/delivery-configurations", renewals))
	var all sync.WaitGroup
	versions := make([]int, 6)
	for n := range versions {
		all.Go(func() {
			body := strings.Replace(renewals, `"retries":2`, fmt.Sprintf(`"retries":%d`, n+10), 1)
			versions[n] = shown[api.DeliveryConfiguration](t, w.ask(key, "PUT", "/v1/delivery-configurations/"+one.ID, body)).Version
		})
	}
	all.Wait()
	require.ElementsMatch(t, []int{2, 3, 4, 5, 6, 7}, versions)
	for version := 2; version <= 7; version++ {
		got := shown[api.DeliveryConfiguration](t, w.ask(key, "GET", fmt.Sprintf("/v1/delivery-configurations/%s/versions/%d", one.ID, version), ""))
		require.Equal(t, version, got.Version)
		require.GreaterOrEqual(t, got.Retry.Retries, 10)
	}
}

func TestDeliveryConfigurationsAreSuspendedAndResumed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.key("acme", api.DeliveriesWrite)
	one := shown[api.DeliveryConfiguration](t, w.ask(key, "POST", "/v1/delivery-configurations", renewals))
	path := "/v1/delivery-configurations/" + one.ID
	for range 2 {
		got := shown[api.DeliveryConfiguration](t, w.ask(key, "POST", path+"/suspend", ""))
		require.False(t, got.Active)
		require.Equal(t, models.SuspendedByAPI, got.SuspensionType)
		require.NotNil(t, got.SuspendedAt)
		require.Contains(t, got.SuspendedBy, "key:")
	}
	for range 2 {
		got := shown[api.DeliveryConfiguration](t, w.ask(key, "POST", path+"/resume", ""))
		require.True(t, got.Active)
		require.Empty(t, got.SuspensionType)
		require.Nil(t, got.SuspendedAt)
	}
	var actions []string
	require.NoError(t, w.store.DB().Model(&models.Audit{}).Where("organization_id = 'acme' AND subject = ?", "delivery_configuration/"+one.ID).Order("id").Pluck("action", &actions).Error)
	require.Equal(t, []string{"delivery_configuration.create", "delivery_configuration.suspend", "delivery_configuration.resume"}, actions, "what changes nothing is not logged")
}

func TestDeliveryConfigurationsWithTasksStay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.key("acme", api.DeliveriesWrite)
	var ids []string
	for range 3 {
		ids = append(ids, shown[api.DeliveryConfiguration](t, w.ask(key, "POST", "/v1/delivery-configurations", renewals)).ID)
	}
	_, err := w.store.Pool().Exec(t.Context(), `INSERT INTO delivery_tasks (key, organization_id, id, configuration_id, rules_version, plan, status, view, created_at, expires_at)
		VALUES (1, 'acme', gen_random_uuid(), $1, 1, '{}', 'Complete', '{}', now(), now())`, ids[0])
	require.NoError(t, err)
	used := w.ask(key, "DELETE", "/v1/delivery-configurations/"+ids[0], "")
	require.Equal(t, http.StatusConflict, used.status)
	require.Contains(t, used.body, "delivery_configuration:in_use")
	require.Equal(t, 204, w.ask(key, "DELETE", "/v1/delivery-configurations/"+ids[1], "").status)
	require.Equal(t, 404, w.ask(key, "DELETE", "/v1/delivery-configurations/"+ids[1], "").status)
	require.Equal(t, 404, w.ask(key, "PUT", "/v1/delivery-configurations/"+ids[1], renewals).status)

	first := shown[api.DeliveryConfigurationPage](t, w.ask(key, "GET", "/v1/delivery-configurations?limit=1", ""))
	require.Equal(t, ids[0], first.NextAfter)
	rest := shown[api.DeliveryConfigurationPage](t, w.ask(key, "GET", "/v1/delivery-configurations?after="+first.NextAfter, ""))
	require.Len(t, rest.Data, 1)
	require.Equal(t, ids[2], rest.Data[0].ID)
	require.Empty(t, rest.NextAfter)
}

func TestDeliveryConfigurationsReportEveryErrorAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.key("acme", api.DeliveriesWrite)
	got := w.ask(key, "POST", "/v1/delivery-configurations", `{
		"name":" ","type":"sms","mode":"Predictive","workstream_id":"`+strings.Repeat("w", 129)+`",
		"pacing":{"max_concurrent_calls":501,"calls_per_agent":6,"queue_allotment":101,"priority":"top","processing_order":"random","start_jitter_ms":-1},
		"bot_failure":{"treatment":"threshold"},
		"retry":{"retries":101,"delay_ms":-1,"on":["never"],"table":[{"retry":true},{"result":"InvalidAddress","retry":true},{"result":"Odd","retry":false},{"result":"Busy","same":true,"retry":true}]},
		"zones":{"default":"Mars/Olympus"},
		"calling":{"mobile":{"weekly":[{"weekday":7,"start_minute":0,"end_minute":1}]},"fax":{"weekly":[]},"home":{"weekly":[]}},
		"queue":{"time_zone":"","hours":{"weekly":[{"weekday":1,"start_minute":5,"end_minute":5}],"closed_dates":["25.12.2026"]}},
		"caps":[{"scope":"planet","period":"year","most":0},{"scope":"contact","period":"rolling","most":1}],
		"holidays":[{"name":"","dates":["2026-13-01"]}],
		"packs":[{"name":"p","version":"1","pauses":[{"after":"lunch","length_ms":0}],"regions":[{"hours":{"weekly":[{"weekday":1,"start_minute":0,"end_minute":1}]}}]}],
		"settle_ms":60001,"call_limit_ms":9223372036854775807}`)
	require.Equal(t, 422, got.status, got.body)
	var p api.Problem
	require.NoError(t, json.Unmarshal([]byte(got.body), &p))
	var fields []string
	for _, wrong := range p.InvalidParameters {
		require.NotEmpty(t, wrong.Reason)
		require.True(t, strings.HasPrefix(wrong.Code, "delivery:"), wrong.Code)
		fields = append(fields, wrong.Field)
	}
	require.Equal(t, []string{
		"bot_failure.threshold_percent", "call_limit_ms", "calling", "calling.home.weekly", "calling.mobile.weekly[0]",
		"caps[0].most", "caps[0].period", "caps[0].scope", "caps[1].length_ms", "holidays[0].dates[0]", "holidays[0].name", "mode", "name",
		"pacing.calls_per_agent", "pacing.max_concurrent_calls", "pacing.priority", "pacing.processing_order", "pacing.queue_allotment", "pacing.start_jitter_ms",
		"packs[0].countries", "packs[0].pauses[0].after", "packs[0].pauses[0].length_ms", "packs[0].regions[0].names",
		"queue.hours.closed_dates[0]", "queue.hours.weekly[0]", "queue.time_zone", "queue_id",
		"retry.delay_ms", "retry.on[0]", "retry.retries", "retry.table[0]", "retry.table[1].retry", "retry.table[2].result", "retry.table[3].most",
		"settle_ms", "type", "workstream_id", "zones.default",
	}, fields)
	for body, field := range map[string]string{
		`{"name":"x","queue_id":"q","mode":"Copilot"}`:                                                        "pacing.max_concurrent_calls",
		`{"name":"x","queue_id":"q","mode":"Turbo"}`:                                                          "mode",
		`{"name":"x","queue_id":"q","mode":"Preview","version":2}`:                                            "version",
		`{"name":"x","queue_id":"q","mode":"Preview","retry":{"retries":"2"}}`:                                "retry.retries",
		`{"name":"x","queue_id":"q","mode":"Preview","bot_failure":{"threshold_percent":1}}`:                  "bot_failure.threshold_percent",
		`{"name":"x","queue_id":"q","mode":"Preview","caps":[` + strings.Repeat(`{},`, 20) + `{}]}`:           "caps",
		`{"name":"x","queue_id":"q","mode":"Preview","opt_out_dispositions":[""]}`:                            "opt_out_dispositions[0]",
		`{"name":"x","queue_id":"q","mode":"Preview","packs":[{"name":"x","version":"1","prefixes":["+1"]}]}`: "packs[0].prefixes[0]",
	} {
		got := w.ask(key, "POST", "/v1/delivery-configurations", body)
		require.Equal(t, 422, got.status, "%s: %s", body, got.body)
		require.Contains(t, got.body, `"field":"`+field+`"`, body)
	}
	require.Contains(t, w.ask(key, "GET", "/v1/delivery-configurations", "").body, `"data":[]`)
}

func TestDeliveryPacksCanBeCopied(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.key("acme", api.DeliveriesWrite)
	packs := shown[api.DeliveryPacks](t, w.ask(key, "GET", "/v1/delivery-packs", ""))
	require.NotEmpty(t, packs.Data)
	text, err := json.Marshal(packs.Data)
	require.NoError(t, err)
	made := w.ask(key, "POST", "/v1/delivery-configurations", `{"name":"x","queue_id":"q","mode":"Preview","packs":`+string(text)+`}`)
	require.Equal(t, 201, made.status, made.body)
	require.Equal(t, packs.Data, shown[api.DeliveryConfiguration](t, made).Packs)
}
