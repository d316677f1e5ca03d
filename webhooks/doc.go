// Package webhooks tells other systems, over HTTP, what has happened, after the Standard Webhooks
// specification.
//
// Owns: secrets and signatures, which addresses may be called, one attempt to deliver a message, when
// to try again.
//
// Does not own: what is said and to whom, and the log of attempts (rows, in models).
package webhooks
