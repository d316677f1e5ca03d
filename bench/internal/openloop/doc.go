// Package openloop sends HTTP requests at the times a schedule says, whether or not earlier ones are answered,
// and measures each from the time it was meant to be sent.
//
// Owns: pacing, connections, retries of refused requests, latencies free of coordinated omission, counts of
// what was acknowledged.
//
// Does not own: what is sent and when (chat, scenario).
package openloop
