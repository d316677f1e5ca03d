//go:build !clockoffset

package main

import "time"

// clockFlags are the flags that set the clock: none. Only the build that tests use has one.
type clockFlags struct{}

// now is the clock of the process.
func now() time.Time { return time.Now() }
