package delivery

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the results in testdata/fold")

// golden is one file of testdata/fold. Everything but Result and Next is written by hand.
type golden struct {
	Description string  `json:"description"`
	Plan        Plan    `json:"plan"`
	Entries     []Entry `json:"entries"`
	Reached     Instant `json:"reached,omitzero"`
	Result      *Folded `json:"result,omitempty"`
	Next        *Step   `json:"next,omitempty"`
}

func TestFoldGoldens(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob(filepath.Join("testdata", "fold", "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".json"), func(t *testing.T) {
			t.Parallel()
			raw, err := os.ReadFile(path)
			require.NoError(t, err)
			var g golden
			require.NoError(t, json.Unmarshal(raw, &g))
			require.Empty(t, g.Plan.Task.Validate())
			require.NoError(t, g.Plan.Rules.Check())
			for i := range g.Entries {
				e := &g.Entries[i]
				e.Number, e.ReceivedAt = int64(i+1), e.Time
			}
			result := Fold(&g.Plan, State{}, g.Entries, g.Reached)
			next := result.Next()
			if *update {
				g.Result, g.Next = &result, &next
				rewritten, err := json.MarshalIndent(g, "", "  ")
				require.NoError(t, err)
				require.NoError(t, os.WriteFile(path, append(rewritten, '\n'), 0o644))
				return
			}
			require.NotNil(t, g.Result, "run the test with -update")
			want, err := json.Marshal(g.Result)
			require.NoError(t, err)
			have, err := json.Marshal(result)
			require.NoError(t, err)
			require.JSONEq(t, string(want), string(have))
			require.Equal(t, *g.Next, next)
		})
	}
}
