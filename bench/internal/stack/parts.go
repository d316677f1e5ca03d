package stack

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"

	"engaged/bench/internal/usage"
)

// StartDispatchingAPI starts `engaged api` for an organization, which dispatches to the task queue of the same
// name, and waits until it is ready. Without dispatch StartAPI does.
func (s *Stack) StartDispatchingAPI(ctx context.Context, organization string, further ...string) (*Engine, error) {
	arguments := append([]string{
		"--temporal-address", s.Temporal.Address(), "--temporal-task-queue", organization, "--dispatchers", "16", "--log-level", "warn",
	}, further...)
	e, err := s.StartAPI(ctx, organization, arguments...)
	if err != nil {
		return nil, err
	}
	return e, e.waitFor(ctx, "/readyz")
}

// StartWorker starts `engaged worker` on a task queue and waits until it is ready. Its address is that of its
// metrics.
func (s *Stack) StartWorker(ctx context.Context, taskQueue string, further ...string) (*Engine, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	e := &Engine{Address: address, TaskQueue: taskQueue, stack: s}
	arguments := []string{
		"worker", "--health-listen", address, "--database-url", s.DatabaseURL(),
		"--temporal-address", s.Temporal.Address(), "--temporal-task-queue", taskQueue, "--log-level", "warn",
	}
	cmd := exec.Command(s.engine, append(arguments, further...)...)
	if e.child, err = startChild(cmd, filepath.Join(s.dir, "worker.log")); err != nil {
		return nil, err
	}
	s.children = append(s.children, e.child)
	return e, e.waitFor(ctx, "/readyz")
}

// Usage takes a sample of what Postgres, Temporal, this process and the given ones have spent.
func (s *Stack) Usage(engines map[usage.Role]*Engine) (usage.Sample, error) {
	processes, err := s.servers()
	if err != nil {
		return usage.Sample{}, err
	}
	for role, e := range engines {
		if err := e.Ended(); err != nil {
			return usage.Sample{}, fmt.Errorf("%s: %w", role, err)
		}
		processes[role] = e.child.pid()
	}
	return processes.Take()
}
