// Package api is the HTTP edge of engaged: it turns requests into entries of the event log and
// rows into answers, and contains no rule of its own.
//
// One file holds one resource; routes.go is the table of all of them, and openapi.yaml, embedded
// in the binary, is the contract: a test holds the two equal. Every error is an RFC 9457 problem
// document with a stable code.
//
// Owns: reading and bounding requests, API keys and scopes, rate limits, problem documents, wire
// formats (its own and the compatible one), paging, request metrics, health.
//
// Does not own: what events mean (engagement), the event log (intake), rows (models), workflows.
// What it needs of them stands in dependencies.go as small interfaces.
package api
