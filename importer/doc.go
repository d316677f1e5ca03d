// Package importer plays a file of events into a running engaged over HTTP.
//
// The file is NDJSON, one event a line, of any size. A first pass finds the latest event time and
// whether the events of each conversation stand together in order of time; where they do not, the
// file is sorted on disk. A second pass posts it in batches and closes each conversation with a
// clock.reached event, which decides everything that was due by then.
//
// An import can be interrupted at any moment: it continues where its checkpoint says. What is sent
// a second time is recognized as a duplicate.
//
// Owns: reading, sorting, batching, retrying, the checkpoint, the file of rejects.
//
// Does not own: what an event is; the API validates, and its verdicts end in the file of rejects.
package importer
