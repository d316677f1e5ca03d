package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/api"
	"engaged/delivery"
)

// outcomes are the calls that a dialer makes by hand: what it tells of each number at an instant, of a delivery.
var outcomes = map[string]string{
	"+12125550101": `[{"id":"1-%[2]s","type":"call.connected","time":%[1]q},{"id":"2-%[2]s","type":"amd.result","time":%[1]q,"data":{"answered_by":"human"}},
		{"id":"3-%[2]s","type":"call.ended","time":%[1]q},{"id":"4-%[2]s","type":"disposition.set","time":%[1]q,"data":{"codes":["PromiseToPay"]}}]`,
	"+12125550102": `[{"id":"1-%[2]s","type":"call.failed","time":%[1]q,"data":{"sip_code":486}}]`,
	"+12125550103": `[{"id":"1-%[2]s","type":"call.failed","time":%[1]q,"data":{"sip_code":603}}]`,
}

// answered makes a request that must succeed, and reads its answer.
func answered[T any](ctx context.Context, t *testing.T, o *organization, method, path, body string) (answer T) {
	t.Helper()
	var members any
	if body != "" {
		members = json.RawMessage(body)
	}
	status, text := o.do(ctx, t, method, path, members)
	require.Less(t, status, 300, string(text))
	require.NotZero(t, status, string(text))
	require.NoError(t, json.Unmarshal(text, &answer), string(text))
	return answer
}

// TestDeliveriesShowInReports has the real workflows make calls, one of them again after a busy line, and
// holds the reports to what was told by hand: four calls of three tasks.
func TestDeliveriesShowInReports(t *testing.T) {
	t.Parallel()
	o := newOrganization(t, sharedStack(t), "dialed", nil, nil)
	ctx := t.Context()
	configuration := answered[struct{ ID string }](ctx, t, o, http.MethodPost, "/v1/delivery-configurations", `{"name":"Reminders","queue_id":"q1","mode":"Copilot",
		"pacing":{"max_concurrent_calls":5},"retry":{"retries":1,"delay_ms":1000,"on":["busy"]},"settle_ms":200}`)
	for number := range outcomes {
		answered[api.CreatedTask](ctx, t, o, http.MethodPost, "/v1/delivery-tasks",
			fmt.Sprintf(`{"configuration_id":%q,"contacts":[{"id":%q,"country":"US","phones":[{"type":"mobile","number":%[2]q}]}]}`, configuration.ID, number))
	}
	eventually(t, patience, func(context.Context) string {
		for _, order := range answered[api.DialOrders](ctx, t, o, http.MethodPost, "/v1/dialer/claims", `{"dialer":"by hand","max":5,"wait_ms":200}`).Orders {
			path := "/v1/deliveries/" + order.DeliveryID
			answered[api.StartedDelivery](ctx, t, o, http.MethodPost, path+"/start", fmt.Sprintf(`{"fence":%d}`, order.Fence))
			told := answered[api.DeliveryEvents](ctx, t, o, http.MethodPost, path+"/events", fmt.Sprintf(outcomes[order.ToAddress], delivery.At(time.Now()).String(), order.DeliveryID))
			require.Zero(t, len(told.Rejected)+told.Duplicate)
		}
		waiting := ""
		for _, task := range answered[api.DeliveryTaskPage](ctx, t, o, http.MethodGet, "/v1/delivery-tasks", "").Data {
			if !task.Status.Final() {
				waiting += fmt.Sprintf("%+v\n", task.TaskView)
			}
		}
		return waiting
	})

	o.requireRate(t, "connect_rate", "configuration_id", map[string][2]float64{configuration.ID: {1, 4}})
	o.requireRate(t, "success_rate", "queue_id", map[string][2]float64{"q1": {1, 4}})
	o.requireRate(t, "delivery_completion_rate", "dial_mode", map[string][2]float64{"Copilot": {4, 4}})
	o.requireRate(t, "within_window_rate", "result", map[string][2]float64{"LiveAnswer": {1, 1}, "Busy": {2, 2}, "NoAnswer": {1, 1}})
	o.requireRate(t, "bot_failed_rate", "attempt_number", map[string][2]float64{"1": {0, 3}, "2": {0, 1}})
	o.requireRate(t, "disposition_rate", "disposition_code", map[string][2]float64{"PromiseToPay": {1, 4}, "": {3, 4}})
	o.requireRate(t, "tasks_reached_rate", "status", map[string][2]float64{"Complete": {1, 3}})
	calls := o.report(t, "attempts_per_task", "configuration_id", []string{"Average", "Max"})
	require.Len(t, calls.Rows, 1)
	require.InDelta(t, 4.0/3, *calls.Rows[0].Values["Average"].Value, 1e-9)
	require.InDelta(t, 2, *calls.Rows[0].Values["Max"].Value, 0)
	require.Empty(t, o.report(t, "outstanding_deliveries", "status", []string{"Count"}).Rows)
}

// requireRate holds numerator and denominator of each group.
func (o *organization) requireRate(t *testing.T, metric, attribute string, want map[string][2]float64) {
	t.Helper()
	answer := o.report(t, metric, attribute, []string{"Numerator", "Denominator"})
	got := map[string][2]float64{}
	for _, row := range answer.Rows {
		group := ""
		if value := row.Group[attribute].Value; value != nil {
			group = *value
		}
		got[group] = [2]float64{*row.Values["Numerator"].Value, *row.Values["Denominator"].Value}
	}
	require.Equal(t, want, got, "%s by %s", metric, answer.Plan.Source)
}
