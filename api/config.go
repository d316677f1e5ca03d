package api

import (
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/trace"
)

// Config is what an operator may decide about the HTTP edge. Zero values mean the defaults.
type Config struct {
	// Logger takes one line per failed request, and per request at debug level; default
	// slog.Default(). Lines hold the route's template, never ids, names or bodies.
	Logger *slog.Logger
	// Registry takes the request metrics and is what /metrics prints; default a new one. Others may
	// register their own collectors in it.
	Registry *prometheus.Registry
	// TracerProvider, where set, makes a span per request.
	TracerProvider trace.TracerProvider
	// PublicURL is scheme and host under which callers reach us, for next_page_url; default: as the
	// request was addressed.
	PublicURL string
	// DevKey is a fixed key with all scopes for development; it is accepted from loopback addresses
	// only. Default: none.
	DevKey string
	// DevOrganization is the organization that DevKey belongs to; default "dev".
	DevOrganization string
	// KeyCacheTTL is how long a key that was looked up is believed; a revoked key works that much
	// longer. Default 10 s.
	KeyCacheTTL time.Duration
	// KeyRate is the number of requests a second that one key may make; default 10,000. Negative:
	// unlimited.
	KeyRate float64
	// KeyBurst is how many requests a key may make at once; default twice KeyRate.
	KeyBurst int
	// AcceptTimeout is how long the accept command waits for its outcome before it answers 503;
	// default 5 s.
	AcceptTimeout time.Duration
	// VisibilityDays is how many days back the compatible endpoints reach, counted in whole days of
	// UTC; default 90. Negative: no limit.
	VisibilityDays int
	// CapacityValidity is how long what is told of a queue's agents holds, counted from the time that
	// it names; default 30 s.
	CapacityValidity time.Duration
	// Analytics is what is particular to the compatible analytics wire.
	Analytics AnalyticsConfig
	// ODataTimeout bounds each statement of a question for the OData tables; default 20 s.
	ODataTimeout time.Duration
	// Webhooks is what is to be known of sending webhooks.
	Webhooks WebhookConfig
	// ReadTimeout bounds reading one request, body included; default 30 s.
	ReadTimeout time.Duration
	// WriteTimeout bounds handling one request and writing its answer; default 60 s.
	WriteTimeout time.Duration
	// LiveInterval is how often the server looks whether what is open has changed, for each organization
	// that has live streams; default 1 s. LiveHeartbeat is the time after which a stream without news
	// sends a comment; default 15 s.
	LiveInterval, LiveHeartbeat time.Duration
	// DrainDelay is how long /readyz answers 503 before a shutdown stops taking requests, so that
	// load balancers notice; default none.
	DrainDelay time.Duration
	// ShutdownTimeout is how long running requests may take to finish; default 20 s.
	ShutdownTimeout time.Duration
}

// The bounds of every request.
const (
	// MaxEvents is how many events one request may hold.
	MaxEvents = 1000
	// MaxBody is the largest body of a request in bytes.
	MaxBody = 1 << 20
	// maxHeader bounds the header of a request in bytes.
	maxHeader = 16 << 10
	// maxIdentifier bounds an identifier in a path or a query in bytes.
	maxIdentifier = 128
)

// withDefaults fills in what was left out.
func (c Config) withDefaults() Config {
	orDefault(&c.Logger, slog.Default())
	orDefault(&c.DevOrganization, "dev")
	orDefault(&c.KeyCacheTTL, 10*time.Second)
	orDefault(&c.KeyRate, 10_000)
	orDefault(&c.KeyBurst, int(2*c.KeyRate))
	orDefault(&c.AcceptTimeout, 5*time.Second)
	orDefault(&c.VisibilityDays, 90)
	orDefault(&c.CapacityValidity, 30*time.Second)
	orDefault(&c.ODataTimeout, 20*time.Second)
	orDefault(&c.ReadTimeout, 30*time.Second)
	orDefault(&c.WriteTimeout, time.Minute)
	orDefault(&c.LiveInterval, time.Second)
	orDefault(&c.LiveHeartbeat, 15*time.Second)
	orDefault(&c.ShutdownTimeout, 20*time.Second)
	if c.Registry == nil {
		c.Registry = prometheus.NewRegistry()
	}
	return c
}

func orDefault[T comparable](value *T, fallback T) {
	var zero T
	if *value == zero {
		*value = fallback
	}
}
