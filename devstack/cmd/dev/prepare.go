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
	if !errors.Is(err, pgbin.ErrMissing) {
		return err
	}
	if !pgbin.Installable() {
		return err
	}
	fmt.Println("No Postgres found; installing the distribution's (apt-get install postgresql) ...")
	return pgbin.Install(ctx, os.Stdout)
}

// binaries are the commands that make dev runs.
type binaries struct {
	engaged, devstack string
	cold              bool // at least one was built for the first time
}

// build builds both commands. Nobody should wait without knowing what for.
func build(ctx context.Context) (binaries, error) {
	root, err := gobuild.Root()
	if err != nil {
		return binaries{}, err
	}
	if _, err := exec.LookPath("go"); err != nil {
		return binaries{}, errors.New("the Go toolchain is not on the PATH; install it from https://go.dev/dl")
	}
	var built binaries
	for _, command := range []struct {
		name, path, note string
		binary           *string
	}{
		{"devstack", "./devstack/cmd/devstack",
			"the development servers; a Temporal server is large, so this takes some minutes, once", &built.devstack},
		{"engaged", "./cmd/engaged", "engaged; about a minute, once", &built.engaged},
	} {
		if _, err := os.Stat(filepath.Join(root, ".cache", "bin", command.name)); err != nil {
			built.cold = true
			fmt.Printf("Building %s ...\n", command.note)
		}
		stop := tick(command.name)
		*command.binary, err = gobuild.Build(ctx, command.path, os.Stderr)
		stop()
		if err != nil {
			return built, err
		}
	}
	return built, nil
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
