package api_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/api"
)

// Every example of docs/deliveries-dataverse.md is asked, and answers what the page shows.
func TestDataversePage(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key := w.key("acme", api.DeliveriesWrite)
	e := &examples{named: []string{"$CONFIGURATION", w.agentless(key, 2), "${TOMORROW}", time.Now().UTC().AddDate(0, 0, 1).Format(time.DateOnly)}}
	fixed := len(e.named)
	e.told = func(command string, got answer) {
		if strings.Contains(command, "CCaaS_Create") && strings.Contains(got.body, `"DeliveryId"`) && !strings.Contains(command, "Bulk") {
			made := shown[api.DataverseDelivery](t, got)
			e.named = append(e.named[:fixed:fixed], "$DELIVERY", made.DeliveryID, "$TASK", made.DeliveryTaskID)
		}
	}
	e.refused = func(command string) bool { return strings.Contains(command, `"ApiVersion": "2.0"`) }
	w.follow(key, "deliveries-dataverse.md", "", "", e)
	require.Equal(t, []int{8, 7}, []int{e.asked, e.shown})
}
