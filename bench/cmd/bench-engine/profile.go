package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"engaged/bench/internal/stack"
)

// profiler returns what records, for eight seconds of a measurement, which functions of all processes take
// the CPU. It costs a few percent itself, so figures of such a run are not for publication.
func profiler(ctx context.Context, directory string) (func(string, *stack.Engine), error) {
	perf, err := exec.LookPath("perf")
	if err != nil {
		return nil, fmt.Errorf("--profile needs perf: %w", err)
	}
	if err := os.MkdirAll(directory, 0o755); err != nil { //nolint:gosec // profiles, not secrets
		return nil, fmt.Errorf("making the directory for profiles: %w", err)
	}
	return func(name string, _ *stack.Engine) {
		cmd := exec.CommandContext(ctx, perf, "record", "-a", "-g", "-F", "199", "-o", filepath.Join(directory, name+".perf"), "--", "sleep", "8")
		if output, err := cmd.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "perf: %v: %s\n", err, output)
		}
	}, nil
}
