// Package telemetry is how a process tells what it does: logs, metrics and traces.
//
// Owns: the logger, the Prometheus registry with the metrics of the Go runtime, of Temporal's SDK
// and of the event log, the OpenTelemetry tracer.
//
// Does not own: the metrics of HTTP requests (api) and of the group commit (intake), which register
// themselves in the registry made here.
package telemetry
