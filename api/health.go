package api

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// checkTimeout bounds every check of /readyz.
const checkTimeout = 3 * time.Second

// Health is the answer of /livez and /readyz.
type Health struct {
	// Status is ok, or unavailable where a check fails or the server is shutting down.
	Status string `json:"status"`
	// Checks tells for each check ok or failed; why stands in the log.
	Checks map[string]string `json:"checks,omitempty"`
}

// live is GET /livez: the process answers.
func (s *Server) live(*call) (any, error) { return Health{Status: "ok"}, nil }

// ready is GET /readyz: everything the server needs works, and it is not shutting down.
func (s *Server) ready(c *call) (any, error) {
	health := Health{Status: "ok", Checks: map[string]string{}}
	if s.draining.Load() {
		health.Status = "unavailable"
		health.Checks["server"] = "shutting down"
	}
	for name, err := range runChecks(c.ctx(), s.deps.Checks) {
		health.Checks[name] = "ok"
		if err != nil {
			health.Checks[name] = "failed"
			health.Status = "unavailable"
			s.config.Logger.Warn("not ready", "request_id", c.id, "check", name, "error", err.Error())
		}
	}
	if health.Status != "ok" {
		return reply{status: http.StatusServiceUnavailable, body: health, header: map[string]string{"Retry-After": "1"}}, nil
	}
	return health, nil
}

// runChecks runs all checks at once and returns what each found.
func runChecks(ctx context.Context, checks []Check) map[string]error {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	found := make(map[string]error, len(checks))
	var mu sync.Mutex
	var all sync.WaitGroup
	for _, check := range checks {
		all.Go(func() {
			err := check.Run(ctx)
			mu.Lock()
			defer mu.Unlock()
			found[check.Name] = err
		})
	}
	all.Wait()
	return found
}
