package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"engaged/devstack/internal/announce"
	"engaged/devstack/internal/pgserver"
	"engaged/devstack/internal/ports"
	"engaged/devstack/internal/temporald"
)

// startPatience bounds the start of each server, a recovery after a crash included.
const startPatience = 2 * time.Minute

// upCommand runs the servers that engaged needs and nobody else provides.
type upCommand struct {
	Dir             string `default:".data" help:"Where the state is kept."`
	DatabaseURL     string `name:"database-url" env:"DATABASE_URL" help:"A Postgres that runs already; none is started then."`
	TemporalAddress string `name:"temporal-address" env:"TEMPORAL_ADDRESS" help:"A Temporal server that runs already; none is started then."`
	Verbose         bool   `help:"Write the Temporal server's warnings, too."`
}

// Run serves until ctx is over.
func (c upCommand) Run(ctx context.Context) error {
	directory, err := filepath.Abs(c.Dir)
	if err != nil {
		return fmt.Errorf("resolving %s: %w", c.Dir, err)
	}
	if err := os.MkdirAll(directory, 0o755); err != nil {
		return fmt.Errorf("making %s: %w", directory, err)
	}
	settings, err := loadSettings(directory)
	if err != nil {
		return err
	}
	addresses := announce.Addresses{Database: c.DatabaseURL, Temporal: c.TemporalAddress}
	serverURL := ""
	if c.DatabaseURL == "" {
		postgres, err := c.startPostgres(ctx, directory, settings)
		if err != nil {
			return err
		}
		defer postgres.Stop()
		addresses.Database, serverURL = postgres.URL("engaged"), postgres.URL("postgres")
	}
	if c.TemporalAddress == "" {
		temporal, err := c.startTemporal(ctx, directory, serverURL, settings)
		if err != nil {
			return err
		}
		defer func() { _ = temporal.Stop() }() // the process ends, and with it all that may be left
		addresses.Temporal, addresses.UI = temporal.Address(), uiURL(settings.UIPort)
	}
	if err := settings.save(directory); err != nil {
		return err
	}
	if err := announce.Write(os.Stdout, addresses); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// startPostgres runs the private server and makes the database engaged in it.
func (c upCommand) startPostgres(ctx context.Context, directory string, settings *settings) (*pgserver.Postgres, error) {
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	postgres, err := pgserver.Start(ctx, pgserver.Config{
		Dir: filepath.Join(directory, "postgres"), Durable: true,
		Port: settings.PostgresPort, Password: settings.Password,
	})
	if err != nil {
		return nil, err
	}
	settings.PostgresPort = postgres.Port()
	if err := postgres.CreateDatabase(ctx, "engaged"); err != nil {
		postgres.Stop()
		return nil, err
	}
	return postgres, nil
}

// startTemporal runs the Temporal server on the private Postgres or, when there is none, on a SQLite file: another
// one's server is not the place for two more databases.
func (c upCommand) startTemporal(ctx context.Context, directory, serverURL string, settings *settings) (*temporald.Server, error) {
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	var err error
	if settings.TemporalPort, err = ports.Choose(settings.TemporalPort); err != nil {
		return nil, err
	}
	if settings.UIPort, err = ports.Choose(settings.UIPort); err != nil {
		return nil, err
	}
	options := temporald.Options{
		Port: settings.TemporalPort, UIPort: settings.UIPort, DatabaseURL: serverURL, Verbose: c.Verbose,
	}
	if serverURL == "" {
		options.File = filepath.Join(directory, "temporal.sqlite")
	}
	return temporald.Start(ctx, options)
}
