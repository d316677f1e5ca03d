package e2e

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/devstack"
	"engaged/models"
)

// patience bounds every single wait: a loaded machine takes its time.
const patience = 2 * time.Minute

// stack is a Postgres, a Temporal and the engaged processes that use them.
type stack struct {
	postgres *devstack.Postgres
	temporal *devstack.Temporal
	database string
	listen   string
	store    *models.Store
	// engaged is the binary that runs, offset how far its clock and that of Postgres are moved.
	engaged string
	offset  time.Duration

	mu        sync.Mutex
	processes map[string]*process
}

// startStack starts Postgres and Temporal, which keeps its state in a file where one is named and
// can be restarted then, and migrates.
func startStack(ctx context.Context, temporalFile string) (*stack, error) {
	s := &stack{processes: map[string]*process{}, engaged: binary}
	return s, s.startServers(ctx, temporalFile)
}

func (s *stack) startServers(ctx context.Context, temporalFile string) (err error) {
	if s.postgres, err = devstack.StartPostgres(ctx, devstack.Config{}); err != nil {
		return err
	}
	if s.temporal, err = devstack.StartTemporal(ctx, devstack.TemporalConfig{File: temporalFile}); err != nil {
		return err
	}
	if err := s.postgres.CreateDatabase(ctx, "engaged"); err != nil {
		return err
	}
	s.database = s.postgres.URL("engaged")
	if s.listen, err = freeAddress(); err != nil {
		return err
	}
	if err := s.setPostgresBack(ctx); err != nil {
		return err
	}
	if _, err := models.Migrate(ctx, s.database); err != nil {
		return err
	}
	if s.store, err = models.Open(ctx, s.database, models.Options{ApplicationName: "e2e"}); err != nil {
		return err
	}
	return s.store.EnsureLogPartitions(ctx, s.now())
}

// env is the environment of every engaged of the stack.
func (s *stack) env() []string {
	return []string{
		"DATABASE_URL=" + s.database, "TEMPORAL_ADDRESS=" + s.temporal.Address(), "ENGAGED_LISTEN=" + s.listen,
		"ENGAGED_HEALTH_LISTEN=127.0.0.1:0", "ENGAGED_VISIBILITY_DAYS=-1", "ENGAGED_KEY=", "ENGAGED_URL=" + s.url(),
	}
}

func (s *stack) url() string { return "http://" + s.listen }

// start runs a subcommand under its own name; one killed before is replaced.
func (s *stack) start(name string) error {
	p, err := startProcess(s.engaged, append(s.env(), s.clock()...), name)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.processes[name] = p
	return nil
}

func (s *stack) process(name string) *process {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.processes[name]
}

// ready waits until the API says that it is.
func (s *stack) ready(ctx context.Context) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		response, err := http.Get(s.url() + "/readyz")
		if err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("engaged is not ready: %w", ctx.Err())
		}
	}
}

// stop ends everything.
func (s *stack) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.processes {
		p.stop()
	}
	if s.store != nil {
		s.store.Close()
	}
	if s.temporal != nil {
		s.temporal.Stop()
	}
	if s.postgres != nil {
		s.postgres.Stop()
	}
}

// logs are what the processes printed last.
func (s *stack) logs() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := ""
	for name, p := range s.processes {
		text += "--- " + name + "\n" + p.log.String()
	}
	return text
}

// shared is the stack of all tests that do no harm to it.
var shared struct {
	once  sync.Once
	stack *stack
	err   error
}

func sharedStack(t testing.TB) *stack {
	t.Helper()
	shared.once.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if shared.stack, shared.err = startStack(ctx, ""); shared.err != nil {
			return
		}
		if shared.err = shared.stack.start("serve"); shared.err == nil {
			shared.err = shared.stack.ready(ctx)
		}
	})
	if shared.err != nil && shared.stack != nil {
		t.Log(shared.stack.logs())
	}
	require.NoError(t, shared.err)
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(shared.stack.logs())
		}
	})
	return shared.stack
}

func stopShared() {
	if shared.stack != nil {
		shared.stack.stop()
	}
}

// freeAddress finds a port that nobody listens on.
func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	port := listener.Addr().(*net.TCPAddr).Port //nolint:forcetypeassert // a TCP listener has no other address
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), listener.Close()
}
