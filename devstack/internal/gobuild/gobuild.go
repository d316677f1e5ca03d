// Package gobuild builds this module's commands where a child process of them is needed.
package gobuild

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
)

// Root returns the directory of the module, by the path this file was compiled from.
func Root() (string, error) {
	_, file, _, ok := runtime.Caller(0)
	root := filepath.Join(filepath.Dir(file), "..", "..", "..")
	if _, err := os.Stat(filepath.Join(root, "go.mod")); !ok || err != nil {
		return "", errors.New("the module's source is not where this program was built from; build it again there, without -trimpath")
	}
	return root, nil
}

// Build builds a command of the module, such as "./cmd/engaged", and returns the path of the binary, which lies
// in the module's .cache directory. When nothing changed that takes a second or so; the first build of a command
// that contains the Temporal server takes minutes. Processes that build at the same time wait for each other.
// What the compiler says goes to output.
func Build(ctx context.Context, command string, output io.Writer) (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	directory := filepath.Join(root, ".cache", "bin")
	if err := os.MkdirAll(directory, 0o755); err != nil {
		return "", fmt.Errorf("making the directory of binaries: %w", err)
	}
	binary := filepath.Join(directory, filepath.Base(command))
	lock, err := os.OpenFile(binary+".lock", os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return "", fmt.Errorf("opening the lock of the build: %w", err)
	}
	defer lock.Close() // closing releases the lock
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", fmt.Errorf("locking the build: %w", err)
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-ldflags=-s -w", "-o", binary, command)
	cmd.Dir = root
	cmd.Stdout, cmd.Stderr = output, output
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("building %s: %w", command, err)
	}
	return binary, nil
}
