package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/trace"
	"go.temporal.io/sdk/client"

	"engaged/api"
	"engaged/cmd/engaged/config"
	"engaged/models"
	"engaged/telemetry"
)

// postgresPatience is how long a starting process waits for Postgres before it gives up and lets
// its supervisor start it again.
const postgresPatience = time.Minute

// process is what the long-running commands have in common.
type process struct {
	settings config.Settings
	log      *slog.Logger
	metrics  *telemetry.Metrics
	tracing  *telemetry.Tracing
	store    *models.Store
	temporal client.Client
}

// openProcess connects a process to Postgres, which it waits for, and to Temporal, which it does
// not. The role names it in logs, traces and connections.
func openProcess(ctx context.Context, settings config.Settings, role string, env environment) (_ *process, err error) {
	p := &process{settings: settings}
	p.log = telemetry.NewLogger(env.stderr, settings.Log.Level, settings.Log.Format).With("process", role)
	defer func() {
		if err != nil {
			p.close()
		}
	}()
	if p.metrics, err = telemetry.NewMetrics(env.version, p.log); err != nil {
		return nil, err
	}
	if settings.Tracing.OTLPEndpoint != "" {
		p.tracing, err = telemetry.StartTracing(ctx, telemetry.TracingOptions{
			Endpoint: settings.Tracing.OTLPEndpoint, SampleRatio: settings.Tracing.SampleRatio,
			Service: "engaged-" + role, Version: env.version,
		})
		if err != nil {
			return nil, err
		}
	}
	if p.store, err = openStore(ctx, settings.Database, p.log, "engaged "+role); err != nil {
		return nil, err
	}
	if p.temporal, err = dialTemporal(settings.Temporal, p.log, p.metrics, p.tracing); err != nil {
		return nil, err
	}
	p.metrics.Registry.MustRegister(telemetry.NewEventLogCollector(p.readEventLog, p.log))
	return p, nil
}

// openStore waits for Postgres for a while and then for a schema that this binary knows.
func openStore(ctx context.Context, settings config.Database, log *slog.Logger, application string) (*models.Store, error) {
	ctx, cancel := context.WithTimeout(ctx, postgresPatience)
	defer cancel()
	var store *models.Store
	err := persist(ctx, log, "connecting to Postgres", func() (err error) {
		store, err = models.Open(ctx, settings.URL, models.Options{MaxConns: settings.MaxConnections, ApplicationName: application})
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := checkSchema(ctx, store); err != nil {
		store.Close()
		return nil, err
	}
	return store, nil
}

// checkSchema reports a schema that is older than this binary. A newer one is fine: migrations go
// first, and do not take away what the version before them needs.
func checkSchema(ctx context.Context, store *models.Store) error {
	latest, err := models.LatestVersion()
	if err != nil {
		return err
	}
	current, err := store.CurrentVersion(ctx)
	if err != nil {
		return fmt.Errorf("the database has no schema; run \"engaged migrate up\": %w", err)
	}
	if current < latest {
		return fmt.Errorf("the schema is at version %d, this binary needs %d; run \"engaged migrate up\"", current, latest)
	}
	return nil
}

// checks are what /readyz asks.
func (p *process) checks() []api.Check {
	return []api.Check{
		{Name: "postgres", Run: p.store.Ping},
		{Name: "schema", Run: func(ctx context.Context) error { return checkSchema(ctx, p.store) }},
		{Name: "temporal", Run: func(ctx context.Context) error {
			_, err := p.temporal.CheckHealth(ctx, &client.CheckHealthRequest{})
			return err
		}},
	}
}

// tracerProvider is nil where nothing is traced.
func (p *process) tracerProvider() trace.TracerProvider {
	if p.tracing == nil {
		return nil
	}
	return p.tracing.Provider()
}

// close lets go of everything, in the opposite order.
func (p *process) close() {
	var err error
	if p.temporal != nil {
		p.temporal.Close()
	}
	if p.store != nil {
		p.store.Close()
	}
	if p.tracing != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		err = errors.Join(err, p.tracing.Stop(ctx))
	}
	if err != nil {
		p.log.Warn("shutdown", "error", err)
	}
}
