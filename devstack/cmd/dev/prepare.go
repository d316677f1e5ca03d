package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"engaged/devstack/internal/gobuild"
	"engaged/devstack/internal/pgbin"
)

// havePostgres makes sure that a Postgres can be run, installing it where that is possible.
func havePostgres(ctx context.Context) error {
	if os.Getenv("DATABASE_URL") != "" {
		return nil
	}
	_, err := pgbin.Find(0)
	if errors.Is(err, pgbin.ErrMissing) {
		return install(ctx)
	}
	return err
}

// install installs Postgres, or says what to install.
func install(ctx context.Context) error {
	if !pgbin.Installable() {
		return pgbin.ErrMissing
	}
	fmt.Println("No Postgres found; installing the distribution's (apt-get install postgresql) ...")
	return pgbin.Install(ctx, os.Stdout)
}

// binaries are the commands that make dev runs.
type binaries struct {
	engaged, devstack string
	cold              bool // at least one was built for the first time
}

// prepare makes sure that the tests find a Postgres and the development servers.
func prepare(ctx context.Context, _ options) error {
	if _, err := pgbin.Find(0); errors.Is(err, pgbin.ErrMissing) {
		if err := install(ctx); err != nil {
			return err
		}
	}
	_, _, err := buildOne(ctx, "./devstack/cmd/devstack", noteServers)
	return err
}

// What a build is, for those who wait for it.
const (
	noteServers = "the development servers; a Temporal server is large, so this takes some minutes, once"
	noteEngaged = "engaged; about a minute, once"
)

// build builds both commands.
func build(ctx context.Context) (built binaries, err error) {
	var coldServers, coldEngaged bool
	if built.devstack, coldServers, err = buildOne(ctx, "./devstack/cmd/devstack", noteServers); err != nil {
		return built, err
	}
	built.engaged, coldEngaged, err = buildOne(ctx, "./cmd/engaged", noteEngaged)
	built.cold = coldServers || coldEngaged
	return built, err
}

// buildOne builds a command and tells whether it was not there before. Nobody should wait without knowing what for.
func buildOne(ctx context.Context, command, note string) (binary string, cold bool, err error) {
	root, err := gobuild.Root()
	if err != nil {
		return "", false, err
	}
	if _, err := exec.LookPath("go"); err != nil {
		return "", false, errors.New("the Go toolchain is not on the PATH; install it from https://go.dev/dl")
	}
	name := filepath.Base(command)
	if _, err := os.Stat(filepath.Join(root, ".cache", "bin", name)); err != nil {
		cold = true
		fmt.Printf("Building %s ...\n", note)
	}
	defer tick(name)()
	binary, err = gobuild.Build(ctx, command, os.Stderr)
	return binary, cold, err
}

// tick says every quarter of a minute that a build still goes on, until the returned function is called.
func tick(name string) (stop func()) {
	began, done := time.Now(), make(chan struct{})
	go func() {
		ticker := time.NewTicker(15 * time.Second)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				fmt.Printf("  still building %s, %d s so far\n", name, int(time.Since(began).Seconds()))
			case <-done:
				return
			}
		}
	}()
	return func() { close(done) }
}
