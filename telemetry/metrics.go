package telemetry

import (
	"fmt"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	otelprometheus "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.temporal.io/sdk/client"
	temporalotel "go.temporal.io/sdk/contrib/opentelemetry"
)

// Metrics is everything that /metrics prints.
type Metrics struct {
	// Registry holds all collectors.
	Registry *prometheus.Registry
	// Temporal takes the metrics of Temporal's SDK; they appear as temporal_*.
	Temporal client.MetricsHandler
}

// NewMetrics returns a registry with the metrics of the Go runtime, the process and the SDK, and a
// gauge engaged_build_info that names the version.
func NewMetrics(version string, log *slog.Logger) (*Metrics, error) {
	registry := prometheus.NewRegistry()
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name:        "engaged_build_info",
		Help:        "Always 1; its label is the version of the running binary.",
		ConstLabels: prometheus.Labels{"version": version},
	})
	build.Set(1)
	registry.MustRegister(build, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))

	exporter, err := otelprometheus.New(
		otelprometheus.WithRegisterer(registry),
		otelprometheus.WithoutScopeInfo(),
		otelprometheus.WithoutTargetInfo(),
	)
	if err != nil {
		return nil, fmt.Errorf("metrics of the Temporal SDK: %w", err)
	}
	provider := metric.NewMeterProvider(metric.WithReader(exporter), metric.WithView(latencies))
	handler := temporalotel.NewMetricsHandler(temporalotel.MetricsHandlerOptions{
		Meter:                provider.Meter("temporal-sdk-go"),
		OnError:              func(err error) { log.Warn("a metric of the Temporal SDK was dropped", "error", err) },
		UseMonotonicCounters: true,
	})
	return &Metrics{Registry: registry, Temporal: handler}, nil
}

// latencies gives the SDK's timers, which are in seconds, buckets from a millisecond to a minute;
// the default ones are made for milliseconds.
func latencies(i metric.Instrument) (metric.Stream, bool) {
	if i.Kind != metric.InstrumentKindHistogram {
		return metric.Stream{}, false
	}
	return metric.Stream{
		Name: i.Name, Description: i.Description, Unit: i.Unit,
		Aggregation: metric.AggregationExplicitBucketHistogram{
			Boundaries: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
		},
	}, true
}
