package engagement

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the results in testdata/fold")

// golden is one file of testdata/fold. Everything but Result and Next is written by hand; Expect
// says in short lines what the description means, and is never rewritten.
type golden struct {
	Description string            `json:"description"`
	Settings    []Settings        `json:"settings,omitempty"`
	Carry       *State            `json:"carry,omitempty"`
	Entries     []json.RawMessage `json:"entries"`
	Reached     *Instant          `json:"reached,omitempty"`
	Expect      []string          `json:"expect"`
	Result      *Result           `json:"result,omitempty"`
	Next        *Step             `json:"next,omitempty"`
}

func TestFoldGoldens(t *testing.T) {
	t.Parallel()
	for _, name := range goldenNames(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := readGolden(t, name)
			result := g.fold(t)
			next := result.Next()
			requireExpected(t, g, result)
			if *update {
				g.Result, g.Next = &result, &next
				// In one step: other tests are reading the file.
				require.NoError(t, os.WriteFile(goldenPath(name)+".new", g.marshal(t), 0o644))
				require.NoError(t, os.Rename(goldenPath(name)+".new", goldenPath(name)))
				return
			}
			require.NotNil(t, g.Result, "run the test with -update")
			require.JSONEq(t, toJSON(t, g.Result), toJSON(t, result))
			require.Equal(t, *g.Next, next)
		})
	}
}

// TestGoldensRoundTripTheirState folds each golden with its carry sent through JSON after every
// instant, as runs do that continue each other.
func TestGoldensRoundTripTheirState(t *testing.T) {
	t.Parallel()
	for _, name := range goldenNames(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := readGolden(t, name)
			entries, whole := g.entries(t), g.fold(t)
			var parts []Result
			carry := g.carry()
			for _, cut := range instants(entries) {
				_, rest := UpTo(entries, carry.Clock)
				if len(parts) == 0 {
					rest = entries
				}
				through, _ := UpTo(rest, cut)
				part := Fold(g.Settings, carry, through, cut)
				parts = append(parts, part)
				carry = roundTrip(t, part.State)
				require.Equal(t, part.State, carry)
			}
			parts = append(parts, Fold(g.Settings, carry, nil, g.reached()))
			requireSameRows(t, whole, parts)
		})
	}
}

func goldenNames(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob(goldenPath("*"))
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	names := make([]string, len(paths))
	for i, p := range paths {
		names[i] = strings.TrimSuffix(filepath.Base(p), ".json")
	}
	return names
}

func goldenPath(name string) string { return filepath.Join("testdata", "fold", name+".json") }

func readGolden(t testing.TB, name string) golden {
	t.Helper()
	raw, err := os.ReadFile(goldenPath(name))
	require.NoError(t, err)
	var g golden
	require.NoError(t, json.Unmarshal(raw, &g))
	require.NotEmpty(t, g.Description)
	return g
}

func (g golden) carry() State {
	if g.Carry == nil {
		return State{}
	}
	return *g.Carry
}

func (g golden) reached() Instant {
	if g.Reached == nil {
		return 0
	}
	return *g.Reached
}

func (g golden) fold(t *testing.T) Result {
	t.Helper()
	return Fold(g.Settings, g.carry(), g.entries(t), g.reached())
}

// entries reads the events as intake would and numbers them from 1. What a file leaves out has a
// default: id e1, e2, ..., conversation c1, received at its own time.
func (g golden) entries(t *testing.T) []Entry {
	t.Helper()
	entries := make([]Entry, len(g.Entries))
	for i, raw := range g.Entries {
		event, _, errs := DecodeEvent(raw)
		require.Empty(t, errs, "%s", raw)
		stamped := struct {
			ReceivedAt   *Instant `json:"received_at"`
			AgentType    string   `json:"agent_type"`
			AgentGroupID string   `json:"agent_group_id"`
		}{}
		require.NoError(t, json.Unmarshal(raw, &stamped))
		event.ID = orElse(event.ID, fmt.Sprintf("e%d", i+1))
		event.ConversationID = orElse(event.ConversationID, "c1")
		if event.Type != OfferAcceptRequested {
			require.Empty(t, event.Validate(), "%s", raw)
		}
		entries[i] = Entry{
			Number: int64(i + 1), ReceivedAt: event.Time, Event: event,
			AgentType: stamped.AgentType, AgentGroupID: stamped.AgentGroupID,
		}
		if stamped.ReceivedAt != nil {
			entries[i].ReceivedAt = *stamped.ReceivedAt
		}
	}
	return entries
}

// marshal writes the file with one line an entry and expectation, so that a person can read it.
func (g golden) marshal(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	field := func(name string, v any) { fmt.Fprintf(&b, "  %q: %s,\n", name, toJSON(t, v)) }
	b.WriteString("{\n")
	field("description", g.Description)
	if g.Settings != nil {
		field("settings", g.Settings)
	}
	if g.Carry != nil {
		field("carry", g.Carry)
	}
	lines(&b, "entries", len(g.Entries), func(i int) string {
		var compact bytes.Buffer
		require.NoError(t, json.Compact(&compact, g.Entries[i]))
		return compact.String()
	})
	if g.Reached != nil {
		field("reached", g.Reached)
	}
	lines(&b, "expect", len(g.Expect), func(i int) string { return toJSON(t, g.Expect[i]) })
	result, err := json.MarshalIndent(g.Result, "  ", "  ")
	require.NoError(t, err)
	fmt.Fprintf(&b, "  \"result\": %s,\n", unescape(result))
	fmt.Fprintf(&b, "  \"next\": %s\n}\n", toJSON(t, g.Next))
	return b.Bytes()
}

func lines(b *bytes.Buffer, name string, n int, line func(int) string) {
	fmt.Fprintf(b, "  %q: [", name)
	for i := range n {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(b, "\n    %s", line(i))
	}
	b.WriteString("\n  ],\n")
}

func toJSON(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	return unescape(raw)
}

// unescape undoes what json does for the sake of HTML.
func unescape(raw []byte) string {
	return strings.NewReplacer(`\u003e`, ">", `\u003c`, "<", `\u0026`, "&").Replace(string(raw))
}

func roundTrip(t require.TestingT, s State) State {
	raw, err := json.Marshal(s)
	require.NoError(t, err)
	var back State
	require.NoError(t, json.Unmarshal(raw, &back))
	return back
}
