package proc_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/devstack/internal/proc"
)

// parentOf makes the test binary a parent that a test can kill: its value is the directory to remove afterwards.
const parentOf = "ENGAGED_TEST_PARENT_OF"

func TestMain(m *testing.M) {
	if directory := os.Getenv(parentOf); directory != "" {
		beParent(directory)
	}
	os.Exit(m.Run())
}

// beParent starts a child that would outlive everybody, tells its process id, and waits to be killed.
func beParent(directory string) {
	if _, err := proc.RemoveWithParent(directory); err != nil {
		panic(err)
	}
	child, err := proc.Start(exec.Command("sleep", "3600"), proc.Options{})
	if err != nil {
		panic(err)
	}
	fmt.Println(child.PID())
	select {}
}

// alive tells whether a process runs; one that ended and that nobody has asked about since does not.
func alive(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || !strings.Contains(string(status), ") Z ")
}

func TestNothingOutlivesAKilledParent(t *testing.T) {
	t.Parallel()
	directory := filepath.Join(t.TempDir(), "scratch")
	require.NoError(t, os.MkdirAll(directory, 0o755))
	executable, err := os.Executable()
	require.NoError(t, err)
	parent := exec.CommandContext(t.Context(), executable)
	parent.Env = append(os.Environ(), parentOf+"="+directory)
	output, err := parent.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, parent.Start())
	line, err := bufio.NewReader(output).ReadString('\n')
	require.NoError(t, err)
	child, err := strconv.Atoi(strings.TrimSpace(line))
	require.NoError(t, err)
	require.True(t, alive(child))

	require.NoError(t, parent.Process.Kill())
	require.Error(t, parent.Wait(), "it was killed")

	require.Eventually(t, func() bool { return !alive(child) }, 30*time.Second, 10*time.Millisecond, "the child lives on")
	require.Eventually(t, func() bool {
		_, err := os.Stat(directory)
		return os.IsNotExist(err)
	}, 30*time.Second, 10*time.Millisecond, "the directory is left")
}

func TestStopKillsAChildThatDoesNotListen(t *testing.T) {
	t.Parallel()
	child, err := proc.Start(exec.Command("/bin/sh", "-c", "trap '' TERM; while :; do sleep 1; done"), proc.Options{})
	require.NoError(t, err)

	child.Stop(syscall.SIGTERM, 50*time.Millisecond)

	require.False(t, alive(child.PID()))
	require.Error(t, child.Err())
}

func TestStopLeavesAChildThatEndedAsItIs(t *testing.T) {
	t.Parallel()
	child, err := proc.Start(exec.Command("true"), proc.Options{})
	require.NoError(t, err)
	<-child.Done()

	child.Stop(syscall.SIGTERM, time.Hour)

	require.NoError(t, child.Err())
}
