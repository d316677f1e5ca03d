package api_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"engaged/api"
)

// Every example of the section on configuring of docs/deliveries.md is asked, and answers what the page
// shows.
func TestConfiguringPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var e examples
	e.told = func(_ string, got answer) {
		if e.named == nil {
			e.named = []string{"$ID", idOf(t, got)}
		}
	}
	w.follow(w.key("acme", api.DeliveriesWrite), "deliveries.md", "Configuring", "## ", &e)
	require.Equal(t, []int{12, 12}, []int{e.asked, e.shown})
}
