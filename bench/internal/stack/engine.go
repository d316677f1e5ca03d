package stack

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"

	"engaged/bench/internal/usage"
)

// Key is the API key of the engine under test.
const Key = "bench-key"

// An Engine is a running `engaged serve` or worker of the naive peer.
type Engine struct {
	// Address is host:port of the API; empty for the naive peer.
	Address string
	// TaskQueue is where its workflows run.
	TaskQueue string

	stack   *Stack
	child   *child
	applied atomic.Int64
}

// BuildEngine builds cmd/engaged into the stack's directory.
func (s *Stack) BuildEngine(ctx context.Context) error {
	where := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "engaged")
	root, err := where.Output()
	if err != nil {
		return fmt.Errorf("looking for the module engaged; run this inside bench/: %w", err)
	}
	s.engine = filepath.Join(s.dir, "engaged")
	build := exec.CommandContext(ctx, "go", "build", "-o", s.engine, "./cmd/engaged")
	build.Dir = string(root[:len(root)-1])
	if output, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("building cmd/engaged: %w\n%s", err, output)
	}
	return nil
}

// Migrate brings the engine's database to its schema.
func (s *Stack) Migrate(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, s.engine, "migrate", "up", "--database-url", s.DatabaseURL())
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("migrating: %w\n%s", err, output)
	}
	return nil
}

// StartEngine starts `engaged serve` for an organization, on a task queue of the same name, and waits until it
// is ready. Every measurement has a fresh process. Further arguments are handed to it.
func (s *Stack) StartEngine(ctx context.Context, organization string, further ...string) (*Engine, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	e := &Engine{Address: address, TaskQueue: organization, stack: s}
	arguments := []string{
		"serve", "--listen", address, "--database-url", s.DatabaseURL(),
		"--temporal-address", s.Temporal.Address(), "--temporal-task-queue", organization,
		"--dev-key", Key, "--dev-organization", organization, "--requests-per-second", "0", "--log-level", "warn",
	}
	cmd := exec.Command(s.engine, append(arguments, further...)...)
	if e.child, err = startChild(cmd, filepath.Join(s.dir, organization+".log")); err != nil {
		return nil, err
	}
	s.children = append(s.children, e.child)
	if err := e.waitFor(ctx, "/readyz"); err != nil {
		return nil, err
	}
	return e, nil
}

// StartNaive starts the worker of the naive peer and waits until it polls.
func (s *Stack) StartNaive(ctx context.Context) (*Engine, error) {
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("opening a pipe: %w", err)
	}
	own, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("looking for this program: %w", err)
	}
	cmd := exec.Command(own, "naive-worker", "--temporal-address", s.Temporal.Address(), "--database-url", s.DatabaseURL())
	cmd.Stdout = writer
	e := &Engine{TaskQueue: "naive", stack: s}
	e.child, err = startChild(cmd, filepath.Join(s.dir, "naive.log"))
	_ = writer.Close() // the child holds a copy of its own
	if err != nil {
		return nil, err
	}
	s.children = append(s.children, e.child)
	ready := make(chan struct{})
	go e.listen(reader, ready)
	select {
	case <-ready:
		return e, nil
	case <-e.child.done:
		return nil, e.child.ended()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// listen reads how many signals the peer has applied, until it ends.
func (e *Engine) listen(reader *os.File, ready chan<- struct{}) {
	defer reader.Close() //nolint:errcheck // nothing is written to it
	lines := bufio.NewScanner(reader)
	for first := true; lines.Scan(); first = false {
		n, _ := strconv.ParseInt(lines.Text(), 10, 64) // the peer writes numbers
		e.applied.Store(n)
		if first {
			close(ready)
		}
	}
}

// Applied is how many signals the naive peer has taken in, as of the last twentieth of a second.
func (e *Engine) Applied() int64 { return e.applied.Load() }

// Stop ends the engine in order.
func (e *Engine) Stop() { e.child.stop() }

// PID is the process id of the engine.
func (e *Engine) PID() int { return e.child.pid() }

// Ended returns an error with the end of its log if the engine has ended by itself.
func (e *Engine) Ended() error { return e.child.ended() }

// Usage takes a sample of what this engine, Postgres, Temporal and this process have spent.
func (e *Engine) Usage() (usage.Sample, error) {
	processes, err := e.stack.servers()
	if err != nil {
		return usage.Sample{}, err
	}
	processes[usage.Engine] = e.child.pid()
	return processes.Take()
}

func freeAddress() (string, error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("looking for a free port: %w", err)
	}
	defer listener.Close() //nolint:errcheck // nothing was sent
	return listener.Addr().String(), nil
}
