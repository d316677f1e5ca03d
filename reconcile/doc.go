// Package reconcile holds the records against the event log: the fold of the log gives every record
// again, so whatever differs is a fault of the engine, of the database, or of somebody's hands.
//
// Owns: replaying the log of a conversation or delivery task as its runs have folded it, comparing the rows field by field,
// repairing them; finding what no run has recorded although it should have been.
//
// Does not own: what an entry means (engagement, delivery), rows and SQL (models).
package reconcile
