package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/schollz/progressbar/v3"

	"engaged/devstack/demo"
	"engaged/engagement"
	"engaged/importer"
)

// play writes the day to a file and imports it, as engaged import does.
func play(ctx context.Context, o options, day demo.Day) error {
	directory, err := os.MkdirTemp("", "engaged-demo-")
	if err != nil {
		return fmt.Errorf("make a directory for the day: %w", err)
	}
	defer os.RemoveAll(directory) // a left-over in the temporary directory harms nothing
	path := filepath.Join(directory, "day.ndjson")
	if err := write(path, day); err != nil {
		return err
	}
	summary, err := importer.Run(ctx, importer.Options{
		File: path, URL: o.url, Key: o.key, Until: day.Until, GiveUpAfter: o.patience, Progress: &progress{},
	})
	if err != nil {
		return fmt.Errorf("play the day: %w", err)
	}
	if summary.Rejected > 0 {
		return fmt.Errorf("%d events were refused", summary.Rejected)
	}
	if summary.Duplicate > 0 {
		fmt.Printf("%d events were there already: this day was played before.\n", summary.Duplicate)
	}
	return nil
}

func write(path string, day demo.Day) error {
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("write the day: %w", err)
	}
	out := bufio.NewWriter(file)
	if err := day.WriteNDJSON(out); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write the day: %w", err)
	}
	return file.Close()
}

// collect waits until all engagements are recorded and returns them.
func (c *client) collect(ctx context.Context, o options, day demo.Day, total int) (map[key]row, error) {
	ctx, cancel := context.WithTimeout(ctx, o.patience)
	defer cancel()
	bar := progress{}
	bar.Begin("recorded", 0, int64(total), "engagements")
	tick := time.NewTicker(2 * time.Second)
	defer tick.Stop()
	seen := 0
	for {
		rows, err := c.engagements(ctx, day, engagement.At(o.day))
		if err == nil {
			bar.Add(int64(len(rows) - seen))
			if seen = len(rows); seen >= total {
				bar.End()
				return c.settled(ctx, day, engagement.At(o.day), rows)
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return rows, fmt.Errorf("%d of %d engagements were recorded: %w", seen, total, ctx.Err())
		}
	}
}

// settled reads again until nothing changes any more: tags and wrap-up may still be on their way.
func (c *client) settled(ctx context.Context, day demo.Day, from engagement.Instant, rows map[key]row) (map[key]row, error) {
	tick := time.NewTicker(3 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return rows, ctx.Err()
		}
		again, err := c.engagements(ctx, day, from)
		if err != nil {
			return rows, err
		}
		if len(compare(rows, again)) == 0 {
			return again, nil
		}
		rows = again
	}
}

// progress draws bars on standard error.
type progress struct{ bar *progressbar.ProgressBar }

// Begin starts a phase.
func (p *progress) Begin(phase string, done, total int64, unit string) {
	p.bar = progressbar.NewOptions64(total, progressbar.OptionSetDescription(fmt.Sprintf("%-9s", phase)),
		progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetWidth(40), progressbar.OptionShowCount(),
		progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionSetItsString(unit), progressbar.OptionShowIts(),
		progressbar.OptionOnCompletion(func() { fmt.Fprintln(os.Stderr) }))
	p.Add(done)
}

// Add reports steps done.
func (p *progress) Add(steps int64) { _ = p.bar.Add64(steps) } // a bar that cannot be drawn harms nothing

// End finishes the phase.
func (p *progress) End() { _ = p.bar.Finish() }
