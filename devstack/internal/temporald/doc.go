// Package temporald runs a Temporal server inside this process.
//
// Owns: its configuration for one machine (all services in one process, static membership, one task queue
// partition, limits that do not masquerade as slowness), its schema on Postgres, the namespace and the web UI.
//
// Does not own: the process. It is linked only by devstack's own command, because the server is large and
// everything that links it takes long to build.
package temporald
