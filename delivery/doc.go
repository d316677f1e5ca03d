// Package delivery is the core of proactive deliveries: when a contact may be called and what the
// dialer's events mean.
//
// It is pure. Fold sorts the entries of a delivery task's event log by the total order of their
// times and returns the attempts they make, what became of each entry, and what to do next.
// Evaluate tells whether an attempt may be handed to the dialer at an instant, which rule forbids
// it and when it may go out.
//
// Owns: statuses and results, windows, calling hours, time zones, statutory packs, caps, consent,
// cancellation policies, retries and chains of contacts, pacing formulas, the identity of an
// attempt.
//
// Does not own: clocks, randomness, storage, transport, who holds a dial token. Times and facts
// are arguments; the package imports nothing but the standard library.
package delivery

// RulesVersion numbers the rules of this package; every record names the version that made it.
const RulesVersion = 1
