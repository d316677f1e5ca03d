// Package duck holds the same rows in DuckDB.
//
// Owns: its tables, filling them from Postgres by CSV, one partition at a time, and its settings.
//
// Does not own: the questions (question).
//
// It is given a favour that a careful user would give it: every table holds its time by the reporting
// zone's wall clock too, in local_at, so that a day is not worked out for each row and question.
package duck
