package main

import (
	"context"

	"engaged/cmd/engaged/config"
	"engaged/models"
	"engaged/telemetry"
)

// openOffline opens the store for a command that does its work and ends.
func openOffline(ctx context.Context, settings config.Offline, env environment) (*models.Store, error) {
	log := telemetry.NewLogger(env.stderr, settings.Log.Level, settings.Log.Format)
	return openStore(ctx, settings.Database, log, "engaged command")
}
