package api_test

import (
	"encoding/json"
	"os"
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
	page, err := os.ReadFile("../docs/deliveries.md")
	require.NoError(t, err)
	_, section, found := strings.Cut(string(page), "\n## Asking for calls\n")
	require.True(t, found)
	named := []string{"$CONFIGURATION", w.agentless(key, 2), "$NOW", delivery.At(time.Now()).String()}
	var last answer
	var asked, told int
	for _, block := range codeBlock.FindAllStringSubmatch(section, -1) {
		kind, text := block[1], strings.NewReplacer(named...).Replace(block[2])
		if kind == "json" {
			told++
			var want, got any
			require.NoError(t, json.Unmarshal([]byte(text), &want), text)
			require.NoError(t, json.Unmarshal([]byte(last.body), &got), last.body)
			requirePart(t, "", want, got)
			continue
		}
		asked++
		if strings.Contains(text, "/dialer/claims") {
			w.showTask("acme", named[5])
			w.pace()
		}
		last = w.curlWith(key, text)
		require.Less(t, last.status, 300, "%s\n%s", text, last.body)
		switch {
		case asked == 1:
			made := shown[api.CreatedTask](t, last)
			named = append(named, "$TASK", made.DeliveryTaskID, "$DELIVERY", made.DeliveryID)
		case strings.Contains(text, "/dialer/claims"):
			fence, err := json.Marshal(shown[api.DialOrders](t, last).Orders[0].Fence)
			require.NoError(t, err)
			named = append(named, "$FENCE", string(fence))
		}
	}
	require.Equal(t, []int{8, 8}, []int{asked, told})
}
