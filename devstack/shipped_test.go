package devstack_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The Temporal server is as large as all else together, and development tools have no business in production.
func TestShippedBinaryLinksNothingOfDevelopment(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "./cmd/engaged")
	cmd.Dir = ".."
	output, err := cmd.Output()
	require.NoError(t, err)
	packages := strings.Fields(string(output))
	require.Contains(t, packages, "engaged/workflows", "the list is that of the shipped binary")
	for _, name := range packages {
		for _, forbidden := range []string{
			"go.temporal.io/server", "github.com/temporalio/ui-server", "engaged/devstack",
		} {
			require.False(t, name == forbidden || strings.HasPrefix(name, forbidden+"/"), "cmd/engaged links %s", name)
		}
	}
}
