// Package usage accounts for what the processes of a benchmark spend.
//
// Owns: CPU time and resident memory by role, summed over a process and all its descendants, from /proc.
//
// Does not own: starting processes (stack).
package usage
