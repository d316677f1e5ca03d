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
	x := examples{world: w, key: w.key("acme", api.DeliveriesWrite)}
	x.after = func(_ string, got answer) {
		if x.names == nil {
			x.names = []string{"$ID", idOf(t, got)}
		}
	}
	asked, told := x.run(docsPage(t, "deliveries.md", "Configuring"))
	require.Equal(t, []int{12, 12}, []int{asked, told})
}
