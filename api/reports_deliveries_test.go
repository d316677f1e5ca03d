package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/analytics"
	"engaged/api"
	"engaged/delivery"
	"engaged/models"
)

// insertDeliveries writes attempts of a configuration in the mode Progressive, past the record transaction: by
// default calls that were answered on 3 March at 10:00:05.
func (w *world) insertDeliveries(organization, configuration string, rows ...fact) {
	w.t.Helper()
	id := idOf(w.t, w.ask(w.key(organization, api.DeliveriesWrite), "POST", "/v1/delivery-configurations",
		fmt.Sprintf(`{"name":%q,"queue_id":"sales","mode":"Progressive"}`, configuration)))
	for i, given := range rows {
		row := fact{
			"organization_id": organization, "task_key": i + 1, "task_id": id, "configuration_id": id, "seq": 1, "channel": "voice", "mode": "Progressive",
			"queue_id": "sales", "status": "Complete", "contact_id": "C1", "phone_type": "mobile", "to_address": "+12125550101", "loop": 1,
			"contact_index": 0, "phone_index": 0, "planned_at": "2026-03-03T09:00:00Z", "not_before": "2026-03-03T09:00:00Z",
			"expires_at": "2026-03-03T18:00:00Z", "window_start": "2026-03-03T10:00:00Z", "window_end": "2026-03-03T18:00:00Z",
			"started_at": "2026-03-03T10:00:00Z", "customer_connected_at": "2026-03-03T10:00:05Z", "ended_at": "2026-03-03T10:02:00Z",
			"recorded_at": "2026-03-03T10:02:02Z", "dispositions": []string{}, "message_left": false, "bot_failed": false, "wait_exceeded": false,
			"opted_out": false, "callback": false, "configuration_version": 1, "rules_version": 1,
		}
		maps.Copy(row, given)
		columns := slices.Sorted(maps.Keys(row))
		text, err := json.Marshal(row)
		require.NoError(w.t, err)
		_, err = w.store.Pool().Exec(w.t.Context(), fmt.Sprintf("INSERT INTO deliveries (id, %s) SELECT gen_random_uuid(), %[1]s FROM jsonb_populate_record(NULL::deliveries, $1)",
			strings.Join(columns, ", ")), string(text))
		require.NoError(w.t, err)
	}
}

// morning plays some calls of an AI agent by hand, over HTTP: the first is answered and ends with a promise,
// the second is busy and cancelled before its retry, the third was asked for too late, the fourth is dialed
// by nobody.
func morning(t *testing.T) (w *world, key, configuration string, tasks []string) {
	t.Helper()
	w = newWorldAt(t, time.Now)
	key = w.key("acme", api.DeliveriesWrite, api.ReportsRead)
	configuration = w.agentless(key, 5)
	var attempts []string
	for n, more := range [][]string{nil, nil, {`"allow_expired":true`, `"windows":[{"start":"2026-01-01T09:00:00Z","end":"2026-01-01T17:00:00Z"}]`}, nil} {
		body := strings.ReplaceAll(newTaskBody(configuration, fmt.Sprint("C", n), more...), "0142", fmt.Sprint("014", n))
		task, attempt := w.deliveryTask(key, body)
		tasks, attempts = append(tasks, task), append(attempts, attempt)
	}
	w.pace()
	orders := map[string]models.DialOrder{}
	for _, o := range w.claim(key, `,"max":10`) {
		orders[o.DeliveryID] = o
	}
	call := func(attempt, events string) {
		started := w.ask(key, "POST", deliveriesPath+"/"+attempt+"/start", fmt.Sprintf(`{"fence":%d,"call_id":"call-1"}`, orders[attempt].Fence))
		require.Equal(t, 200, started.status, started.body)
		told := w.ask(key, "POST", deliveriesPath+"/"+attempt+"/events", strings.ReplaceAll(events, "NOW", delivery.At(time.Now()).String()))
		require.Equal(t, 202, told.status, told.body)
		require.Contains(t, told.body, `"rejected":[]`)
	}
	call(attempts[0], `[{"id":"1","type":"call.connected","time":"NOW"},{"id":"2","type":"amd.result","time":"NOW","data":{"answered_by":"human"}},
		{"id":"3","type":"agent.connected","time":"NOW","data":{"conversation_id":"4711"}},{"id":"4","type":"call.ended","time":"NOW"},
		{"id":"5","type":"disposition.set","time":"NOW","data":{"codes":["PromiseToPay"]}}]`)
	call(attempts[1], `[{"id":"1","type":"call.failed","time":"NOW","data":{"sip_code":486}}]`)
	w.showTask("acme", tasks[0])
	w.showTask("acme", tasks[1])
	require.Equal(t, 200, w.ask(key, "POST", tasksPath+"/"+tasks[1]+"/cancel", "").status)
	w.showTask("acme", tasks[1])
	return w, key, configuration, tasks
}

// What was dialed shows in reports at once, and the same when it was added up.
func TestReportsOnDeliveries(t *testing.T) {
	t.Parallel()
	w, key, configuration, _ := morning(t)
	requireDeliveries := func(source string) {
		t.Helper()
		for query, want := range map[string][]string{
			`{"metric":"deliveries","group_by":["status"]}`:                                                           {"Complete|Complete|2", "Cancelled|Cancelled|1", "Expired|Expired|1"},
			`{"metric":"deliveries","group_by":["result"]}`:                                                           {"LiveAnswer|Live answer|1", "Busy|Busy|1", "Cancelled|Cancelled|1", "Expired|Expired|1"},
			`{"metric":"deliveries","group_by":["config_id"]}`:                                                        {configuration + "|Reminders|4"},
			`{"metric":"deliveries","group_by":["dial_mode"],"filters":[{"attribute":"channel","values":["voice"]}]}`: {"Copilot|Copilot|4"},
			`{"metric":"delivery_tasks","group_by":["status"]}`:                                                       {"Complete|Complete|1", "Cancelled|Cancelled|1", "Expired|Expired|1"},
		} {
			a := w.report(key, strings.Replace(query, "{", `{"explain":true,`, 1))
			require.ElementsMatch(t, want, values(a, a.Query.GroupBy[0], analytics.Count), query)
			require.Equal(t, source, a.Plan.Source, "%s: %s", query, a.Plan.Reason)
		}
		for metric, want := range map[string][2]float64{
			"delivery_completion_rate": {2, 4}, "connect_rate": {1, 2}, "success_rate": {1, 2}, "expired_rate": {1, 4}, "cancelled_rate": {1, 4},
			"error_rate": {0, 4}, "bot_failed_rate": {0, 4}, "within_window_rate": {2, 2}, "tasks_reached_rate": {1, 3}, "campaign_abandonment_rate": {0, 0},
		} {
			a := w.report(key, `{"metric":"`+metric+`","measures":["Numerator","Denominator"]}`)
			require.Equal(t, want, [2]float64{a.one(t, analytics.Numerator), a.one(t, analytics.Denominator)}, metric)
		}
		require.InDelta(t, 2.0/3, w.report(key, `{"metric":"attempts_per_task"}`).one(t, analytics.Average), 1e-9)
		require.InDelta(t, 2, w.report(key, `{"metric":"delivery_duration","measures":["Count"]}`).one(t, analytics.Count), 0)
		dispositions := w.report(key, `{"metric":"disposition_rate"}`)
		require.ElementsMatch(t, []string{"PromiseToPay|null|50", "null|null|50"}, values(dispositions, "disposition_code", analytics.Percentage))
		open := w.report(key, `{"metric":"outstanding_deliveries","group_by":["status"]}`)
		require.Equal(t, []string{"Pending|Pending|1"}, values(open, "status", analytics.Count))
		require.InDelta(t, 1, w.report(key, `{"metric":"waiting_deliveries"}`).one(t, analytics.Count), 0)
	}
	requireDeliveries("rows")
	keeper := analytics.NewKeeper(w.store.Pool(), analytics.KeeperOptions{})
	require.NoError(t, keeper.Keep(t.Context()))
	requireDeliveries("rollup")

	stranger := w.key("stranger", api.ReportsRead)
	require.Zero(t, w.report(stranger, `{"metric":"deliveries"}`).one(t, analytics.Count))
	require.Zero(t, w.report(stranger, `{"metric":"outstanding_deliveries"}`).one(t, analytics.Count))
	require.Empty(t, w.report(stranger, `{"metric":"deliveries","group_by":["configuration_id"]}`).Rows)
}

// An existing client of the compatible wire finds deliveries by discovery.
func TestAnalyticsOfDeliveries(t *testing.T) {
	t.Parallel()
	w, key, configuration, tasks := morning(t)
	wire := func(key, path, body string) string {
		got := w.ask(key, "POST", path, body)
		require.Equal(t, 200, got.status, got.body)
		return got.body
	}
	count := func(n int) string {
		return fmt.Sprintf(`{"data":{"id":"deliveries","aggregates":[{"value":%d,"measure":"Count","_type":"LongAggregateValue"}]}}`, n)
	}
	ask := func(key, members string) string {
		return wire(key, "/v1/analytics/metrics", `{"id":"deliveries","timezone":"UTC"`+members+`}`)
	}
	require.JSONEq(t, count(4), ask(key, ""))
	require.JSONEq(t, count(1), ask(key, `,"filters":[{"attribute":"status","values":["EXPIRED"]}]`))
	require.JSONEq(t, count(1), ask(key, `,"filters":[{"attribute":"result","values":["LIVE_ANSWER"]},{"attribute":"configuration_id","values":["`+configuration+`"]}]`))
	require.JSONEq(t, count(1), ask(key, `,"csidFilter":[4711]`))
	require.Contains(t, wire(key, "/v1/analytics/metrics", `{"id":"delivery_tasks","timezone":"UTC","csidFilter":[4711]}`), `"value":1,`)
	stranger := w.key("stranger", api.ReportsRead)
	require.JSONEq(t, count(0), ask(stranger, ""))
	require.JSONEq(t, count(0), ask(stranger, `,"csidFilter":[4711]`))

	calls := wire(key, "/v1/analytics/records", `{"id":"deliveries","timezone":"UTC","filters":[{"attribute":"disposition_code","values":["PromiseToPay"]}]}`)
	for _, part := range []string{
		`{"name":"csid","field":{"value":4711,"_type":"LongField"}}`, `{"name":"delivery_task_id","field":{"value":"` + tasks[0] + `","_type":"StringField"}}`,
		`{"name":"configuration_id","field":{"value":"` + configuration + `","label":"Reminders","_type":"UUIDField"}}`,
		`{"name":"result","field":{"value":"LIVE_ANSWER","label":"Live answer","_type":"StringField"}}`,
		`{"name":"disposition_code","field":{"values":[{"value":"PromiseToPay","label":"PromiseToPay","_type":"StringField"}],"_type":"ListField"}}`,
	} {
		require.Contains(t, calls, part)
	}
	require.Equal(t, 3, strings.Count(wire(key, "/v1/analytics/records", `{"id":"delivery_tasks","timezone":"UTC"}`), `"primaryTimestampField"`))
	require.NotContains(t, wire(stranger, "/v1/analytics/records", `{"id":"deliveries","timezone":"UTC"}`), "primaryTimestampField")
	named := w.ask(key, "GET", "/v1/analytics/filter/configuration_id", "")
	require.Contains(t, named.body, `{"value":"`+configuration+`","label":"Reminders"}`)
	require.NotContains(t, w.ask(stranger, "GET", "/v1/analytics/filter/configuration_id", "").body, configuration)
}
