// Package poller is the peer of the deliveries benchmark: the workflow that one writes first for a call that
// must wait for its window.
//
// Each task is a workflow that asks an activity every so often whether it may dial now: whether its window is
// open, and fewer calls than the maximum are under way. If so another activity dials. It runs on the same
// Temporal and the same Postgres, with the same worker options as the engine. It does less: no event log, no
// rules but the window, no order among tasks, no dialer outside, one row.
package poller
