package main

import (
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"
)

// plainEvery is how often progress is printed where there is no terminal to draw it on.
const plainEvery = 5 * time.Second

// progress shows how far a long command is: a bar with rate and time left on a terminal, a line
// now and then elsewhere. Not safe for concurrent use.
type progress struct {
	out      io.Writer
	terminal bool
	now      func() time.Time

	bar         *progressbar.ProgressBar
	phase, unit string
	done, total int64
	before      int64
	started     time.Time
	printed     time.Time
}

func newProgress(env environment) *progress {
	return &progress{out: env.stderr, terminal: env.terminal, now: time.Now}
}

// Begin starts a phase of total steps, of which some were done earlier.
func (p *progress) Begin(phase string, done, total int64, unit string) {
	p.phase, p.unit, p.done, p.before, p.total = phase, unit, done, done, total
	p.started = p.now()
	p.printed = p.started
	if !p.terminal {
		return
	}
	options := []progressbar.Option{
		progressbar.OptionSetWriter(p.out),
		progressbar.OptionSetDescription(fmt.Sprintf("%-8s", phase)),
		progressbar.OptionSetWidth(30),
		progressbar.OptionThrottle(100 * time.Millisecond),
		progressbar.OptionShowCount(),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionShowElapsedTimeOnFinish(),
		progressbar.OptionOnCompletion(func() { fmt.Fprintln(p.out) }),
	}
	if unit == "bytes" {
		options = append(options, progressbar.OptionShowBytes(true))
	} else {
		options = append(options, progressbar.OptionShowIts(), progressbar.OptionSetItsString(unit))
	}
	p.bar = progressbar.NewOptions64(max(total-done, 1), options...)
}

// Add reports steps done since the last call.
func (p *progress) Add(steps int64) {
	p.done += steps
	if p.bar != nil {
		// A bar that cannot be drawn must not stop the work.
		_ = p.bar.Add64(steps)
		return
	}
	if now := p.now(); now.Sub(p.printed) >= plainEvery {
		p.printed = now
		p.line()
	}
}

// End finishes the phase.
func (p *progress) End() {
	if p.bar == nil {
		p.line()
		return
	}
	if p.done >= p.total {
		_ = p.bar.Finish()
	} else {
		_ = p.bar.Exit()
		fmt.Fprintln(p.out)
	}
	p.bar = nil
}

// line prints one line: phase, share, rate and time left.
func (p *progress) line() {
	elapsed := p.now().Sub(p.started).Seconds()
	rate := float64(p.done-p.before) / max(elapsed, 0.001)
	left := ""
	if p.done < p.total && rate > 0 {
		left = fmt.Sprintf(", %v left", (time.Duration(float64(p.total-p.done) / rate * float64(time.Second))).Round(time.Second))
	}
	share := 100.0
	if p.total > 0 {
		share = 100 * float64(p.done) / float64(p.total)
	}
	fmt.Fprintf(p.out, "%s: %3.0f %% (%d of %d %s), %.0f %s/s%s\n", p.phase, share, p.done, p.total, p.unit, rate, p.unit, left)
}
