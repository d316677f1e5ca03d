package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"
	sdkworker "go.temporal.io/sdk/worker"

	"engaged/cmd/engaged/config"
	"engaged/telemetry"
)

// dialTemporal returns a client that connects when it is first used, so that a process starts and
// events are taken while Temporal is away.
func dialTemporal(settings config.Temporal, logger *slog.Logger, metrics *telemetry.Metrics, tracing *telemetry.Tracing) (client.Client, error) {
	options, err := settings.ClientOptions()
	if err != nil {
		return nil, fmt.Errorf("temporal: %w", err)
	}
	options.Logger = log.NewStructuredLogger(logger)
	options.MetricsHandler = metrics.Temporal
	if tracing != nil {
		i, err := tracing.Interceptor()
		if err != nil {
			return nil, fmt.Errorf("temporal: %w", err)
		}
		options.Interceptors = []interceptor.ClientInterceptor{i}
	}
	c, err := client.NewLazyClient(options)
	if err != nil {
		return nil, fmt.Errorf("temporal: %w", err)
	}
	return c, nil
}

const (
	firstAttempt   = 500 * time.Millisecond
	longestAttempt = 15 * time.Second
)

// persist calls a function until it succeeds or ctx is over, and says in the log why it waits.
func persist(ctx context.Context, logger *slog.Logger, what string, attempt func() error) error {
	for pause := firstAttempt; ; pause = min(2*pause, longestAttempt) {
		err := attempt()
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		logger.Warn(what+" failed, trying again", "error", err, "in", pause.String())
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", what, err)
		case <-time.After(pause):
		}
	}
}

// runWorker starts a worker as soon as Temporal answers and stops it, tasks in flight finished,
// when ctx is over. Each attempt takes a new worker: one that failed to start cannot be started.
func runWorker(ctx context.Context, logger *slog.Logger, build func() sdkworker.Worker) {
	var w sdkworker.Worker
	err := persist(ctx, logger, "starting the worker", func() error {
		w = build()
		return w.Start()
	})
	if err != nil {
		return
	}
	logger.Info("worker started")
	<-ctx.Done()
	w.Stop()
	logger.Info("worker stopped")
}
