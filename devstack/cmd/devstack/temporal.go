package main

import (
	"context"
	"os"

	"engaged/devstack/internal/announce"
	"engaged/devstack/internal/temporald"
)

// temporalCommand runs a Temporal server until it is told to end.
type temporalCommand struct {
	Port        int    `help:"Port of the frontend on 127.0.0.1." required:""`
	UIPort      int    `name:"ui-port" help:"Port of the web UI on 127.0.0.1; none by default."`
	DatabaseURL string `name:"database-url" help:"A Postgres server to keep the state on; two databases are made there."`
	File        string `help:"A SQLite file to keep the state in, instead of memory."`
	Verbose     bool   `help:"Write the server's warnings, too."`
}

// Run serves until ctx is over.
func (c temporalCommand) Run(ctx context.Context) error {
	server, err := temporald.Start(ctx, temporald.Options{
		Port: c.Port, UIPort: c.UIPort, DatabaseURL: c.DatabaseURL, File: c.File, Verbose: c.Verbose,
	})
	if err != nil {
		return err
	}
	if err := announce.Write(os.Stdout, announce.Addresses{Temporal: server.Address(), UI: uiURL(c.UIPort)}); err != nil {
		return err
	}
	<-ctx.Done()
	return server.Stop()
}
