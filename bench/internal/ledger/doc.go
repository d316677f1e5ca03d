// Package ledger reads the histories of workflows and says what they cost and when they applied what.
//
// Owns: counting history events and billable actions by the published price list of Temporal Cloud, finding
// the workflow task that took a signal in.
//
// Does not own: which workflows are asked (scenario).
package ledger
