// Package models is the Postgres side of engaged: the event log, the records that finished
// workflows wrote, and everything an organization configures.
//
// Owns: the schema and its migrations, the rows, every SQL statement, the numbering and dedupe of
// entries, the record transaction, partitions and their retention.
//
// Does not own: what an entry means (package engagement), grouping requests into transactions and
// telling workflows of entries (package intake).
package models
