package usage_test

import (
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/bench/internal/usage"
)

func TestTakeCountsDescendantsEvenAfterTheirEnd(t *testing.T) {
	t.Parallel()
	// A child that burns CPU in a grandchild, waits for it and then waits for its input to close.
	cmd := exec.Command("/bin/sh", "-c", `sh -c 'i=0; while [ $i -lt 400000 ]; do i=$((i+1)); done'; echo done; read -r _`)
	input, err := cmd.StdinPipe()
	require.NoError(t, err)
	output, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = input.Close(); _ = cmd.Wait() })
	processes := usage.Processes{usage.Engine: cmd.Process.Pid}
	before, err := processes.Take()
	require.NoError(t, err)
	_, err = output.Read(make([]byte, 5))
	require.NoError(t, err)
	after, err := processes.Take()
	require.NoError(t, err)
	spent := after.Since(before)
	require.Greater(t, spent.CPU[usage.Engine], 0.02)
	require.InDelta(t, spent.CPU[usage.Engine], spent.Server, 1e-9, "the driver is not part of the server")
	require.Positive(t, after.Resident[usage.Engine])
	require.Less(t, spent.CPU[usage.Engine], spent.Seconds*2+2*time.Second.Seconds())
}
