// Package scenario holds the measurements of the benchmark.
//
// Owns: what each scenario sends, when it measures, what it checks.
//
// Does not own: how things are sent (openloop, naive), counted (eventlog, ledger, usage) or shown (report).
package scenario
