// Package dialer is a simulated dialer: it claims orders, makes no calls, and tells what came of them.
// Who answers, how long it rings and what is lost is drawn by a seed, for each task and attempt alone, so
// that the same tasks come to the same whatever happens around them. It speaks the public HTTP API only.
//
// What it told is kept in a Journal, and read by a second, plain reading of the tables in
// docs/deliveries.md: ResultOf and Follow. They share nothing with the package delivery.
package dialer
