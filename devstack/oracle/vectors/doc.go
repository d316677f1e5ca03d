// Package vectors holds conversations worked out by hand: events and the numbers that they must
// give, taken from the rules and not from any program. The oracle, the engine's fold and the real
// stack are all held to the same vectors.
package vectors
