package main

import (
	"context"

	"engaged/cmd/engaged/config"
)

// serveCommand runs API, dispatcher and worker in one process.
type serveCommand struct{ config.Settings }

// Help is the longer text of --help.
func (serveCommand) Help() string {
	return `One process is enough for a team; for more, run "engaged api" and "engaged worker" as often as needed: there is no leader and nothing to elect.

The process starts and takes events while Temporal is away; /readyz tells. SIGTERM or SIGINT shuts it down without losing anything that was acknowledged; a second one ends it at once.`
}

// Run serves until ctx is over.
func (c serveCommand) Run(ctx context.Context, env environment) error {
	return serve(ctx, c.Settings, parts{role: "serve", api: true, worker: true}, env)
}

// apiCommand runs the API and the dispatcher.
type apiCommand struct{ config.API }

// Run serves until ctx is over.
func (c apiCommand) Run(ctx context.Context, env environment) error {
	return serve(ctx, config.Settings{
		Log: c.Log, Tracing: c.Tracing, Database: c.Database, Temporal: c.Temporal,
		HTTP: c.HTTP, Intake: c.Intake, Reports: c.Reports, Webhooks: c.Webhooks, Development: c.Development,
	}, parts{role: "api", api: true}, env)
}

// workerCommand runs the worker.
type workerCommand struct{ config.WorkerOnly }

// Run works until ctx is over.
func (c workerCommand) Run(ctx context.Context, env environment) error {
	return serve(ctx, config.Settings{
		Log: c.Log, Tracing: c.Tracing, Database: c.Database, Temporal: c.Temporal, Worker: c.Worker,
		Webhooks: c.Webhooks, HTTP: config.HTTP{Listen: c.Health.Listen, ShutdownTimeout: c.Health.ShutdownTimeout},
	}, parts{role: "worker", worker: true}, env)
}
