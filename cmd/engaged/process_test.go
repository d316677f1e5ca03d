package main

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/devstack"
)

// patience bounds what a test waits for; a loaded machine takes its time.
const patience = time.Minute

// output collects what a command writes while a test reads it.
type output struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buffer.Write(p)
}

// String returns what was written so far.
func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buffer.String()
}

// command runs one that does its work and ends.
func command(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, problems output
	code = run(t.Context(), args, environment{stdout: &out, stderr: &problems, version: "test"})
	return code, out.String(), problems.String()
}

// server is a process under test.
type server struct {
	// url is where it listens.
	url    string
	output *output
	stop   context.CancelFunc
	ended  chan int
}

// start runs serve, api or worker on a free port and waits until it listens.
func start(t *testing.T, args ...string) *server {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	s := &server{output: &output{}, stop: cancel, ended: make(chan int, 1)}
	listen := "--listen=127.0.0.1:0"
	if args[0] == "worker" {
		listen = "--health-listen=127.0.0.1:0"
	}
	go func() {
		s.ended <- run(ctx, append(args, listen), environment{stdout: s.output, stderr: s.output, version: "test"})
	}()
	t.Cleanup(func() {
		cancel()
		if t.Failed() {
			t.Log(s.output.String())
		}
	})
	require.Eventually(t, func() bool {
		s.url = listenAddress(s.output.String())
		return s.url != ""
	}, patience, 10*time.Millisecond, "the process does not start:\n%s", s.output)
	return s
}

// end shuts the process down as a signal does and returns its exit code.
func (s *server) end(t *testing.T) int {
	t.Helper()
	s.stop()
	select {
	case code := <-s.ended:
		return code
	case <-time.After(patience):
		t.Fatalf("the process does not end:\n%s", s.output)
		return 0
	}
}

// listenAddress finds in the log where a process listens.
func listenAddress(log string) string {
	for text := range strings.SplitSeq(log, "\n") {
		var line struct{ Msg, Listen string }
		if json.Unmarshal([]byte(text), &line) == nil && line.Msg == "starting" {
			return "http://" + line.Listen
		}
	}
	return ""
}

func TestMigrate(t *testing.T) {
	t.Parallel()
	url := "--database-url=" + devstack.Database(t)

	code, out, problems := command(t, "migrate", "status", url)
	require.Zero(t, code, problems)
	require.Contains(t, out, "00001_event_log.sql")
	require.NotContains(t, out, "pending")

	code, _, problems = command(t, "migrate", "down", url)
	require.Equal(t, misused, code, "data is not lost by accident")
	require.Contains(t, problems, "--yes: required")

	code, out, problems = command(t, "migrate", "down", url, "--yes")
	require.Zero(t, code, problems)
	require.Contains(t, out, "taken back: ")

	code, out, problems = command(t, "migrate", "status", url)
	require.Equal(t, failed, code)
	require.Contains(t, out, "pending")
	require.Contains(t, problems, `run "engaged migrate up"`)

	code, _, problems = command(t, "serve", url, "--listen=127.0.0.1:0")
	require.Equal(t, failed, code)
	require.Contains(t, problems, `run "engaged migrate up"`, "an old schema is refused")

	code, out, problems = command(t, "migrate", "up", url)
	require.Zero(t, code, problems)
	require.Contains(t, out, "applied: ")
	require.Contains(t, out, "the newest")

	code, _, problems = command(t, "migrate", "status", url)
	require.Zero(t, code, problems)
}

func TestKeys(t *testing.T) {
	t.Parallel()
	url := "--database-url=" + devstack.Database(t)

	code, _, problems := command(t, "keys", "create", url, "--scopes=events:write,everything")
	require.Equal(t, misused, code)
	require.Contains(t, problems, "--organization")
	require.Contains(t, problems, `"everything" is not a scope`)

	code, out, problems := command(t, "keys", "create", url, "--organization=acme", "--scopes=events:write,reports:read", "--name=routing")
	require.Zero(t, code, problems)
	key := strings.TrimSpace(out)
	require.Regexp(t, `^eng_[0-9a-f]{12}_[A-Za-z0-9_-]{43}$`, key, "stdout holds nothing but the key")
	prefix := strings.Split(key, "_")[1]
	require.Contains(t, problems, "will not be shown again")

	code, out, problems = command(t, "keys", "list", url)
	require.Zero(t, code, problems)
	require.Contains(t, out, prefix)
	require.Contains(t, out, "events:write,reports:read")
	require.NotContains(t, out, key)

	code, out, _ = command(t, "keys", "list", url, "--organization=other")
	require.Zero(t, code)
	require.NotContains(t, out, prefix)

	code, _, problems = command(t, "keys", "revoke", url, prefix)
	require.Zero(t, code, problems)
	code, _, problems = command(t, "keys", "revoke", url, prefix)
	require.Equal(t, failed, code)
	require.Contains(t, problems, "not found")
}

func TestDeadLettersOfAnEmptyLog(t *testing.T) {
	t.Parallel()
	url := "--database-url=" + devstack.Database(t)
	code, out, problems := command(t, "dead-letters", "list", url)
	require.Zero(t, code, problems)
	require.Contains(t, out, "REASON")
	code, out, problems = command(t, "dead-letters", "redrive", url)
	require.Zero(t, code, problems)
	require.Contains(t, out, "0 entries")
}
