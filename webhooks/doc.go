// Package webhooks tells other systems, over HTTP, what has happened, after the Standard Webhooks
// specification.
//
// Owns: secrets, their sealing and signatures, which addresses may be called, one attempt to deliver a
// message, when to try again, the loop that sends what is due.
//
// Does not own: what is said and to whom, the outbox and the log of attempts (rows, in models).
package webhooks
