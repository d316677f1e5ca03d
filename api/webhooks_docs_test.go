package api_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/api"
)

// Every request of docs/webhooks.md is made, and answers what the page shows.
func TestWebhooksPage(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key := w.key("acme", api.DeliveriesWrite)
	page, err := os.ReadFile("../docs/webhooks.md")
	require.NoError(t, err)
	var named []string
	var last answer
	var asked, told int
	for _, block := range codeBlock.FindAllStringSubmatch(string(page), -1) {
		kind, text := block[1], strings.NewReplacer(named...).Replace(block[2])
		switch kind {
		case "json":
			told++
			var want, got any
			require.NoError(t, json.Unmarshal([]byte(text), &want), text)
			require.NoError(t, json.Unmarshal([]byte(last.body), &got), last.body)
			requirePart(t, "", want, got)
		case "sh":
			asked++
			last = w.curlWith(key, text)
			require.Less(t, last.status, 300, "%s\n%s", text, last.body)
			switch asked {
			case 1:
				named = append(named, "$ENDPOINT", idOf(t, last))
			case 2:
				named = append(named, "$MESSAGE", idOf(t, last))
			}
		}
	}
	require.Equal(t, []int{7, 7}, []int{asked, told})
}
