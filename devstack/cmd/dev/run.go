package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"engaged/devstack/internal/announce"
	"engaged/devstack/internal/proc"
)

// Grace periods: engaged finishes its requests and tasks, the servers write what they hold.
const (
	engagedGrace = 30 * time.Second
	serversGrace = 60 * time.Second
)

// startPatience bounds the time from the first server's start until engaged is ready.
const startPatience = 3 * time.Minute

// run sets everything up, runs it, and stops it in order when ctx is done.
func run(ctx context.Context, o options) error {
	began := time.Now()
	directory, unlock, err := claim(o.directory)
	if err != nil {
		return err
	}
	defer unlock()
	if err := portFree(o.listen); err != nil {
		return err
	}
	if err := havePostgres(ctx); err != nil {
		return err
	}
	built, err := build(ctx)
	if err != nil {
		return err
	}
	started := time.Now()
	servers, addresses, err := startServers(ctx, built.devstack, directory)
	if err != nil {
		return err
	}
	defer servers.Stop(syscall.SIGTERM, serversGrace)
	engaged, err := startEngaged(ctx, built.engaged, directory, o.listen, addresses)
	if err != nil {
		return err
	}
	defer engaged.Stop(syscall.SIGTERM, engagedGrace)
	greet(os.Stdout, greeting{
		listen: o.listen, addresses: addresses, directory: directory,
		cold: built.cold, total: time.Since(began), start: time.Since(started),
	})
	return wait(ctx, servers, engaged)
}

// claim makes the directory of the state and locks it against a second stack in it.
func claim(path string) (directory string, unlock func(), err error) {
	if directory, err = filepath.Abs(path); err != nil {
		return "", nil, fmt.Errorf("resolving %s: %w", path, err)
	}
	if err := os.MkdirAll(directory, 0o755); err != nil {
		return "", nil, fmt.Errorf("making %s: %w", directory, err)
	}
	lock, err := os.OpenFile(filepath.Join(directory, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return "", nil, fmt.Errorf("opening the lock: %w", err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = lock.Close()
		return "", nil, fmt.Errorf("a stack is running in %s already; stop that one first", directory)
	}
	return directory, func() { _ = lock.Close() }, nil
}

// startServers runs the devstack command and returns when Postgres and Temporal answer.
func startServers(ctx context.Context, binary, directory string) (*proc.Process, announce.Addresses, error) {
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	var addresses announce.Addresses
	log := filepath.Join(directory, "devstack.log")
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, addresses, fmt.Errorf("opening the servers' output: %w", err)
	}
	defer reader.Close() // all that matters has been read
	process, err := spawn(log, writer, nil, binary, "up", "--dir", directory)
	_ = writer.Close() // the child holds a copy of its own
	if err != nil {
		return nil, addresses, err
	}
	if addresses, err = announce.Await(ctx, reader); err != nil {
		process.Stop(syscall.SIGTERM, serversGrace)
		return nil, addresses, withLog(err, log)
	}
	return process, addresses, nil
}

// wait returns nil when ctx is done, and an error when a child ends before.
func wait(ctx context.Context, servers, engaged *proc.Process) error {
	select {
	case <-ctx.Done():
		fmt.Println("\nStopping; what was acknowledged is kept.")
		return nil
	case <-servers.Done():
		return errors.Join(errors.New("the servers ended; their log is devstack.log in the state's directory"), servers.Err())
	case <-engaged.Done():
		return errors.Join(errors.New("engaged ended; its log is engaged.log in the state's directory"), engaged.Err())
	}
}
