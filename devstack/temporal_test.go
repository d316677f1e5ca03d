package devstack_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"engaged/devstack"
)

// echo returns what it was given.
func echo(_ workflow.Context, word string) (string, error) { return word, nil }

// runEcho carries one workflow out and returns its run id.
func runEcho(t *testing.T, temporal client.Client, queue string) string {
	t.Helper()
	tasks := worker.New(temporal, queue, worker.Options{})
	tasks.RegisterWorkflow(echo)
	require.NoError(t, tasks.Start())
	defer tasks.Stop()
	run, err := temporal.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: queue, TaskQueue: queue}, echo, "hello")
	require.NoError(t, err)
	var word string
	require.NoError(t, run.Get(t.Context(), &word))
	require.Equal(t, "hello", word)
	return run.GetRunID()
}

// dial connects to a server.
func dial(t *testing.T, address string) client.Client {
	t.Helper()
	temporal, err := client.Dial(client.Options{HostPort: address})
	require.NoError(t, err)
	t.Cleanup(temporal.Close)
	return temporal
}

func TestTemporalCarriesOutAWorkflow(t *testing.T) {
	t.Parallel()
	runEcho(t, devstack.TemporalClient(t), t.Name())
}

func TestTemporalOnPostgresRemembersOverAKill(t *testing.T) {
	t.Parallel()
	postgres := startPostgres(t, devstack.Config{})
	server, err := devstack.StartTemporal(t.Context(), devstack.TemporalConfig{DatabaseURL: postgres.URL("postgres")})
	require.NoError(t, err)
	t.Cleanup(server.Stop)
	before := server.Address()
	runID := runEcho(t, dial(t, before), t.Name())

	server.Kill()
	require.NoError(t, server.Restart(t.Context()))

	require.Equal(t, before, server.Address(), "clients keep their address")
	found, err := dial(t, before).DescribeWorkflowExecution(t.Context(), t.Name(), runID)
	require.NoError(t, err)
	require.Equal(t, runID, found.GetWorkflowExecutionInfo().GetExecution().GetRunId())
}
