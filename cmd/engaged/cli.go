package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/alecthomas/kong"

	"engaged/cmd/engaged/config"
)

// Exit codes. A command that finds what it looks for (differences, rejects) exits with failed too.
const (
	succeeded = 0
	failed    = 1
	misused   = 2
)

// environment is what a command may touch of the process.
type environment struct {
	stdout, stderr io.Writer
	// terminal tells whether stderr is one: progress is then drawn instead of printed.
	terminal bool
	version  string
}

// commands is the grammar of the command line.
type commands struct {
	Serve       serveCommand       `cmd:"" help:"Run everything: API, dispatcher and worker in one process."`
	API         apiCommand         `cmd:"" name:"api" help:"Run the API and the dispatcher; any number of processes may."`
	Worker      workerCommand      `cmd:"" help:"Run the worker that carries engagements out; any number of processes may."`
	Migrate     migrateCommand     `cmd:"" help:"Bring the database schema up to date, take it back, or show where it stands."`
	Keys        keysCommand        `cmd:"" help:"Create, list and revoke API keys."`
	Import      importCommand      `cmd:"" help:"Play a file of events into a running engaged."`
	Reconcile   reconcileCommand   `cmd:"" help:"Fold the event log again and compare it with the records."`
	DeadLetters deadLettersCommand `cmd:"" help:"List entries that were given up, and drive them again."`

	Version kong.VersionFlag `help:"Print the version and exit."`
	Clock   clockFlags       `embed:""`
}

const description = `engaged turns the events of routing systems and dialers into exact engagement records.

Routing systems post events to the API, which answers when they are durable in Postgres. A Temporal workflow per engagement follows them, times out what must time out, and writes the record when the engagement is over.

Every setting is a flag and an environment variable; a flag outranks the variable. Set DATABASE_URL and TEMPORAL_ADDRESS once and the commands find their way.`

// exit unwinds the stack when the parser is done before a command has run, as after --help.
type exit int

// newParser returns the parser of the command line.
func newParser(c *commands, env environment) (*config.Parser, error) {
	return config.NewParser(c,
		kong.Name("engaged"),
		kong.Description(description),
		kong.Vars{"version": "engaged " + env.version},
		kong.Writers(env.stdout, env.stderr),
		kong.Exit(func(code int) { panic(exit(code)) }),
		kong.ValueFormatter(describe),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100, NoExpandSubcommands: true}),
	)
}

// describe writes the help of a setting: what it is, its default, its variable.
func describe(v *kong.Value) string {
	help := v.Help
	if v.HasDefault && v.Default != "" {
		help += " Default " + v.Default + "."
	}
	if len(v.Tag.Envs) > 0 {
		help += " [$" + v.Tag.Envs[0] + "]"
	}
	return help
}

// run parses the arguments and runs the command; it returns the exit code of the process.
func run(ctx context.Context, args []string, env environment) (code int) {
	defer func() {
		switch e := recover().(type) {
		case nil:
		case exit:
			code = int(e)
		default:
			panic(e)
		}
	}()
	parser, err := newParser(new(commands), env)
	if err != nil {
		fmt.Fprintln(env.stderr, "engaged:", err)
		return failed
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(env.stderr, "engaged:", err)
		fmt.Fprintln(env.stderr, `Run "engaged --help", or "engaged <command> --help", to see what there is.`)
		return misused
	}
	parsed.BindTo(ctx, (*context.Context)(nil))
	if err := parsed.Run(env); err != nil {
		var quiet *outcome
		if !errors.As(err, &quiet) {
			fmt.Fprintln(env.stderr, "engaged:", err)
		}
		return failed
	}
	return succeeded
}

// outcome ends a command that has done its work, and said so, with a failing exit code.
type outcome struct{ what string }

// Error says what was found.
func (o *outcome) Error() string { return o.what }
