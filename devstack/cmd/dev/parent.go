package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// untilOrphaned returns a context that is done when ctx is, or when this process gets another parent because its
// own has died: make, killed with -9, passes no signal on.
func untilOrphaned(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	parent := os.Getppid()
	go func() {
		defer cancel()
		poll := time.NewTicker(250 * time.Millisecond)
		defer poll.Stop()
		for os.Getppid() == parent {
			select {
			case <-poll.C:
			case <-ctx.Done():
				return
			}
		}
	}()
	return ctx
}

// impatience is how long after the first signal a second one means "at once": the same Ctrl-C may arrive twice, from
// the terminal and from a parent that passes it on.
const impatience = 2 * time.Second

// untilSignalled returns a context that is done at the first signal to end. A later second one ends the process at
// once; the guards then end its children.
func untilSignalled(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		<-signals
		cancel()
		first := time.Now()
		for range signals {
			if time.Since(first) > impatience {
				fmt.Fprintln(os.Stderr, "Ending at once.")
				os.Exit(1)
			}
		}
	}()
	return ctx
}
