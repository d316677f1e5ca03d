package devstack_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// reachableDir is a temporary directory that another user may walk into: t.TempDir is closed to Postgres, which
// does not run as root.
func reachableDir(t *testing.T) string {
	t.Helper()
	directory, err := os.MkdirTemp("", "engaged-test-") //nolint:usetesting // t.TempDir is closed to others
	require.NoError(t, err)
	require.NoError(t, os.Chmod(directory, 0o755))
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(directory)) })
	return directory
}
