package api_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"engaged/api"
	"engaged/models"
)

func TestSettingsAreVersioned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.key("acme", api.SettingsWrite)
	first := w.ask(key, "GET", "/v1/settings", "")
	require.JSONEq(t, `{"version":0,"defaults":{},"channels":{},"groups":{},"schedules":{}}`, first.body)
	require.Equal(t, `"0"`, first.header.Get("ETag"))

	require.Equal(t, 200, w.ask(key, "PUT", "/v1/settings/schedules/office", `{"time_zone":"Europe/Vienna","weekly":[{"weekday":1,"start_minute":540,"end_minute":1020}],"holidays":["2026-12-25"]}`).status)
	require.Equal(t, 200, w.ask(key, "PUT", "/v1/settings/groups/night", `{"schedule_id":"office","settle_ms":0}`).status)
	require.Equal(t, 200, w.ask(key, "PUT", "/v1/settings/channels/SMS", `{"inactivity_period_ms":300000}`).status)
	changed := decode[api.SettingsDocument](t, w.ask(key, "PUT", "/v1/settings", `{"close_on_solved":true,"log_retention_days":60,"reporting_time_zone":"Europe/Vienna","delivery_results":"core"}`))
	require.Equal(t, 4, changed.Version)
	require.Equal(t, 60, *changed.Defaults.LogRetentionDays)
	require.Equal(t, models.DeliveryResultsCore, *changed.Defaults.DeliveryResults)
	require.Contains(t, changed.Channels, "sms", "a channel goes by its canonical name")
	require.JSONEq(t, `{"inactivity_period_ms":300000}`, w.ask(key, "GET", "/v1/settings/channels/sms", "").body)

	stale := w.ask(key, "PUT", "/v1/settings", `{}`, "If-Match", `"3"`)
	require.Equal(t, http.StatusPreconditionFailed, stale.status)
	require.Equal(t, 200, w.ask(key, "PUT", "/v1/settings", `{}`, "If-Match", `"4"`).status)

	used := w.ask(key, "DELETE", "/v1/settings/schedules/office", "")
	require.Equal(t, 422, used.status, "a group uses it")
	require.Contains(t, used.body, `"groups.night.schedule_id"`)
	require.Equal(t, 200, w.ask(key, "DELETE", "/v1/settings/groups/night", "").status)
	require.Equal(t, 404, w.ask(key, "DELETE", "/v1/settings/groups/night", "").status)
	require.Equal(t, 200, w.ask(key, "DELETE", "/v1/settings/schedules/office", "").status)
	require.Equal(t, 404, w.ask(key, "GET", "/v1/settings/schedules/office", "").status)
	last := decode[api.SettingsDocument](t, w.ask(key, "DELETE", "/v1/settings", ""))
	require.Equal(t, 8, last.Version)

	versions, err := w.store.SettingsFrom(t.Context(), "acme", 0)
	require.NoError(t, err)
	require.Len(t, versions, 8)
	require.Contains(t, versions[3].Groups, "night", "what was written stays as it was")
	var audited int64
	require.NoError(t, w.store.DB().Model(&models.Audit{}).Where("organization_id = 'acme' AND action LIKE 'settings.%' AND actor LIKE 'key:%'").Count(&audited).Error)
	require.EqualValues(t, 8, audited)
}

func TestSettingsReportEveryErrorAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.key("acme", api.SettingsWrite)
	got := w.ask(key, "PUT", "/v1/settings", `{"inactivity_period_ms":1,"inactivity_anchor":"x","settle_ms":-1,"schedule_id":"none","log_retention_days":3,"reporting_time_zone":"Mars","delivery_results":"six"}`)
	require.Equal(t, 422, got.status)
	for _, field := range []string{"inactivity_period_ms", "inactivity_anchor", "settle_ms", "schedule_id", "log_retention_days", "reporting_time_zone", "delivery_results"} {
		require.Contains(t, got.body, `"field":"`+field+`"`)
	}
	for path, body := range map[string]string{
		"/v1/settings":                    `{"inactivity_period":1}`,
		"/v1/settings/channels/x":         `{"settle_ms":"2"}`,
		"/v1/settings/schedules/x":        `{"time_zone":"Europe/Vienna","weekly":[{"weekday":7,"start_minute":0,"end_minute":1}]}`,
		"/v1/settings/groups/x":           `{"schedule_id":"none"}`,
		"/v1/settings/schedules/holidays": `{"time_zone":"UTC","weekly":[],"holidays":["25.12.2026"]}`,
	} {
		require.Equal(t, 422, w.ask(key, "PUT", path, body).status, "%s %s", path, body)
	}
	require.Contains(t, w.ask(key, "GET", "/v1/settings", "").body, `"version":0`)
}

func TestConcurrentSettingsChangesAllTakePlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.key("acme", api.SettingsWrite)
	var all sync.WaitGroup
	statuses := make([]int, 4)
	for n := range statuses {
		all.Go(func() {
			statuses[n] = w.ask(key, "PUT", fmt.Sprintf("/v1/settings/groups/g%d", n), `{}`).status
		})
	}
	all.Wait()
	require.Equal(t, []int{200, 200, 200, 200}, statuses)
	document := decode[api.SettingsDocument](t, w.ask(key, "GET", "/v1/settings", ""))
	require.Equal(t, 4, document.Version)
	require.Len(t, document.Groups, 4)
}

func TestDirectory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.key("acme", api.SettingsWrite)
	require.JSONEq(t, `{"id":"a/1","name":"Ada","type":"human","group_id":"support"}`, w.ask(key, "PUT", "/v1/directory/agents/a%2F1", `{"name":"Ada","group_id":"support"}`).body)
	require.JSONEq(t, `{"id":"a/1","name":"Ada L.","type":"bot"}`, w.ask(key, "PUT", "/v1/directory/agents/a%2F1", `{"name":"Ada L.","type":"bot"}`).body)
	require.JSONEq(t, `{"id":"a/1","name":"Ada L.","type":"bot"}`, w.ask(key, "GET", "/v1/directory/agents/a%2F1", "").body)
	require.Equal(t, 200, w.ask(key, "PUT", "/v1/directory/agents/a2", `{"name":"Bob"}`).status)
	page := decode[api.DirectoryPage](t, w.ask(key, "GET", "/v1/directory/agents?limit=1", ""))
	require.Equal(t, "a/1", page.NextAfter)
	page = decode[api.DirectoryPage](t, w.ask(key, "GET", "/v1/directory/agents?limit=1&after=a%2F1", ""))
	require.Equal(t, "a2", page.Data[0].ID)
	require.Empty(t, page.NextAfter)
	require.Empty(t, decode[api.DirectoryPage](t, w.ask(key, "GET", "/v1/directory/queues", "")).Data)
	require.Equal(t, 204, w.ask(key, "DELETE", "/v1/directory/agents/a2", "").status)
	require.Equal(t, 404, w.ask(key, "DELETE", "/v1/directory/agents/a2", "").status)
	got := w.ask(key, "PUT", "/v1/directory/queues/q", `{"name":" ","type":"bot","group_id":"g"}`)
	require.Equal(t, 422, got.status)
	for _, field := range []string{"name", "type", "group_id"} {
		require.Contains(t, got.body, `"field":"`+field+`"`)
	}
	require.Equal(t, 404, w.ask(key, "GET", "/v1/directory/planets", "").status)
}
