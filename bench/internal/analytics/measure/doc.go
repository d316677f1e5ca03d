// Package measure asks the questions and takes the time.
//
// Owns: the HTTP client, the plain SQL beside it, the time spent in Postgres, the comparison of answers.
//
// Does not own: the questions (question), what the figures are held against (report).
package measure
