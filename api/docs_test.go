package api_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	codeBlock  = regexp.MustCompile("(?s)```(sh|json|csv)\n(.*?)```")
	address    = regexp.MustCompile(`http://127\.0\.0\.1:8080(/[^' \n]*)`)
	jsonBody   = regexp.MustCompile(`(?s)--json '(.*)'`)
	curlMethod = regexp.MustCompile(`curl -s -X ([A-Z]+)`)
	curlHeader = regexp.MustCompile(`-H '([^:']*): ([^']*)'`)
	// curlData is a parameter of the query, in quotes of either kind.
	curlData = regexp.MustCompile(`--data-urlencode (?:'([^']*)'|"((?:[^"\\]|\\.)*)")`)
)

// examples are those of a section of a page in docs.
type examples struct {
	// named are placeholders and, after each, what stands for it.
	named []string
	// before is called with each command, told with what it was answered; both optional.
	before func(command string)
	told   func(command string, got answer)
	// refused tells that a command is to be refused.
	refused func(command string) bool
	// asked and shown count the commands and the answers that the page shows.
	asked, shown int
}

// follow asks every example of a section, which begins with a heading and ends with the next of its kind or with
// the page, and holds each answer to what the page shows of it.
func (w *world) follow(key, page, from, until string, e *examples) {
	w.t.Helper()
	text, err := os.ReadFile("../docs/" + page)
	require.NoError(w.t, err)
	section := "\n" + string(text)
	if from != "" {
		var found bool
		_, section, found = strings.Cut(section, "\n## "+from+"\n")
		require.True(w.t, found, "no section %s", from)
	}
	if until != "" {
		section, _, _ = strings.Cut(section, "\n"+until)
	}
	var last answer
	for _, block := range codeBlock.FindAllStringSubmatch(section, -1) {
		kind, text := block[1], strings.NewReplacer(e.named...).Replace(block[2])
		if kind == "csv" {
			e.shown++
			require.Equal(w.t, text, strings.ReplaceAll(last.body, "\r\n", "\n"))
			continue
		}
		if kind == "json" {
			e.shown++
			var want, got any
			require.NoError(w.t, json.Unmarshal([]byte(text), &want), text)
			require.NoError(w.t, json.Unmarshal([]byte(last.body), &got), last.body)
			requirePart(w.t, "", want, got)
			continue
		}
		e.asked++
		if e.before != nil {
			e.before(text)
			text = strings.NewReplacer(e.named...).Replace(text)
		}
		last = w.curlWith(key, text)
		require.Equal(w.t, e.refused != nil && e.refused(text), last.status >= 300, "%s\n%s", text, last.body)
		if e.told != nil {
			e.told(text, last)
		}
	}
}

// curlWith asks what a command with curl asks, with its method, headers, parameters and body.
func (w *world) curlWith(key, command string) answer {
	w.t.Helper()
	method, body := http.MethodGet, ""
	if found := jsonBody.FindStringSubmatch(command); found != nil {
		method, body = http.MethodPost, found[1]
	}
	if found := curlMethod.FindStringSubmatch(command); found != nil {
		method = found[1]
	}
	var header []string
	for _, found := range curlHeader.FindAllStringSubmatch(command, -1) {
		if found[1] != "Authorization" {
			header = append(header, found[1], found[2])
		}
	}
	found := address.FindStringSubmatch(command)
	require.NotNil(w.t, found, command)
	path, separator := found[1], "?"
	for _, data := range curlData.FindAllStringSubmatch(command, -1) {
		name, value, _ := strings.Cut(data[1]+strings.ReplaceAll(data[2], `\$`, "$"), "=")
		path += separator + url.QueryEscape(name) + "=" + url.QueryEscape(value)
		separator = "&"
	}
	return w.ask(key, method, path, body, header...)
}

// requirePart holds got to everything that want says; lists have the same length.
func requirePart(t testing.TB, at string, want, got any) {
	t.Helper()
	switch want := want.(type) {
	case map[string]any:
		object, ok := got.(map[string]any)
		require.True(t, ok, at)
		for name, value := range want {
			require.Contains(t, object, name, at)
			requirePart(t, at+"."+name, value, object[name])
		}
	case []any:
		list, ok := got.([]any)
		require.True(t, ok, at)
		require.Len(t, list, len(want), at)
		for i, value := range want {
			requirePart(t, at+"[]", value, list[i])
		}
	case float64:
		require.InDelta(t, want, got, 1e-9, at)
	default:
		require.Equal(t, want, got, at)
	}
}
