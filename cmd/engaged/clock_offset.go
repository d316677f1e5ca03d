//go:build clockoffset

package main

import (
	"errors"
	"time"
)

// clockFlags has the clock of a test be behind that of the world. Postgres must be behind by as much:
// whoever starts the process sees to it.
type clockFlags struct {
	ClockOffset time.Duration `name:"clock-offset" env:"ENGAGED_CLOCK_OFFSET" placeholder:"DURATION" help:"How far the clock is moved; not positive."`
}

var clockOffset time.Duration

// AfterApply sets the clock. It cannot be ahead: a workflow whose timer fires before the log's clock is
// there finds out and waits, one whose timer fires after it does not.
func (f clockFlags) AfterApply() error {
	if f.ClockOffset > 0 {
		return errors.New("--clock-offset: the clock can only be set back")
	}
	clockOffset = f.ClockOffset
	return nil
}

// now is the clock of the process.
func now() time.Time { return time.Now().Add(clockOffset) }
