package devstack_test

import (
	"net"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"engaged/devstack"
)

// startPostgres runs a server that is stopped at the end of the test.
func startPostgres(t *testing.T, config devstack.Config) *devstack.Postgres {
	t.Helper()
	postgres, err := devstack.StartPostgres(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(postgres.Stop)
	return postgres
}

func TestPostgresKeepsCommittedRowsOverKillAndRestart(t *testing.T) {
	t.Parallel()
	postgres := startPostgres(t, devstack.Config{})
	before := postgres.URL("postgres")
	_, err := connect(t, before).Exec(t.Context(), "CREATE TABLE kept AS SELECT 7 AS number")
	require.NoError(t, err)

	postgres.Kill()
	require.NoError(t, postgres.Restart(t.Context()))

	require.Equal(t, before, postgres.URL("postgres"), "clients keep their connection string")
	var number int
	require.NoError(t, connect(t, before).QueryRow(t.Context(), "SELECT number FROM kept").Scan(&number))
	require.Equal(t, 7, number)
}

func TestPostgresKeepsADirectoryAndAsksForItsPassword(t *testing.T) {
	t.Parallel()
	config := devstack.Config{Dir: filepath.Join(reachableDir(t), "postgres"), Durable: true, Password: "s3cret"}
	first := startPostgres(t, config)
	require.NoError(t, first.CreateDatabase(t.Context(), "engaged"))
	require.NoError(t, first.CreateDatabase(t.Context(), "engaged"), "making it twice is no error")
	config.Port = first.Port()
	first.Stop()

	second := startPostgres(t, config)

	require.Equal(t, config.Port, second.Port())
	connect(t, second.URL("engaged"))
	connection, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(second.Port()))
	require.NoError(t, err)
	require.NoError(t, connection.Close())
}

func TestPostgresTakesAnotherPortWhenItsOwnIsTaken(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	taken := listener.Addr().(*net.TCPAddr).Port

	postgres := startPostgres(t, devstack.Config{Port: taken})

	require.NotEqual(t, taken, postgres.Port())
	connect(t, postgres.URL("postgres"))
}
