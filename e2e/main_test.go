package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// binary is the engaged under test, built once for the package.
var binary string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	directory, err := os.MkdirTemp("", "engaged-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		return 1
	}
	defer os.RemoveAll(directory) // a left-over in the temporary directory harms nothing
	binary = filepath.Join(directory, "engaged")
	if output, err := exec.Command("go", "build", "-o", binary, "engaged/cmd/engaged").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "e2e: building engaged: %v\n%s", err, output)
		return 1
	}
	defer stopShared()
	return m.Run()
}
