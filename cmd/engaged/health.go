package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"engaged/api"
)

// checkTimeout bounds /readyz.
const checkTimeout = 3 * time.Second

// healthServer answers /livez, /readyz and /metrics of a process without API.
type healthServer struct {
	process  *process
	draining atomic.Bool
}

// serve answers until ctx is over.
func (h *healthServer) serve(ctx context.Context, listener net.Listener) error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) {
		writeHealth(w, api.Health{Status: "ok"})
	})
	mux.HandleFunc("GET /readyz", h.ready)
	mux.Handle("GET /metrics", promhttp.HandlerFor(h.process.metrics.Registry, promhttp.HandlerOpts{}))
	server := &http.Server{
		Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: 30 * time.Second, MaxHeaderBytes: 16 << 10,
		ErrorLog: slog.NewLogLogger(h.process.log.Handler(), slog.LevelDebug),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	h.draining.Store(true)
	shutdown, cancel := context.WithTimeout(context.WithoutCancel(ctx), checkTimeout)
	defer cancel()
	return server.Shutdown(shutdown)
}

func (h *healthServer) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), checkTimeout)
	defer cancel()
	health := api.Health{Status: "ok", Checks: map[string]string{}}
	if h.draining.Load() {
		health.Status = "unavailable"
	}
	for _, check := range h.process.checks() {
		health.Checks[check.Name] = "ok"
		if err := check.Run(ctx); err != nil {
			health.Checks[check.Name], health.Status = "failed", "unavailable"
			h.process.log.Warn("not ready", "check", check.Name, "error", err)
		}
	}
	writeHealth(w, health)
}

func writeHealth(w http.ResponseWriter, health api.Health) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if health.Status != "ok" {
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	// A caller who has gone away is no failure of ours.
	_ = json.NewEncoder(w).Encode(health)
}
