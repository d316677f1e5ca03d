// Package report holds what a run of the benchmark of analytics found and prints it.
//
// Owns: the result as JSON and as text, the comparison with the targets and with an earlier run.
//
// Does not own: how anything was measured (measure, load, duck).
package report
