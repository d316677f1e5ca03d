package api_test

import (
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"engaged/api"
)

var (
	curlMethod = regexp.MustCompile(`curl -s -X ([A-Z]+)`)
	ifMatches  = regexp.MustCompile(`-H 'If-Match: ([^']*)'`)
)

// Every example of the section on configuring of docs/deliveries.md is asked, and answers what the page
// shows.
func TestConfiguringPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.key("acme", api.DeliveriesWrite)
	page, err := os.ReadFile("../docs/deliveries.md")
	require.NoError(t, err)
	_, section, found := strings.Cut(string(page), "\n## Configuring\n")
	require.True(t, found)
	section, _, _ = strings.Cut(section, "\n## ")
	var last answer
	var id string
	var asked, told int
	for _, block := range codeBlock.FindAllStringSubmatch(section, -1) {
		kind, text := block[1], block[2]
		if kind == "json" {
			told++
			var want, got any
			require.NoError(t, json.Unmarshal([]byte(text), &want), text)
			require.NoError(t, json.Unmarshal([]byte(last.body), &got), last.body)
			requirePart(t, "", want, got)
			continue
		}
		asked++
		last = w.curlWith(key, strings.ReplaceAll(text, "$ID", id))
		require.Less(t, last.status, 300, "%s\n%s", text, last.body)
		if id == "" {
			id = idOf(t, last)
		}
	}
	require.Equal(t, 12, asked)
	require.Equal(t, 12, told)
}

// curlWith asks what a command with curl asks, with its method and If-Match.
func (w *world) curlWith(key, command string) answer {
	w.t.Helper()
	method, body, header := http.MethodGet, "", []string(nil)
	if found := jsonBody.FindStringSubmatch(command); found != nil {
		method, body = http.MethodPost, found[1]
	}
	if found := curlMethod.FindStringSubmatch(command); found != nil {
		method = found[1]
	}
	if found := ifMatches.FindStringSubmatch(command); found != nil {
		header = []string{"If-Match", found[1]}
	}
	path := address.FindStringSubmatch(command)
	require.NotNil(w.t, path, command)
	return w.ask(key, method, path[1], body, header...)
}
