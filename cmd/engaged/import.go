package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"text/tabwriter"
	"time"

	"engaged/cmd/engaged/config"
	"engaged/engagement"
	"engaged/importer"
)

// importCommand plays a file into a running engaged.
type importCommand struct {
	File string `arg:"" name:"file" help:"NDJSON file, one event a line, as POST /v1/events takes them."`

	URL         string        `name:"url" env:"ENGAGED_URL" default:"http://127.0.0.1:8080" placeholder:"URL" group:"command" help:"Where the API is."`
	Key         string        `name:"key" env:"ENGAGED_KEY" placeholder:"KEY" group:"command" help:"API key with scope events:write. Required."`
	Until       string        `name:"until" placeholder:"TIME" group:"command" help:"RFC 3339 time up to which the file tells everything: what was due by then is decided. By default the latest event time in the file, but never after now."`
	Checkpoint  string        `name:"checkpoint" placeholder:"FILE" group:"command" help:"Where progress is kept. By default FILE.checkpoint."`
	Rejects     string        `name:"rejects" placeholder:"FILE" group:"command" help:"Where refused events go. By default FILE.rejects.ndjson."`
	Concurrency int           `name:"concurrency" env:"ENGAGED_IMPORT_CONCURRENCY" default:"4" placeholder:"N" group:"command" help:"Requests in flight."`
	Batch       int           `name:"batch" env:"ENGAGED_IMPORT_BATCH" default:"500" placeholder:"N" group:"command" help:"Events a request, at most 1000."`
	GiveUpAfter time.Duration `name:"give-up-after" env:"ENGAGED_IMPORT_GIVE_UP_AFTER" default:"10m" placeholder:"DURATION" group:"command" help:"How long requests may fail before the import stops."`
}

// Help is the longer text of --help.
func (importCommand) Help() string {
	return `The file may be of any size. If the events of a conversation do not stand together in order of time, they are sorted on disk beside the checkpoint first. Every conversation is closed with a clock.reached event, so that time-outs which were due by --until are decided at once instead of when their time comes again.

An import that was interrupted goes on where it was when the same command is run again. Events that the API refuses are written to FILE.rejects.ndjson with line, code and reason, and the command exits with 1.`
}

// Validate returns everything that is wrong with the flags.
func (c importCommand) Validate() config.Problems {
	var problems config.Problems
	wrong := func(bad bool, flag, env, format string, args ...any) {
		if bad {
			problems = append(problems, config.Problem{Flag: flag, Env: env, Reason: fmt.Sprintf(format, args...)})
		}
	}
	u, err := url.Parse(c.URL)
	wrong(err != nil || u.Host == "", "url", "ENGAGED_URL", "%q is not a URL such as http://127.0.0.1:8080", c.URL)
	wrong(c.Key == "", "key", "ENGAGED_KEY", "required: an API key with scope events:write, made with \"engaged keys create\"")
	_, err = c.until()
	wrong(err != nil, "until", "", "%q is not an RFC 3339 time such as 2026-03-01T18:00:00Z", c.Until)
	wrong(c.Concurrency < 1 || c.Concurrency > 64, "concurrency", "ENGAGED_IMPORT_CONCURRENCY", "%d lies outside 1 to 64", c.Concurrency)
	wrong(c.Batch < 1 || c.Batch > 1000, "batch", "ENGAGED_IMPORT_BATCH", "%d lies outside 1 to 1000", c.Batch)
	wrong(c.GiveUpAfter <= 0, "give-up-after", "ENGAGED_IMPORT_GIVE_UP_AFTER", "must be more than nothing")
	return problems
}

func (c importCommand) until() (engagement.Instant, error) {
	if c.Until == "" {
		return 0, nil
	}
	t, err := time.Parse(time.RFC3339, c.Until)
	return engagement.At(t), err
}

// Run imports the file.
func (c importCommand) Run(ctx context.Context, env environment) error {
	until, err := c.until()
	if err != nil {
		return err
	}
	summary, err := importer.Run(ctx, importer.Options{
		File: c.File, URL: c.URL, Key: c.Key, Until: until,
		Checkpoint: c.Checkpoint, Rejects: c.Rejects,
		Concurrency: c.Concurrency, BatchEvents: c.Batch, GiveUpAfter: c.GiveUpAfter,
		Progress: newProgress(env),
	})
	if err != nil && ctx.Err() != nil {
		return errors.New("interrupted; run the same command again to go on")
	}
	if err != nil {
		return err
	}
	printImport(env, summary)
	if summary.Rejected > 0 {
		rejects := c.Rejects
		if rejects == "" {
			rejects = c.File + ".rejects.ndjson"
		}
		fmt.Fprintf(env.stderr, "engaged: %d events were refused; %s says why\n", summary.Rejected, rejects)
		return &outcome{"events were refused"}
	}
	return nil
}

func printImport(env environment, s importer.Summary) {
	w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(name string, value any) { fmt.Fprintf(w, "%s\t%v\t\n", name, value) }
	row("events in the file", s.Lines)
	row("conversations", s.Conversations)
	row("accepted", s.Accepted)
	row("duplicate", s.Duplicate)
	row("late", s.Late)
	row("rejected", s.Rejected)
	row("time reached", s.Until)
	row("took", s.Elapsed.Round(time.Millisecond))
	row("events per second", int64(float64(s.Sent)/max(s.Elapsed.Seconds(), 0.001)))
	_ = w.Flush()
	fmt.Fprintln(env.stdout, "accepted, duplicate and late include one clock.reached a conversation.")
}
