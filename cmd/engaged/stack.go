package main

import (
	"context"
	"fmt"
	"net"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	sdkworker "go.temporal.io/sdk/worker"

	"engaged/analytics"
	"engaged/api"
	"engaged/cmd/engaged/config"
	"engaged/intake"
	"engaged/telemetry"
	"engaged/webhooks"
	"engaged/worker"
	"engaged/workflows"
)

// parts are what a process serves.
type parts struct {
	role        string
	api, worker bool
}

// serve runs the parts until ctx is over and shuts them down from the outside in: callers first,
// then what works for them.
func serve(ctx context.Context, settings config.Settings, parts parts, env environment) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", settings.HTTP.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", settings.HTTP.Listen, err)
	}
	defer func() { _ = listener.Close() }()
	p, err := openProcess(ctx, settings, parts.role, env)
	if err != nil {
		return err
	}
	defer p.close()
	p.log.Info("starting", "version", env.version, "listen", listener.Addr().String())
	defer p.log.Info("stopped")
	defer p.background(ctx, p.upkeep)()
	if parts.worker {
		defer p.background(ctx, p.work)()
	}
	if parts.api {
		return p.serveAPI(ctx, listener)
	}
	return (&healthServer{process: p}).serve(ctx, listener)
}

// background runs a function until the one it returns is called, which waits for its end. It
// outlives ctx: what works for callers stops after they are gone.
func (p *process) background(ctx context.Context, run func(context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var running sync.WaitGroup
	running.Go(func() { run(ctx) })
	return func() {
		cancel()
		running.Wait()
	}
}

// work runs the worker until ctx is over.
func (p *process) work(ctx context.Context) {
	records := telemetry.NewRecords(p.metrics.Registry)
	store := observedStore{Store: p.store, records: records, now: now}
	options := worker.Options{
		TaskQueue: p.settings.Temporal.TaskQueue, Concurrency: p.settings.Worker.Concurrency,
		Pollers: p.settings.Worker.Pollers, CachedRuns: p.settings.Worker.CachedRuns,
		StopTimeout: p.settings.HTTP.ShutdownTimeout,
	}
	keeper := analytics.NewKeeper(p.store.Pool(), analytics.KeeperOptions{Logger: p.log})
	defer p.background(ctx, keeper.Run)()
	defer p.background(ctx, intake.NewPacer(p.store, intake.PacerOptions{Logger: p.log}).Run)()
	defer p.background(ctx, intake.NewSweeper(p.store, intake.SweeperOptions{Logger: p.log}).Run)()
	defer p.background(ctx, p.sendWebhooks)()
	runWorker(ctx, p.log, func() sdkworker.Worker { return worker.New(p.temporal, store, options) })
}

// serveAPI answers requests and dispatches what they append. After ctx is over it finishes the
// requests, commits what they appended, and puts the dispatcher's claims down.
func (p *process) serveAPI(ctx context.Context, listener net.Listener) error {
	if err := p.prepareDevelopment(ctx); err != nil {
		return err
	}
	workflowClient := workflows.NewClient(p.temporal, p.settings.Temporal.TaskQueue, p.store)
	log := intake.NewLog(p.store, intake.LogOptions{MaxWaiting: p.settings.Intake.MaxWaiting})
	p.metrics.Registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "engaged_log_waiting_events", Help: "Events of this process that wait to be committed.",
	}, func() float64 { return float64(log.Waiting()) }))
	keyring, err := p.settings.Webhooks.Keyring()
	if err != nil {
		return err
	}
	config := p.apiConfig()
	config.Webhooks = api.WebhookConfig{Guard: webhooks.Guard{AllowPrivate: p.settings.Webhooks.AllowPrivate}, Keyring: keyring}
	server, err := api.New(config, api.Dependencies{
		Log: log, Accepts: workflowClient, Store: p.store, Checks: p.checks(), Now: now,
		Analytics: analytics.NewEngine(p.store, analytics.Options{StatementTimeout: p.settings.Reports.Timeout}),
	})
	if err != nil {
		return err
	}
	if n := p.settings.Intake.Dispatchers; n > 0 {
		dispatcher := intake.NewDispatcher(p.store, workflowClient, intake.DispatchOptions{
			Parallel: n, Logger: p.log, Yield: log.Busy,
		})
		defer p.background(ctx, dispatcher.Run)()
	}
	defer log.Close()
	return server.Serve(ctx, listener)
}

func (p *process) apiConfig() api.Config {
	h := p.settings.HTTP
	rate := h.RequestsPerSecond
	if rate == 0 {
		rate = -1
	}
	return api.Config{
		Logger: p.log, Registry: p.metrics.Registry, TracerProvider: p.tracerProvider(),
		PublicURL: h.PublicURL, KeyRate: rate, AcceptTimeout: h.AcceptTimeout, VisibilityDays: h.VisibilityDays,
		CapacityValidity: h.CapacityValidity, DrainDelay: h.DrainDelay, ShutdownTimeout: h.ShutdownTimeout,
		Analytics: p.analyticsConfig(),
		DevKey:    p.settings.Development.Key, DevOrganization: p.settings.Development.Organization,
	}
}

func (p *process) analyticsConfig() api.AnalyticsConfig {
	r := p.settings.Reports
	return api.AnalyticsConfig{
		OmitEmpty: r.CompatOmitEmpty, RequireBound: r.CompatRequireBound,
		Rate: r.CompatRate, Burst: r.CompatBurst, Daily: r.CompatDaily,
	}
}
