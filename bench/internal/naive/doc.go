// Package naive is the peer of the benchmark: the workflow that one writes first.
//
// Every event is a signal, every customer message cancels the inactivity timer and starts another, and one
// activity at the end writes one row. It runs on the same Temporal and the same Postgres, with the same worker
// options as the engine. It does less than the engine: no event log, no duplicates recognized, no order but
// that of arrival, no live view, nothing durable while Temporal is away.
package naive
