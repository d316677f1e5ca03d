package config

import "net/url"

// Tracing says where OpenTelemetry traces go.
type Tracing struct {
	// OTLPEndpoint is the URL of an OTLP/HTTP collector; empty (default): no traces.
	OTLPEndpoint string `name:"otlp-endpoint" env:"OTEL_EXPORTER_OTLP_ENDPOINT" placeholder:"URL" help:"OTLP/HTTP collector that receives traces, such as http://localhost:4318. Without one nothing is traced."`
	// SampleRatio is the share of requests that begin a trace, 0 to 1; default 1.
	SampleRatio float64 `name:"trace-sample-ratio" env:"ENGAGED_TRACE_SAMPLE_RATIO" default:"1" placeholder:"RATIO" help:"Share of requests that begin a trace, 0 to 1. A caller's own decision is kept."`
}

// Validate returns everything that is wrong with the group.
func (t Tracing) Validate() Problems {
	var c check
	if t.OTLPEndpoint != "" {
		u, err := url.Parse(t.OTLPEndpoint)
		c.that(err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https"),
			"otlp-endpoint", "OTEL_EXPORTER_OTLP_ENDPOINT",
			"%q is not a URL of a collector; write something like http://localhost:4318", t.OTLPEndpoint)
	}
	c.that(t.SampleRatio >= 0 && t.SampleRatio <= 1, "trace-sample-ratio", "ENGAGED_TRACE_SAMPLE_RATIO",
		"%v lies outside 0 to 1", t.SampleRatio)
	return c.problems
}
