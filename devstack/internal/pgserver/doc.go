// Package pgserver runs a private Postgres server of the installed binaries.
//
// Owns: the data directory, the unprivileged user, port and password, start, stop, kill and restart.
//
// Does not own: what is in the databases.
package pgserver
