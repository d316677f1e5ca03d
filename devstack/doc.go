// Package devstack gives development and tests a real Postgres and a real Temporal server without a container.
//
// Owns: finding the installed Postgres, running a private one (as an unprivileged user, which Postgres insists
// on), a migrated database per test in milliseconds, a Temporal server as a child process, and the promise that
// none of them outlives the process that asked for it.
//
// Does not own: anything a production process needs. cmd/engaged never links it; a test holds that.
//
// In a test:
//
//	store, err := models.Open(t.Context(), devstack.Database(t), models.Options{})
//	temporal := devstack.TemporalClient(t)
package devstack
