// Package demo makes up a contact centre's day: conversations on several channels with queues,
// offers, transfers, silence, reopenings, ratings and wrap-up, the same for the same seed.
package demo
