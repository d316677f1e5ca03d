package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestHelp holds the help texts as a person reads them.
func TestHelp(t *testing.T) {
	t.Parallel()
	for _, command := range []string{
		"", "serve", "api", "worker", "migrate", "migrate up", "migrate down", "migrate status",
		"keys", "keys create", "keys list", "keys revoke", "import", "reconcile",
		"dead-letters", "dead-letters list", "dead-letters redrive",
	} {
		t.Run(strings.ReplaceAll(command, " ", "-"), func(t *testing.T) {
			t.Parallel()
			var out, problems bytes.Buffer
			code := run(t.Context(), append(strings.Fields(command), "--help"), environment{stdout: &out, stderr: &problems})
			require.Zero(t, code, problems.String())
			require.Empty(t, problems.String())
			golden(t, "help"+strings.ReplaceAll("-"+command, " ", "-")+".txt", out.String())
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", strings.Replace(name, "-.", ".", 1))
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got, "run make golden")
}

func TestRunRefusesNonsense(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		args []string
		want string
	}{
		"NoCommand":      {nil, "expected one of"},
		"Typo":           {[]string{"sevre"}, `did you mean "serve"?`},
		"UnknownFlag":    {[]string{"serve", "--nope"}, "unknown flag --nope"},
		"ClockOffset":    {[]string{"serve", "--clock-offset=-1h"}, "unknown flag --clock-offset"},
		"EverythingOnce": {[]string{"serve", "--database-url=postgres://x@y/z", "--listen=nowhere", "--log-level=loud"}, "2 settings are wrong"},
		"MissingKey":     {[]string{"import", "x.ndjson"}, "--key (ENGAGED_KEY): required"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out, problems bytes.Buffer
			require.Equal(t, misused, run(t.Context(), test.args, environment{stdout: &out, stderr: &problems}))
			require.Contains(t, problems.String(), test.want)
			require.Contains(t, problems.String(), "engaged --help")
		})
	}
}
