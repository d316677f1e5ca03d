package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"engaged/devstack/internal/announce"
	"engaged/devstack/internal/proc"
)

// devKey is the API key of the organization dev. engaged refuses it unless it listens on loopback.
const devKey = "dev-key"

// spawn starts a child whose messages go to a log file. Its standard output goes to output, or with them when that
// is nil.
func spawn(log string, output *os.File, environment []string, binary string, arguments ...string) (*proc.Process, error) {
	messages, err := os.Create(log)
	if err != nil {
		return nil, fmt.Errorf("opening a log: %w", err)
	}
	defer messages.Close() // the child holds a copy of its own
	cmd := exec.Command(binary, arguments...)
	cmd.Env = append(os.Environ(), environment...)
	cmd.Stdout, cmd.Stderr = messages, messages
	if output != nil {
		cmd.Stdout = output
	}
	return proc.Start(cmd, proc.Options{})
}

// startEngaged migrates the database, starts API and worker in one process and returns when it is ready.
func startEngaged(ctx context.Context, binary, directory, listen string, addresses announce.Addresses) (*proc.Process, error) {
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	environment := []string{
		"DATABASE_URL=" + addresses.Database, "TEMPORAL_ADDRESS=" + addresses.Temporal,
		"ENGAGED_LISTEN=" + listen, "ENGAGED_DEV_KEY=" + devKey, "ENGAGED_DEV_ORGANIZATION=dev",
		"ENGAGED_LOG_FORMAT=text", "ENGAGED_WEBHOOK_ALLOW_PRIVATE=true",
	}
	migrate := exec.CommandContext(ctx, binary, "migrate", "up")
	migrate.Env = append(os.Environ(), environment...)
	if output, err := migrate.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("migrating the database: %w\n%s", err, output)
	}
	log := filepath.Join(directory, "engaged.log")
	process, err := spawn(log, nil, environment, binary, "serve")
	if err != nil {
		return nil, err
	}
	if err := awaitReady(ctx, "http://"+listen+"/readyz", process); err != nil {
		process.Stop(syscall.SIGTERM, engagedGrace)
		return nil, withLog(err, log)
	}
	return process, nil
}

// awaitReady asks until the answer is 200, the process has ended or ctx is done.
func awaitReady(ctx context.Context, address string, process *proc.Process) error {
	poll := time.NewTicker(50 * time.Millisecond)
	defer poll.Stop()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return fmt.Errorf("asking whether engaged is ready: %w", err)
		}
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-poll.C:
		case <-process.Done():
			return errors.New("engaged ended while starting")
		case <-ctx.Done():
			return fmt.Errorf("waiting for engaged: %w", ctx.Err())
		}
	}
}

// portFree fails when somebody listens on the address already.
func portFree(address string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("%s cannot be used (%w); stop what listens there, or set ENGAGED_LISTEN=127.0.0.1:8081", address, err)
	}
	return listener.Close()
}

// withLog adds the end of a child's log to an error.
func withLog(err error, path string) error {
	file, openErr := os.Open(path)
	if openErr != nil {
		return err
	}
	defer file.Close() // it was only read
	const most = 4 << 10
	if info, statErr := file.Stat(); statErr == nil && info.Size() > most {
		_, _ = file.Seek(-most, io.SeekEnd) // at worst the log is shown from its beginning
	}
	text, _ := io.ReadAll(io.LimitReader(file, most))
	return fmt.Errorf("%w\nThe end of %s:\n%s", err, path, strings.TrimSpace(string(text)))
}
