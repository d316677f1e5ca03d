// Package question is the fixed set of questions that a supervisor asks, each in three forms.
//
// Owns: the questions as our API takes them and as SQL written by hand, their periods, the dialects of
// Postgres and DuckDB.
//
// Does not own: asking them and taking the time (measure).
package question
