// Package proc runs child processes that cannot outlive the process that started them.
//
// Owns: starting, stopping and killing a child, and the two guards that end it when its parent dies without a
// word (kill -9, a test binary that panics or runs into its time limit): the kernel's parent-death signal where
// there is one, and a small shell process that waits for its end of a pipe to close.
//
// Does not own: what the child is, and when it is ready.
package proc
