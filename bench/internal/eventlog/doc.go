// Package eventlog asks the engine's database what became of the events of a benchmark.
//
// Owns: the counts that prove that nothing was lost, the depth of the backlog, times of receipt, WAL written.
//
// Does not own: the schema (models); it only reads, but for the settings of the bench's own organizations.
package eventlog
