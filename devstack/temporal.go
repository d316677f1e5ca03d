package devstack

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"time"

	"engaged/devstack/internal/announce"
	"engaged/devstack/internal/gobuild"
	"engaged/devstack/internal/ports"
	"engaged/devstack/internal/proc"
)

// TemporalConfig says how a Temporal server runs. The zero value keeps its state in memory, for tests.
type TemporalConfig struct {
	// DatabaseURL is a Postgres server to keep the state on: the databases temporal and temporal_visibility are
	// made there. Default none.
	DatabaseURL string
	// File is a SQLite file to keep the state in. Default none. Ignored with DatabaseURL.
	File string
	// Port is tried first, on 127.0.0.1; when it is taken, or 0, a free one is used.
	Port int
}

// A Temporal is a Temporal server in a child process, which ends with the process that started it.
type Temporal struct {
	binary string
	config TemporalConfig

	mu      sync.Mutex
	port    int
	process *proc.Process
}

// StartTemporal starts a server with the namespace "default" and waits until it answers or ctx is done. The
// server is a command of this module that is built when it is not; the first build takes minutes.
func StartTemporal(ctx context.Context, config TemporalConfig) (*Temporal, error) {
	var output bytes.Buffer
	binary, err := gobuild.Build(ctx, "./devstack/cmd/devstack", &output)
	if err != nil {
		return nil, fmt.Errorf("%w\n%s", err, output.String())
	}
	temporal := &Temporal{binary: binary, config: config}
	// A port that was free may be taken by the time that the server listens on it.
	for range 5 {
		if temporal.port, err = ports.Choose(config.Port); err != nil {
			return nil, err
		}
		if err = temporal.start(ctx); err == nil || ctx.Err() != nil {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	return temporal, nil
}

// start runs the child and waits for its line. What it writes to standard error is kept for the error message.
func (s *Temporal) start(ctx context.Context) error {
	arguments := []string{"temporal", "--port", strconv.Itoa(s.port)}
	if s.config.DatabaseURL != "" {
		arguments = append(arguments, "--database-url", s.config.DatabaseURL)
	}
	if s.config.File != "" {
		arguments = append(arguments, "--file", s.config.File)
	}
	messages, err := os.CreateTemp("", "engaged-temporal-*.log")
	if err != nil {
		return fmt.Errorf("making the server's log: %w", err)
	}
	defer messages.Close()           // the child holds a copy of its own
	defer os.Remove(messages.Name()) // it is in the temporary directory
	reader, writer, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("opening the server's output: %w", err)
	}
	defer reader.Close() // all that matters has been read
	cmd := exec.Command(s.binary, arguments...)
	cmd.Stdout, cmd.Stderr = writer, messages
	process, err := proc.Start(cmd, proc.Options{})
	_ = writer.Close() // the child holds a copy of its own
	if err != nil {
		return err
	}
	if _, err := announce.Await(ctx, reader); err != nil {
		process.Kill()
		text, _ := os.ReadFile(messages.Name())
		return fmt.Errorf("starting the Temporal server: %w\n%s", err, text)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.process = process
	return nil
}

// Address is where clients connect, host:port. It stays the same over Restart.
func (s *Temporal) Address() string {
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port))
}

// Stop ends the server in order. A server without DatabaseURL and File forgets everything.
func (s *Temporal) Stop() { s.end(syscall.SIGTERM) }

// Kill ends the server with SIGKILL, as a crash would. Restart brings it back.
func (s *Temporal) Kill() { s.end(syscall.SIGKILL) }

// Restart ends the server if it runs and starts it at the same address, on the same store.
func (s *Temporal) Restart(ctx context.Context) error {
	s.Stop()
	return s.start(ctx)
}

// end signals the child and waits for it.
func (s *Temporal) end(signal syscall.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process != nil {
		s.process.Stop(signal, 15*time.Second)
	}
}
