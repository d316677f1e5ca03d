// Package intake is the front of the event log: it makes what callers send durable, and hands what
// concerns a workflow on to it.
//
// Owns: the group commit of concurrent appends, when and to whom the log is dispatched, leases,
// retries and dead letters of dispatch, the upkeep of the log.
//
// Does not own: rows and their SQL (models), what an event means (engagement), how a workflow is
// reached (whoever implements Deliverer).
package intake
