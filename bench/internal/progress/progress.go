// Package progress shows how far a long run has come: a bar on a terminal, plain lines otherwise.
package progress

import (
	"fmt"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// A Bar counts towards a known end. Several goroutines may add to it.
type Bar struct {
	bar   *progressbar.ProgressBar
	label string
	begun time.Time
}

// Start shows a bar on standard error. Unit is the plural of what is counted.
func Start(label, unit string, total int) *Bar {
	b := &Bar{label: label, begun: time.Now()}
	if !term.IsTerminal(int(os.Stderr.Fd())) {
		fmt.Fprintf(os.Stderr, "%s ...\n", label)
		b.bar = progressbar.DefaultSilent(int64(total))
		return b
	}
	b.bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription(label),
		progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetItsString(unit),
		progressbar.OptionThrottle(200*time.Millisecond), progressbar.OptionSetWidth(20), progressbar.OptionClearOnFinish())
	return b
}

// Add counts n more.
func (b *Bar) Add(n int) { _ = b.bar.Add(n) } // more than the total is no fault

// Set says how many there are by now.
func (b *Bar) Set(n int) { _ = b.bar.Set(n) } // more than the total is no fault

// Done takes the bar away and leaves one line.
func (b *Bar) Done() {
	_ = b.bar.Exit() // it only stops drawing
	if term.IsTerminal(int(os.Stderr.Fd())) {
		_ = b.bar.Clear()
	}
	fmt.Fprintf(os.Stderr, "%s: done in %s\n", b.label, time.Since(b.begun).Round(100*time.Millisecond))
}

// Seconds fills a bar over a time; the returned function takes it away.
func Seconds(label string, length time.Duration) (done func()) {
	b := Start(label, "s", int(length.Seconds()))
	ticks, stop := time.NewTicker(time.Second), make(chan struct{})
	go func() {
		for {
			select {
			case <-ticks.C:
				b.Add(1)
			case <-stop:
				return
			}
		}
	}()
	return func() {
		ticks.Stop()
		close(stop)
		b.Done()
	}
}

// Say shows what is being done right now.
func (b *Bar) Say(what string) {
	if term.IsTerminal(int(os.Stderr.Fd())) {
		b.bar.Describe(b.label + ": " + what)
		return
	}
	fmt.Fprintf(os.Stderr, "%s: %s\n", b.label, what)
}
