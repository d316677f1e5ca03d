package e2e

import (
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDemo runs what make demo runs, with a short day and small campaigns.
func TestDemo(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	o := newOrganization(t, s, "demo", nil, nil)
	output, err := exec.CommandContext(t.Context(), "go", "run", "engaged/devstack/cmd/demo", "-url", s.url(), "-key", o.key,
		"-organization", o.id, "-database-url", s.database, "-conversations", "60", "-deliveries", "80", "-patience", patience.String()).CombinedOutput()
	require.NoError(t, err, string(output))
	require.Contains(t, string(output), "equal the fold over the events, field by field.")
	require.Contains(t, string(output), "are what the dialer told, and follow from each other by the rules.")
	require.Contains(t, string(output), "outside_windows")
	require.NotContains(t, string(output), "DIFFERENT")
}
