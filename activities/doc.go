// Package activities holds the side effects of workflows: each file is one activity with its input,
// its result, its method and the typed stub through which workflows call it.
//
// Owns: the names of activities, their options and retries, the translation of what a workflow
// wants into calls of the store.
//
// Does not own: rules (engagement), rows and SQL (models), when to call what (workflows).
package activities
