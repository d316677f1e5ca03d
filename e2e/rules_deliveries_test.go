package e2e

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/api"
	"engaged/delivery"
)

// TestRulesReachWhatWaits has an entry of a do-not-contact list and a withdrawn consent cancel tasks that wait for
// their windows, and one that comes later, with nobody dialing.
func TestRulesReachWhatWaits(t *testing.T) {
	t.Parallel()
	o := newOrganization(t, sharedStack(t), "ruled", nil, nil)
	ctx := t.Context()
	configuration := answered[struct{ ID string }](ctx, t, o, http.MethodPost, "/v1/delivery-configurations",
		`{"name":"Reminders","queue_id":"q1","mode":"Copilot","pacing":{"max_concurrent_calls":5},"settle_ms":200}`)
	opens := time.Now().UTC().Add(time.Hour)
	create := func(contact, number string) string {
		t.Helper()
		return answered[api.CreatedTask](ctx, t, o, http.MethodPost, "/v1/delivery-tasks", fmt.Sprintf(
			`{"configuration_id":%q,"contacts":[{"id":%q,"phones":[{"type":"mobile","number":%q}]}],"windows":[{"start":%q,"end":%q}]}`,
			configuration.ID, contact, number, opens.Format(time.RFC3339), opens.Add(time.Hour).Format(time.RFC3339))).DeliveryTaskID
	}
	const listedNumber = "+12125550111"
	listed, optedOut, untouched := create("C1", listedNumber), create("C2", "+12125550112"), create("C3", "+12125550113")
	answered[any](ctx, t, o, http.MethodPost, "/v1/do-not-contact", fmt.Sprintf(`{"list":"internal","numbers":[%q]}`, listedNumber))
	answered[any](ctx, t, o, http.MethodPost, "/v1/delivery-consents", `{"records":[{"contact_id":"C2","opted_out":true}]}`)
	later := create("C9", listedNumber)
	for task, reason := range map[string]string{listed: delivery.ReasonDoNotContact, optedOut: delivery.ReasonOptedOut, later: delivery.ReasonDoNotContact} {
		eventually(t, patience, func(context.Context) string {
			got := answered[api.DeliveryTaskPage](ctx, t, o, http.MethodGet, "/v1/delivery-tasks", "")
			for _, row := range got.Data {
				if row.ID == task && row.Status == delivery.Cancelled && row.Reason == reason {
					return ""
				}
			}
			return fmt.Sprintf("%s: %+v", reason, got.Data)
		})
	}
	for _, row := range answered[api.DeliveryTaskPage](ctx, t, o, http.MethodGet, "/v1/delivery-tasks", "").Data {
		if row.ID == untouched {
			require.Equal(t, delivery.Pending, row.Status)
		}
	}
}
