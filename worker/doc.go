// Package worker runs the process that carries workflows and activities out.
//
// Owns: the Temporal worker's options, registration, draining on shutdown.
//
// Does not own: what workflows and activities do, the connection to Temporal and Postgres.
package worker
