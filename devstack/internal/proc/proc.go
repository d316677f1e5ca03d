package proc

import (
	"fmt"
	"os/exec"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

// Options say how a child ends when its parent dies.
type Options struct {
	// Orphaned is the signal the child gets when its parent is gone. The default 0 means SIGTERM.
	Orphaned syscall.Signal
}

// A Process is a running child. Its methods may be called by several goroutines.
type Process struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error
}

// Start starts cmd in a session of its own, so that a Ctrl-C at the terminal reaches only the parent, which then
// stops its children in order. cmd.SysProcAttr may carry a credential; everything else in it is overwritten.
// Output that is to go nowhere must be a file or nil: a pipe would keep `go test` waiting for it.
func Start(cmd *exec.Cmd, options Options) (*Process, error) {
	if options.Orphaned == 0 {
		options.Orphaned = syscall.SIGTERM
	}
	attributes := &syscall.SysProcAttr{Setsid: true}
	if cmd.SysProcAttr != nil {
		attributes.Credential = cmd.SysProcAttr.Credential
	}
	signalOnParentDeath(attributes, options.Orphaned)
	cmd.SysProcAttr = attributes

	process := &Process{cmd: cmd, done: make(chan struct{})}
	started := make(chan error, 1)
	go process.run(started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("starting %s: %w", cmd.Path, err)
	}
	guard, err := startGuard(endScript, strconv.Itoa(process.PID()), strconv.Itoa(int(options.Orphaned)))
	if err != nil {
		process.Kill()
		return nil, err
	}
	go func() {
		<-process.done
		guard.dismiss()
	}()
	return process, nil
}

// run holds its thread until the child is gone: the parent-death signal is tied to the thread that forked.
func (p *Process) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := p.cmd.Start()
	started <- err
	if err != nil {
		return
	}
	p.err = p.cmd.Wait()
	close(p.done)
}

// PID returns the process id of the child.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Done is closed when the child has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err returns how the child ended, nil for exit code 0. It is meaningful once Done is closed.
func (p *Process) Err() error { return p.err }

// Kill ends the child with SIGKILL and waits for it.
func (p *Process) Kill() { p.Stop(syscall.SIGKILL, 0) }

// Stop sends the signal, waits for the child to end, and kills it when it takes longer than grace.
// A child that ended before is left as it is.
func (p *Process) Stop(signal syscall.Signal, grace time.Duration) {
	_ = p.cmd.Process.Signal(signal) // the only error is that the child is gone already
	if signal != syscall.SIGKILL {
		select {
		case <-p.done:
			return
		case <-time.After(grace):
			_ = p.cmd.Process.Kill()
		}
	}
	<-p.done
}
