package devstack_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/devstack/internal/gobuild"
	"engaged/devstack/internal/ports"
)

// dev is a running `make dev`.
type dev struct {
	cmd       *exec.Cmd
	api       string   // host:port
	addresses []string // host:port of everything it runs
	said      string   // what it wrote until it was ready
}

// startDev runs the command and waits until it says that engaged is ready.
func startDev(t *testing.T, binary, directory, api string) *dev {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, "--dir", directory, "--listen", api)
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "DATABASE_URL=") && !strings.HasPrefix(variable, "TEMPORAL_ADDRESS=") {
			cmd.Env = append(cmd.Env, variable)
		}
	}
	reader, writer, err := os.Pipe()
	require.NoError(t, err)
	t.Cleanup(func() { _ = reader.Close() })
	cmd.Stdout, cmd.Stderr = writer, writer
	require.NoError(t, cmd.Start())
	require.NoError(t, writer.Close())
	started := &dev{cmd: cmd, api: api, addresses: []string{api}}
	var said strings.Builder
	lines := bufio.NewScanner(reader)
	for lines.Scan() && !strings.Contains(lines.Text(), "Ctrl-C") {
		said.WriteString(lines.Text() + "\n")
	}
	started.said = said.String()
	require.Contains(t, started.said, "engaged is ready: http://"+api)
	for _, found := range regexp.MustCompile(`(?m)^  (?:Temporal|Postgres) .*?(127\.0\.0\.1:\d+)`).FindAllStringSubmatch(started.said, -1) {
		started.addresses = append(started.addresses, found[1])
	}
	require.Len(t, started.addresses, 4, started.said)
	go func() { _, _ = io.Copy(io.Discard, reader) }()
	return started
}

// call sends a request with the development key and returns the answer's body.
func (d *dev) call(t *testing.T, method, path, body string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, "http://"+d.api+path, strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer dev-key")
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Less(t, response.StatusCode, 300, string(text))
	return string(text)
}

// end signals the command and waits until nothing that it ran answers.
func (d *dev) end(t *testing.T, signal syscall.Signal) {
	t.Helper()
	require.NoError(t, d.cmd.Process.Signal(signal))
	_ = d.cmd.Wait() // how a killed process ends is no news
	for _, address := range d.addresses {
		require.Eventually(t, func() bool {
			connection, err := net.DialTimeout("tcp", address, time.Second)
			if err == nil {
				_ = connection.Close()
			}
			return err != nil
		}, time.Minute, 20*time.Millisecond, "something still listens on %s", address)
	}
}

func TestDevKeepsItsStateAndLeavesNothingRunning(t *testing.T) {
	t.Parallel()
	binary, err := gobuild.Build(t.Context(), "./devstack/cmd/dev", io.Discard)
	require.NoError(t, err)
	// Whatever is to be built is built before the clock runs.
	_, err = gobuild.Build(t.Context(), "./devstack/cmd/devstack", io.Discard)
	require.NoError(t, err)
	_, err = gobuild.Build(t.Context(), "./cmd/engaged", io.Discard)
	require.NoError(t, err)
	directory := reachableDir(t)
	port, err := ports.Free()
	require.NoError(t, err)
	api := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))

	first := startDev(t, binary, directory, api)
	example := regexp.MustCompile(`(?s)-d '(\[.*?\])'`).FindStringSubmatch(first.said)
	require.Len(t, example, 2, "the first thing to try")
	require.Contains(t, first.call(t, http.MethodPost, "/v1/events", example[1]), `"accepted":4`)
	first.end(t, syscall.SIGKILL)

	second := startDev(t, binary, directory, api)
	require.Equal(t, first.addresses, second.addresses, "bookmarks stay good")
	require.Eventually(t, func() bool {
		return strings.Contains(second.call(t, http.MethodGet, "/v1/engagements?conversation_id=hello", ""), "status_solved")
	}, time.Minute, 100*time.Millisecond, "the record of what was acknowledged before the kill")
	second.end(t, syscall.SIGINT)
	require.Zero(t, second.cmd.ProcessState.ExitCode())
}

func TestDevRefusesASecondStackInItsDirectory(t *testing.T) {
	t.Parallel()
	binary, err := gobuild.Build(t.Context(), "./devstack/cmd/dev", io.Discard)
	require.NoError(t, err)
	directory := reachableDir(t)
	lock, err := os.Create(directory + "/lock")
	require.NoError(t, err)
	t.Cleanup(func() { _ = lock.Close() })
	require.NoError(t, syscall.Flock(int(lock.Fd()), syscall.LOCK_EX))

	output, err := exec.CommandContext(t.Context(), binary, "--dir", directory).CombinedOutput()

	require.Error(t, err)
	require.Contains(t, string(output), "already")
}
