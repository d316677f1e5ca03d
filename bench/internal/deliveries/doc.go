// Package deliveries measures proactive deliveries from outside: bulk requests, tasks that wait for their
// windows, the start of their windows, and a peer that polls.
//
// Owns: the tasks that are asked for, the dialer, the order of the phases, what each cost, the result.
//
// Does not own: starting processes (stack), accounting (usage), the peer's workflow (poller).
package deliveries
