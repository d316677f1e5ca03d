// Package engagement is the core of engaged: what the events of one conversation mean.
//
// It is a pure function over the entries of a conversation's event log. Fold sorts the entries by
// the total order of their times and returns the legs, offers, waits and queue visits they make,
// what became of each entry, and the next instant at which time alone changes something.
//
// Owns: the vocabulary of events, their validation and order, what begins and ends a leg, waits,
// offers, queue visits, inactivity, expiry, wrap-up, ratings, closings, business hours, the
// identity of an engagement.
//
// Does not own: clocks, randomness, storage, transport. Times and identifiers are arguments; the
// package imports nothing but the standard library.
package engagement
