// Command devstack runs a Temporal server, or a private Postgres and a Temporal server on it, for development and
// tests. It writes one JSON line with the addresses when everything answers, and ends with SIGINT or SIGTERM.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// commands is the grammar of the command line.
type commands struct {
	Temporal temporalCommand `cmd:"" help:"Run a Temporal server only."`
	Up       upCommand       `cmd:"" help:"Run what DATABASE_URL and TEMPORAL_ADDRESS do not name: a private Postgres, a Temporal server, its web UI."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	command := kong.Parse(new(commands), kong.Name("devstack"),
		kong.Description("Servers for development and tests; never for production."))
	command.BindTo(ctx, (*context.Context)(nil))
	if err := command.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "devstack:", err)
		os.Exit(1)
	}
}
