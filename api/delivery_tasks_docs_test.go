package api_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/api"
	"engaged/delivery"
)

// Every example of the sections on asking and dialing of docs/deliveries.md is asked, and answers what the
// page shows.
func TestDialingPage(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	x := examples{world: w, key: w.key("acme", api.DeliveriesWrite)}
	x.names = []string{"$CONFIGURATION", w.agentless(x.key, 2), "$NOW", delivery.At(time.Now()).String()}
	x.before = func(command string) {
		if strings.Contains(command, "/dialer/claims") {
			w.showTask("acme", x.names[5])
			w.pace()
		}
	}
	x.after = func(command string, got answer) {
		switch {
		case len(x.names) == 4:
			made := shown[api.CreatedTask](t, got)
			x.names = append(x.names, "$TASK", made.DeliveryTaskID, "$DELIVERY", made.DeliveryID)
		case strings.Contains(command, "/dialer/claims"):
			fence, err := json.Marshal(shown[api.DialOrders](t, got).Orders[0].Fence)
			require.NoError(t, err)
			x.names = append(x.names, "$FENCE", string(fence))
		}
	}
	asked, told := x.run(docsPage(t, "deliveries.md", "Asking for calls") + docsPage(t, "deliveries.md", "Dialing"))
	require.Equal(t, []int{8, 8}, []int{asked, told})
}
