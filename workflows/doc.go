// Package workflows holds the Temporal workflows that drive the cores: one run per engagement.
//
// Owns: workflow types, ids, signals and updates and their payloads, the deadline timer, when to
// fold, record and end, the typed client.
//
// Does not own: what events mean (engagement), side effects (activities), the event log (intake and
// models). It never reads a clock but the workflow's, and never touches Postgres or HTTP.
package workflows
