package devstack_test

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"engaged/devstack"
)

// connect opens a session that ends with the test.
func connect(t *testing.T, databaseURL string) *pgx.Conn {
	t.Helper()
	connection, err := pgx.Connect(t.Context(), databaseURL)
	require.NoError(t, err)
	t.Cleanup(func() { _ = connection.Close(t.Context()) })
	return connection
}

// count returns the number of organizations, a table that the first migration makes.
func count(t *testing.T, connection *pgx.Conn) int {
	t.Helper()
	var organizations int
	require.NoError(t, connection.QueryRow(t.Context(), "SELECT count(*) FROM organizations").Scan(&organizations))
	return organizations
}

func TestDatabaseIsFreshAndMigratedForEachTest(t *testing.T) {
	t.Parallel()
	first, second := connect(t, devstack.Database(t)), connect(t, devstack.Database(t))

	_, err := first.Exec(t.Context(), "INSERT INTO organizations (id) VALUES ('acme')")
	require.NoError(t, err)

	require.Equal(t, 1, count(t, first))
	require.Zero(t, count(t, second), "a test must not see another's rows")
}

func BenchmarkDatabase(b *testing.B) {
	devstack.Database(b)
	for b.Loop() {
		devstack.Database(b)
	}
}
