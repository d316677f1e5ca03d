// Command bench-engine measures the engine beside the workflow that one writes first, on the same Temporal and
// the same Postgres. It starts all it needs on loopback and stops all of it at the end.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

const description = `Measures the engine beside a naive workflow (one signal per event, the inactivity timer re-armed per reply, one
activity at the end) on the same Temporal and the same Postgres, all on this machine.

The load is chats of 24 messages in 25 minutes: queue, offer, accept, messages, solved; every second one after two
offers that came to nothing. 80 % of the events are messages.

Scenarios:
  chats   a few whole chats on both engines, undisturbed: history events and billable actions, itemised
  intake  --rate requests/s of one event for --duration, then the backlog is drained and nothing may be lost
  bare    the same with nothing dispatched: what acknowledging alone costs (only when asked for)
  batch   the same events/s, 20 events a request
  naive   the naive peer at its own saturation, with 2,000 open chats and in bursts
  tempo   real tempo, 50 events/s of the mix, on the peer and on the engine: CPU, received to applied
  open    real tempo with 10,000 open engagements: CPU and memory

A full run takes about 15 minutes, --quick about 3. Nothing else should run on the machine meanwhile.`

// naiveWorker is the first argument of the processes that the benchmark starts of itself.
const naiveWorker = "naive-worker"

// command is what the arguments ask for.
type command interface {
	Run(ctx context.Context) error
}

func main() {
	var chosen command = &runCommand{}
	arguments := os.Args[1:]
	if len(arguments) > 0 && arguments[0] == naiveWorker {
		chosen, arguments = &naiveCommand{}, arguments[1:]
	}
	parser := kong.Must(chosen, kong.Name("bench-engine"), kong.Description(description), kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{WrapUpperBound: 110}))
	_, err := parser.Parse(arguments)
	parser.FatalIfErrorf(err)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := chosen.Run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench-engine:", err)
		stop()
		os.Exit(1)
	}
}
