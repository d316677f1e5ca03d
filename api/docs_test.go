package api_test

import (
	"encoding/json"
	"os"
	"strings"

	"github.com/stretchr/testify/require"
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
