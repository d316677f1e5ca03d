// Package oracle says what the records of a conversation must be, written apart from the engine's
// own fold: the rules of docs/lifecycle.md answered question by question, each by scanning the
// sorted list of events. It is slow on purpose and holds no state between events.
//
// Owns: a second reading of the rules, for tests and for the demo's comparison.
//
// Does not own: outcomes of entries, deadlines still ahead, late events: it is given every event of
// a conversation, as if each had been received promptly, and tells the rows they must leave behind.
package oracle
