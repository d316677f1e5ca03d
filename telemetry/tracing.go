package telemetry

import (
	"context"
	"fmt"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	temporalotel "go.temporal.io/sdk/contrib/opentelemetry"
	"go.temporal.io/sdk/interceptor"
)

// TracingOptions say what is traced and where it goes.
type TracingOptions struct {
	// Endpoint is the URL of an OTLP/HTTP collector; /v1/traces is appended.
	Endpoint string
	// SampleRatio is the share of requests that begin a trace.
	SampleRatio float64
	// Service and Version name the process in the traces.
	Service, Version string
}

// Tracing sends spans to a collector.
type Tracing struct {
	provider *sdktrace.TracerProvider
}

// StartTracing connects to the collector lazily: a collector that is away costs traces, nothing
// else.
func StartTracing(ctx context.Context, o TracingOptions) (*Tracing, error) {
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(strings.TrimRight(o.Endpoint, "/")+"/v1/traces"))
	if err != nil {
		return nil, fmt.Errorf("tracing: %w", err)
	}
	provider := sdktrace.NewTracerProvider(
		sdktrace.WithBatcher(exporter),
		sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(o.SampleRatio))),
		sdktrace.WithResource(resource.NewSchemaless(
			attribute.String("service.name", o.Service),
			attribute.String("service.version", o.Version),
		)),
	)
	return &Tracing{provider: provider}, nil
}

// Provider makes the spans of requests.
func (t *Tracing) Provider() trace.TracerProvider { return t.provider }

// Interceptor makes the spans of calls to Temporal, of workflows and activities.
func (t *Tracing) Interceptor() (interceptor.Interceptor, error) {
	return temporalotel.NewTracingInterceptor(temporalotel.TracerOptions{
		Tracer:            t.provider.Tracer("engaged"),
		TextMapPropagator: propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}),
	})
}

// Stop sends what is left.
func (t *Tracing) Stop(ctx context.Context) error { return t.provider.Shutdown(ctx) }
