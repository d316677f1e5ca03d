package api

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are rate, errors and duration of each route, and what became of the events sent.
type metrics struct {
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	inFlight prometheus.Gauge
	events   *prometheus.CounterVec
	handler  http.Handler
}

// newMetrics registers the request metrics, and those of the process and the runtime where nobody
// has yet.
func newMetrics(registry *prometheus.Registry) (*metrics, error) {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "engaged_http_requests_total", Help: "Requests answered, by method, route template and status.",
		}, []string{"method", "route", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "engaged_http_request_duration_seconds", Help: "Time from the request's header to the end of its answer.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"method", "route"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "engaged_http_requests_in_flight", Help: "Requests being answered.",
		}),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "engaged_events_total", Help: "Events sent to POST /v1/events, by result.",
		}, []string{"result"}),
	}
	for _, c := range []prometheus.Collector{m.requests, m.duration, m.inFlight, m.events} {
		if err := registry.Register(c); err != nil {
			return nil, err
		}
	}
	// The worker in the same process may have registered these already.
	_ = registry.Register(collectors.NewGoCollector())
	_ = registry.Register(collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.handler = promhttp.HandlerFor(registry, promhttp.HandlerOpts{Registry: registry})
	return m, nil
}

// count adds what became of one request's events.
func (m *metrics) count(r Result) {
	for result, n := range map[string]int{"accepted": r.Accepted, "duplicate": r.Duplicate, "late": r.Late, "rejected": len(r.Rejected)} {
		if n > 0 {
			m.events.WithLabelValues(result).Add(float64(n))
		}
	}
}

// routeMetrics are those of one route, looked up once.
type routeMetrics struct {
	method, path string
	inFlight     prometheus.Gauge
	requests     *prometheus.CounterVec
	duration     prometheus.Observer
	// byStatus caches the counters of the statuses seen.
	byStatus sync.Map
}

func (m *metrics) route(method, path string) *routeMetrics {
	return &routeMetrics{
		method: method, path: path, inFlight: m.inFlight, requests: m.requests,
		duration: m.duration.WithLabelValues(method, path),
	}
}

func (r *routeMetrics) begin() { r.inFlight.Inc() }

func (r *routeMetrics) end(status int, took time.Duration) {
	r.inFlight.Dec()
	r.duration.Observe(took.Seconds())
	counter, ok := r.byStatus.Load(status)
	if !ok {
		counter, _ = r.byStatus.LoadOrStore(status, r.requests.WithLabelValues(r.method, r.path, strconv.Itoa(status)))
	}
	counter.(prometheus.Counter).Inc()
}

// showMetrics is GET /metrics.
func (s *Server) showMetrics(c *call) (any, error) {
	s.metrics.handler.ServeHTTP(c.Writer, c.Request)
	return reply{written: true}, nil
}
