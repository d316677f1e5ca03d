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
	key := w.key("acme", api.DeliveriesWrite)
	e := examples{named: []string{"$CONFIGURATION", w.agentless(key, 2), "$NOW", delivery.At(time.Now()).String()}}
	e.before = func(command string) {
		if strings.Contains(command, "/dialer/claims") {
			w.showTask("acme", e.named[5])
			w.pace()
		}
	}
	e.told = func(command string, got answer) {
		switch {
		case len(e.named) == 4:
			made := shown[api.CreatedTask](t, got)
			e.named = append(e.named, "$TASK", made.DeliveryTaskID, "$DELIVERY", made.DeliveryID)
		case strings.Contains(command, "/dialer/claims"):
			fence, err := json.Marshal(shown[api.DialOrders](t, got).Orders[0].Fence)
			require.NoError(t, err)
			e.named = append(e.named, "$FENCE", string(fence))
		}
	}
	w.follow(key, "deliveries.md", "Asking for calls", "", &e)
	require.Equal(t, []int{8, 8}, []int{e.asked, e.shown})
}
