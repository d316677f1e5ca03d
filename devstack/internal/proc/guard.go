package proc

import (
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
)

// endScript ends the process $1 with the signal $2 when its input ends without a word: the parent died.
const endScript = `
read -r _ && exit
kill -s "$2" "$1" 2>/dev/null
n=0
while kill -0 "$1" 2>/dev/null && [ "$n" -lt 150 ]; do sleep 0.1; n=$((n + 1)); done
kill -s KILL "$1" 2>/dev/null
`

// removeScript removes the directory $1 when its input ends without a word. A server that is just ending may
// still write to it, so it looks again.
const removeScript = `
read -r _ && exit
n=0
while [ "$n" -lt 20 ]; do rm -rf -- "$1" 2>/dev/null; sleep 0.2; [ -e "$1" ] || exit; n=$((n + 1)); done
`

// A guard is a shell process that waits for the parent to die: its input is a pipe whose other end dies with it.
type guard struct {
	pipe *os.File
	once sync.Once
}

// startGuard starts a guard in a session of its own, so that no Ctrl-C and no closed terminal reaches it.
func startGuard(script string, arguments ...string) (*guard, error) {
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("opening the guard's pipe: %w", err)
	}
	defer reader.Close() // the guard holds a copy of its own
	cmd := exec.Command("/bin/sh", append([]string{"-c", script, "guard"}, arguments...)...)
	cmd.Dir = "/"
	cmd.Stdin = reader
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		_ = writer.Close()
		return nil, fmt.Errorf("starting the guard: %w", err)
	}
	go func() { _ = cmd.Wait() }() // reaps it; how it ended tells nothing
	return &guard{pipe: writer}, nil
}

// dismiss tells the guard that there is nothing left to do. Calls after the first do nothing.
func (g *guard) dismiss() {
	g.once.Do(func() {
		_, _ = g.pipe.WriteString("ended\n") // a guard that is gone needs no telling
		_ = g.pipe.Close()
	})
}

// RemoveWithParent removes a directory when this process is gone. The returned function removes it at once.
func RemoveWithParent(directory string) (remove func() error, err error) {
	guard, err := startGuard(removeScript, directory)
	if err != nil {
		return nil, err
	}
	return func() error {
		guard.dismiss()
		return os.RemoveAll(directory)
	}, nil
}
