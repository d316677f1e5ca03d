package stack

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"engaged/bench/internal/progress"
	"engaged/bench/internal/usage"
	"engaged/devstack"
)

// database is the engine's, and holds the naive peer's table too.
const database = "engaged"

// A Stack is what both engines run on.
type Stack struct {
	// Postgres holds the databases of Temporal and of both engines; commits are durable.
	Postgres *devstack.Postgres
	// Temporal is the server.
	Temporal *devstack.Temporal

	dir        string
	remove     bool
	statements bool
	engine     string
	children   []*child
}

// Start builds the engine and starts Postgres and Temporal. Data and logs are kept in the directory; "" is a
// temporary one. Postgres keeps statistics of statements where they are asked for.
func Start(ctx context.Context, dir string, statements bool) (*Stack, error) {
	s := &Stack{dir: dir, remove: dir == "", statements: statements}
	if err := s.start(ctx); err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

func (s *Stack) start(ctx context.Context) error {
	bar := progress.Start("building the engine, starting Postgres and Temporal", "steps", 4)
	defer bar.Done()
	var err error
	if s.remove {
		s.dir, err = os.MkdirTemp("", "engaged-bench-")
	} else {
		err = os.Mkdir(s.dir, 0o755) //nolint:gosec // user postgres must be able to pass
	}
	if err != nil {
		return fmt.Errorf("making the directory of the run: %w", err)
	}
	if err := s.BuildEngine(ctx); err != nil {
		return err
	}
	bar.Add(1)
	if s.Postgres, err = devstack.StartPostgres(ctx, s.postgresConfig()); err != nil {
		return err
	}
	bar.Add(1)
	if s.statements {
		if err := s.keepStatements(ctx); err != nil {
			return err
		}
	}
	if err := s.execute(ctx, "postgres", "CREATE DATABASE "+database); err != nil {
		return err
	}
	if s.statements {
		if err := s.execute(ctx, database, "CREATE EXTENSION pg_stat_statements"); err != nil {
			return err
		}
	}
	if err := s.Migrate(ctx); err != nil {
		return err
	}
	bar.Add(1)
	s.Temporal, err = devstack.StartTemporal(ctx, devstack.TemporalConfig{DatabaseURL: s.Postgres.URL("postgres")})
	bar.Add(1)
	return err
}

// postgresConfig keeps the data where the run's directory is to be kept.
func (s *Stack) postgresConfig() devstack.Config {
	c := devstack.Config{Durable: true}
	if !s.remove {
		c.Dir = filepath.Join(s.dir, "postgres")
	}
	return c
}

// keepStatements has Postgres keep statistics of statements, which takes a restart.
func (s *Stack) keepStatements(ctx context.Context) error {
	if err := s.execute(ctx, "postgres", "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'"); err != nil {
		return err
	}
	if err := s.Postgres.Restart(ctx); err != nil {
		return err
	}
	if err := s.execute(ctx, "postgres", "ALTER SYSTEM SET pg_stat_statements.track_planning = on"); err != nil {
		return err
	}
	return s.execute(ctx, "postgres", "SELECT pg_reload_conf()")
}

// execute runs one statement on a connection of its own.
func (s *Stack) execute(ctx context.Context, database, statement string) error {
	connection, err := pgx.Connect(ctx, s.Postgres.URL(database))
	if err != nil {
		return fmt.Errorf("connecting to Postgres: %w", err)
	}
	defer connection.Close(ctx) //nolint:errcheck // nothing is lost with it
	if _, err := connection.Exec(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}

// DatabaseURL is the connection string of the engine's database.
func (s *Stack) DatabaseURL() string { return s.Postgres.URL(database) }

// servers names the processes that both engines share: the children of this process that are not engines.
func (s *Stack) servers() (usage.Processes, error) {
	children, err := usage.Children()
	if err != nil {
		return nil, err
	}
	servers := usage.Processes{}
	for pid, command := range children {
		switch {
		case strings.HasPrefix(command, "postgres"):
			servers[usage.Postgres] = pid
		case strings.HasPrefix(command, "devstack"):
			servers[usage.Temporal] = pid
		}
	}
	if len(servers) != 2 {
		return nil, fmt.Errorf("among the children %v Postgres and Temporal are not to be found", children)
	}
	return servers, nil
}

// Versions returns those of Postgres and of the Temporal server.
func (s *Stack) Versions(ctx context.Context, pool *pgxpool.Pool, temporal client.Client) (postgres, server string, err error) {
	if err := pool.QueryRow(ctx, "SHOW server_version").Scan(&postgres); err != nil {
		return "", "", fmt.Errorf("asking for the version of Postgres: %w", err)
	}
	info, err := temporal.WorkflowService().GetSystemInfo(ctx, &workflowservice.GetSystemInfoRequest{})
	if err != nil {
		return "", "", fmt.Errorf("asking for the version of Temporal: %w", err)
	}
	return postgres, info.GetServerVersion(), nil
}

// Stop ends everything in order and removes what is temporary.
func (s *Stack) Stop() {
	for _, c := range s.children {
		c.stop()
	}
	if s.Temporal != nil {
		s.Temporal.Stop()
	}
	if s.Postgres != nil {
		s.Postgres.Stop()
	}
	if s.remove && s.dir != "" {
		_ = os.RemoveAll(s.dir) // a left-over in the temporary directory harms nothing
	}
}
