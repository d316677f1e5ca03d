// Package report holds what a run of the benchmark found and prints it.
//
// Owns: the result as JSON, the comparison with the peer and with the targets as text.
//
// Does not own: how anything was measured (scenario).
package report
