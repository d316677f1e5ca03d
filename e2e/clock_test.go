package e2e

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// Rules over time are tested at an hour and on a day of the test's choosing. Temporal's timers run at the
// world's pace, so it is enough that everybody who reads a clock reads the same earlier one: the processes,
// by a flag that only a build with a tag knows, and Postgres, whose own functions are put before the
// server's. Workflows hold their timers against the log's clock and wait as long as that is behind.

// stackAt is a stack whose clock shows an instant now; it must be past.
func stackAt(t *testing.T, at time.Time) (*stack, error) {
	t.Helper()
	engaged := filepath.Join(t.TempDir(), "engaged")
	output, err := exec.CommandContext(t.Context(), "go", "build", "-tags", "clockoffset", "-o", engaged, "engaged/cmd/engaged").CombinedOutput()
	require.NoError(t, err, string(output))
	s := &stack{processes: map[string]*process{}, engaged: engaged, offset: time.Until(at).Round(time.Second)}
	return s, s.startServers(t.Context(), "")
}

// now is the stack's clock.
func (s *stack) now() time.Time { return time.Now().Add(s.offset) }

// clock sets the clock of a process of the stack.
func (s *stack) clock() []string {
	if s.offset == 0 {
		return nil
	}
	return []string{"ENGAGED_CLOCK_OFFSET=" + s.offset.String()}
}

// setPostgresBack moves the clock of the stack's database: functions of the first schema of the search
// path hide those of pg_catalog, which comes before all others only where it is not named.
func (s *stack) setPostgresBack(ctx context.Context) error {
	if s.offset == 0 {
		return nil
	}
	connection, err := pgx.Connect(ctx, s.database)
	if err != nil {
		return fmt.Errorf("set the clock of Postgres: %w", err)
	}
	defer connection.Close(ctx) // nothing is in flight
	for function, kind := range map[string]string{
		"clock_timestamp": "VOLATILE", "now": "STABLE", "statement_timestamp": "STABLE", "transaction_timestamp": "STABLE",
	} {
		_, err = connection.Exec(ctx, fmt.Sprintf(`CREATE FUNCTION public.%[1]s() RETURNS timestamptz LANGUAGE sql %[3]s
			AS $$ SELECT pg_catalog.%[1]s() + interval '%[2]d milliseconds' $$`, function, s.offset.Milliseconds(), kind))
		if err != nil {
			return fmt.Errorf("set the clock of Postgres: %w", err)
		}
	}
	if _, err := connection.Exec(ctx, `ALTER DATABASE engaged SET search_path = public, pg_catalog`); err != nil {
		return fmt.Errorf("set the clock of Postgres: %w", err)
	}
	return nil
}

// TestShippedClockIsTheWorlds has the shipped binary refuse to be told the time.
func TestShippedClockIsTheWorlds(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--help"}, {"serve", "--help"}, {"worker", "--help"}} {
		output, code := command(t, nil, args...)
		require.Zero(t, code, output)
		require.NotContains(t, output, "clock-offset")
		require.NotContains(t, output, "CLOCK_OFFSET")
	}
	for _, args := range [][]string{{"serve", "--clock-offset=-1h"}, {"--clock-offset=-1h", "worker"}} {
		output, code := command(t, nil, args...)
		require.Equal(t, 2, code, output)
		require.Contains(t, output, "unknown flag --clock-offset")
	}
}
