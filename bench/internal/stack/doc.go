// Package stack starts what is measured, all on loopback and each in its own process: Postgres, Temporal on
// it, and one engine at a time (`engaged serve`, or the worker of the naive peer).
//
// Owns: building and starting, where each listens, which process plays which role, stopping all of it.
//
// Does not own: how Postgres and Temporal run (devstack).
package stack
