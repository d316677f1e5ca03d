package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"
	"go.opentelemetry.io/contrib/instrumentation/github.com/gin-gonic/gin/otelgin"
)

// Server is the HTTP edge.
type Server struct {
	config  Config
	deps    Dependencies
	now     func() time.Time
	engine  *gin.Engine
	metrics *metrics
	keys    *keyCache
	// dev is who the development key is.
	dev principal
	// analyticsLimits are those of the compatible analytics wire alone.
	analyticsLimits *analyticsLimits
	// hub serves those who watch what is open.
	hub *liveHub
	// orders wakes dialers who wait for orders.
	orders *orderWake
	// simulations holds an element while a simulation of deliveries runs.
	simulations chan struct{}
	// draining makes /readyz fail before a shutdown; closing ends the streams when it begins.
	draining atomic.Bool
	closing  chan struct{}
	close    func()
}

// New returns a server that is ready to Serve; the only error is a registry that already holds its
// metrics.
func New(config Config, deps Dependencies) (*Server, error) {
	s := &Server{config: config.withDefaults(), deps: deps, now: deps.Now, closing: make(chan struct{}), simulations: make(chan struct{}, 1)}
	if s.now == nil {
		s.now = time.Now
	}
	var err error
	if s.metrics, err = newMetrics(s.config.Registry); err != nil {
		return nil, fmt.Errorf("api metrics: %w", err)
	}
	buckets := newLimits(s.config.KeyRate, s.config.KeyBurst)
	s.keys = &keyCache{store: deps.Store, ttl: s.config.KeyCacheTTL, now: s.now, limits: buckets}
	s.dev = principal{organization: s.config.DevOrganization, actor: "key:dev", bucket: buckets.of("dev-key"), scopes: []string{string(Admin)}}
	s.analyticsLimits = newAnalyticsLimits(s.config.Analytics)
	s.close = sync.OnceFunc(func() {
		close(s.closing)
		s.orders.close()
	})
	s.hub = s.newLiveHub()
	s.orders = newOrderWake(func(ctx context.Context, wake func()) error { return deps.Store.ListenOrders(ctx, wake) })
	s.engine = s.newEngine()
	return s, nil
}

// newEngine builds the router from the table of routes.
func (s *Server) newEngine() *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	// Identifiers may hold slashes: match the path as it was sent and decode each parameter.
	engine.UseEscapedPath = true
	engine.UnescapePathValues = false
	engine.HandleMethodNotAllowed = true
	engine.RedirectTrailingSlash = false
	if s.config.TracerProvider != nil {
		engine.Use(otelgin.Middleware("engaged-api", otelgin.WithTracerProvider(s.config.TracerProvider)))
	}
	for _, r := range s.routes() {
		engine.Handle(r.Method, r.ginPath(), s.serve(r))
		if onAnalyticsWire(r.Path) || onDataverseWire(r.Path) {
			// Links of the reference end in a slash, or lack it; a redirect would lose bodies and keys.
			other, ended := strings.CutSuffix(r.ginPath(), "/")
			if !ended {
				other += "/"
			}
			engine.Handle(r.Method, other, s.serve(r))
		}
	}
	engine.NoRoute(s.serve(fallback("unmatched", problem(http.StatusNotFound, "request:no_such_route",
		"There is no such resource. GET /openapi.yaml lists all."))))
	engine.NoMethod(s.serve(fallback("unmatched_method", problem(http.StatusMethodNotAllowed, "request:method_not_allowed",
		"This resource has no such method. GET /openapi.yaml lists all."))))
	return engine
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if onDataverseWire(r.URL.Path) {
		r = withPlainKeys(r)
	}
	s.engine.ServeHTTP(w, r)
}

// Serve answers requests on the listener until ctx is over, then lets the running ones finish. It
// returns nil after an orderly shutdown.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       s.config.ReadTimeout,
		WriteTimeout:      s.config.WriteTimeout + 5*time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(s.config.Logger.Handler(), slog.LevelDebug),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	return s.shutdown(server)
}

// shutdown announces itself through /readyz, then closes the door and waits for those inside.
func (s *Server) shutdown(server *http.Server) error {
	s.draining.Store(true)
	if s.config.DrainDelay > 0 {
		time.Sleep(s.config.DrainDelay)
	}
	// Clients of streams connect again, elsewhere.
	s.close()
	ctx, cancel := context.WithTimeout(context.Background(), s.config.ShutdownTimeout)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("shutdown: %w", err), server.Close())
	}
	return nil
}
