package config

import (
	"fmt"
	"strings"
)

// Problem is one thing that is wrong with the settings.
type Problem struct {
	// Flag is the flag's name without dashes; the argument's name where it is none.
	Flag string
	// Env is the environment variable that sets the same, or empty.
	Env string
	// Reason says what is wrong and what to write instead.
	Reason string
}

// String names the setting in both its forms and says what is wrong.
func (p Problem) String() string {
	if p.Env == "" {
		return fmt.Sprintf("--%s: %s", p.Flag, p.Reason)
	}
	return fmt.Sprintf("--%s (%s): %s", p.Flag, p.Env, p.Reason)
}

// Problems are all things that are wrong, in the order of the settings.
type Problems []Problem

// Error lists every problem on a line of its own.
func (p Problems) Error() string {
	var b strings.Builder
	switch len(p) {
	case 1:
		b.WriteString("a setting is wrong:")
	default:
		fmt.Fprintf(&b, "%d settings are wrong:", len(p))
	}
	for _, problem := range p {
		b.WriteString("\n  " + problem.String())
	}
	return b.String()
}

// Err returns the problems as an error, nil if there are none.
func (p Problems) Err() error {
	if len(p) == 0 {
		return nil
	}
	return p
}

// validator is a group of settings that knows what is wrong with it.
type validator interface{ Validate() Problems }

func join(groups ...validator) Problems {
	var all Problems
	for _, g := range groups {
		all = append(all, g.Validate()...)
	}
	return all
}

// check collects problems of one group.
type check struct{ problems Problems }

func (c *check) that(ok bool, flag, env, format string, args ...any) {
	if !ok {
		c.problems = append(c.problems, Problem{Flag: flag, Env: env, Reason: fmt.Sprintf(format, args...)})
	}
}
