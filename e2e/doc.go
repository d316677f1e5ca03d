// Package e2e proves the whole: the real binary against a real Temporal server and a real Postgres,
// fed over HTTP, read back over HTTP and SQL, killed and restarted in between. It holds tests only.
package e2e
