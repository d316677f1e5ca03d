package stack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"engaged/bench/internal/progress"
	"engaged/devstack"
)

// Alone says how Postgres runs where there is no Temporal.
type Alone struct {
	// Dir is where data and logs are kept, and found again; "" is a temporary one.
	Dir string
	// Settings are further settings of Postgres, name=value.
	Settings []string
}

// StartAlone builds the engine and starts Postgres by itself, not durable, with statistics of statements,
// and the engine's database in its schema.
func StartAlone(ctx context.Context, config Alone) (*Stack, error) {
	s := &Stack{dir: config.Dir, remove: config.Dir == "", statements: true}
	if err := s.startAlone(ctx, config.Settings); err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

func (s *Stack) startAlone(ctx context.Context, settings []string) error {
	bar := progress.Start("building the engine, starting Postgres", "steps", 3)
	defer bar.Done()
	var err error
	if s.remove {
		s.dir, err = os.MkdirTemp("", "engaged-bench-")
	} else {
		err = os.MkdirAll(s.dir, 0o755) //nolint:gosec // user postgres must be able to pass
	}
	if err != nil {
		return fmt.Errorf("making the directory of the run: %w", err)
	}
	if err := s.BuildEngine(ctx); err != nil {
		return err
	}
	bar.Add(1)
	c := s.postgresConfig()
	c.Durable = false
	c.Settings = append(settings, "shared_preload_libraries=pg_stat_statements", "pg_stat_statements.track_planning=on")
	if s.Postgres, err = devstack.StartPostgres(ctx, c); err != nil {
		return err
	}
	bar.Add(1)
	if err := s.Postgres.CreateDatabase(ctx, database); err != nil {
		return err
	}
	if err := s.execute(ctx, database, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements"); err != nil {
		return err
	}
	err = s.Migrate(ctx)
	bar.Add(1)
	return err
}

// StartAPI starts `engaged api` for an organization and waits until it answers. It finds no Temporal and
// dispatches nothing; further arguments are handed to it.
func (s *Stack) StartAPI(ctx context.Context, organization string, further ...string) (*Engine, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	e := &Engine{Address: address, stack: s}
	arguments := []string{
		"api", "--listen", address, "--database-url", s.DatabaseURL(), "--temporal-address", "127.0.0.1:1",
		"--dispatchers", "0", "--dev-key", Key, "--dev-organization", organization, "--requests-per-second", "0",
		"--log-level", "error",
	}
	cmd := exec.Command(s.engine, append(arguments, further...)...)
	if e.child, err = startChild(cmd, filepath.Join(s.dir, "api.log")); err != nil {
		return nil, err
	}
	s.children = append(s.children, e.child)
	return e, e.waitFor(ctx, "/livez")
}

// waitFor polls a path until it is answered with 200.
func (e *Engine) waitFor(ctx context.Context, path string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+e.Address+path, nil)
		if err != nil {
			return fmt.Errorf("asking for %s: %w", path, err)
		}
		if response, err := http.DefaultClient.Do(request); err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-poll.C:
		case <-ctx.Done():
			return fmt.Errorf("waiting for the engine: %w", errors.Join(ctx.Err(), e.child.ended()))
		case <-e.child.done:
			return e.child.ended()
		}
	}
}

// File is the path of a file in the stack's directory.
func (s *Stack) File(name string) string { return filepath.Join(s.dir, name) }
