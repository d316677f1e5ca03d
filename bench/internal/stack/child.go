package stack

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// A child is a process that ends with this one.
type child struct {
	cmd  *exec.Cmd
	log  string
	done chan struct{}
	err  error
}

// startChild starts cmd in a session of its own, so that Ctrl-C reaches only the parent, which then stops its
// children in order. Output goes to the file log.
func startChild(cmd *exec.Cmd, log string) (*child, error) {
	output, err := os.OpenFile(log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening a log: %w", err)
	}
	defer output.Close() //nolint:errcheck // the child holds a copy of its own
	if cmd.Stdout == nil {
		cmd.Stdout = output
	}
	cmd.Stderr = output
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGTERM}
	c := &child{cmd: cmd, log: log, done: make(chan struct{})}
	started := make(chan error, 1)
	go c.run(started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("starting %s: %w", cmd.Path, err)
	}
	return c, nil
}

// run holds its thread until the child is gone: the parent-death signal is tied to the thread that forked.
func (c *child) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := c.cmd.Start()
	started <- err
	if err != nil {
		return
	}
	c.err = c.cmd.Wait()
	close(c.done)
}

func (c *child) pid() int { return c.cmd.Process.Pid }

// stop asks the child to end and kills it when that takes long.
func (c *child) stop() {
	if c == nil {
		return
	}
	_ = c.cmd.Process.Signal(syscall.SIGTERM) // the only error is that it is gone
	select {
	case <-c.done:
	case <-time.After(30 * time.Second):
		_ = c.cmd.Process.Kill()
		<-c.done
	}
}

// ended returns an error with the end of the log if the child has ended.
func (c *child) ended() error {
	select {
	case <-c.done:
		text, _ := os.ReadFile(c.log)
		return fmt.Errorf("%s has ended (%v): %s", c.cmd.Path, c.err, text[max(0, len(text)-2000):])
	default:
		return nil
	}
}
