// Command bench-deliveries measures proactive deliveries: bulk requests, 100,000 tasks that wait for their
// windows, the start of their windows, and beside it a workflow that polls. It starts all it needs on loopback and
// stops all of it at the end.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

const description = `Measures proactive deliveries on a private Postgres and an embedded Temporal server, all on this machine:

  peer     one workflow per task that asks an activity every 30 s whether it may dial: CPU while --peer-tasks wait,
           and per call once their window has begun
  create   bulk requests of 15,000 tasks: time to the answer, tasks/s
  starts   what the slow starting of their runs costs, beside a further bulk request; memory and goroutines of the
           worker, which keeps few runs in memory here
  waiting  CPU and memory while all --tasks wait for a window that begins later, and no further runs are started
  window   the window of all of them begins at once, at most --max calls under way, a dialer that claims, starts
           and ends calls at once: orders/s, from a slot's becoming free to the next order, CPU of an attempt

The engine runs as two processes, engaged api (with the dispatchers) and engaged worker (with the pacer).
A full run takes about 10 minutes, --quick about 2. Nothing else should run on the machine meanwhile.`

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
	parser := kong.Must(chosen, kong.Name("bench-deliveries"), kong.Description(description), kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{WrapUpperBound: 110}))
	_, err := parser.Parse(arguments)
	parser.FatalIfErrorf(err)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := chosen.Run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench-deliveries:", err)
		stop()
		os.Exit(1)
	}
}
