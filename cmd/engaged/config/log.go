package config

import "slices"

var (
	logLevels  = []string{"debug", "info", "warn", "error"}
	logFormats = []string{"json", "text"}
)

// Log says what the process writes to standard error.
type Log struct {
	// Level is the least severe level written: debug, info (default), warn or error.
	Level string `name:"log-level" env:"ENGAGED_LOG_LEVEL" default:"info" placeholder:"LEVEL" help:"Least severe level to log: debug, info, warn or error."`
	// Format is json (default, one object a line) or text, for reading in a terminal.
	Format string `name:"log-format" env:"ENGAGED_LOG_FORMAT" default:"json" placeholder:"FORMAT" help:"json (one object a line) or text (for reading in a terminal)."`
}

// Validate returns everything that is wrong with the group.
func (l Log) Validate() Problems {
	var c check
	c.that(slices.Contains(logLevels, l.Level), "log-level", "ENGAGED_LOG_LEVEL",
		"%q is not a level; use debug, info, warn or error", l.Level)
	c.that(slices.Contains(logFormats, l.Format), "log-format", "ENGAGED_LOG_FORMAT",
		"%q is not a format; use json or text", l.Format)
	return c.problems
}
