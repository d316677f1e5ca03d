// Command demo plays a contact centre's day into a running engaged and shows what came out of it,
// beside what the fold over the same events gives; then it has campaigns dialed by a simulated dialer and
// shows what came of them, beside what the dialer told. It exits with 1 if anything differs.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"engaged/devstack/demo"
	"engaged/engagement"
)

// options are the command line's.
type options struct {
	url, key      string
	database      string
	organization  string
	seed          uint64
	conversations int
	deliveries    int
	day           time.Time
	patience      time.Duration
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	o, err := parse(os.Args[1:])
	if err == nil {
		err = run(ctx, o)
	}
	if err == nil && o.deliveries > 0 {
		err = runDeliveries(ctx, o, newClient(o.url, o.key))
	}
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1) //nolint:gocritic // nothing is left to clean up
	}
}

func parse(args []string) (options, error) {
	var o options
	set := flag.NewFlagSet("demo", flag.ContinueOnError)
	set.StringVar(&o.url, "url", "http://127.0.0.1:8080", "where engaged is")
	set.StringVar(&o.key, "key", "dev-key", "an API key that may do everything")
	set.Uint64Var(&o.seed, "seed", 1, "which day: the same seed makes the same one")
	set.IntVar(&o.conversations, "conversations", 2000, "how many conversations the day has")
	set.IntVar(&o.deliveries, "deliveries", 240, "how many delivery tasks are dialed; 0 for none")
	set.DurationVar(&o.patience, "patience", 15*time.Minute, "how long to wait for the records")
	set.StringVar(&o.database, "database-url", defaultDatabase(), "the stack's Postgres, to compare offers, visits, waits, ratings and closings too (default DATABASE_URL, else that of make dev)")
	set.StringVar(&o.organization, "organization", "dev", "whom the key belongs to; only used with -database-url")
	day := set.String("day", "", "the day as YYYY-MM-DD; everything left open is over 17 days later, which must be past (default 17 days ago)")
	if err := set.Parse(args); err != nil {
		return o, err
	}
	o.day = time.Now().UTC().Add(-demo.Span.Duration()).Truncate(24 * time.Hour)
	if *day != "" {
		var err error
		if o.day, err = time.Parse(time.DateOnly, *day); err != nil {
			return o, fmt.Errorf("-day: %w", err)
		}
	}
	if engagement.At(o.day).Add(demo.Span) > engagement.At(time.Now()) {
		return o, fmt.Errorf("-day: %s is less than 17 days ago", o.day.Format(time.DateOnly))
	}
	if o.conversations < 1 {
		return o, errors.New("-conversations: at least 1")
	}
	if o.deliveries < 0 || o.deliveries > 10_000 {
		return o, errors.New("-deliveries: 0 to 10000")
	}
	return o, nil
}

// run plays, waits and compares.
func run(ctx context.Context, o options) error {
	day := demo.Generate(o.seed, o.conversations, o.day)
	fmt.Printf("%s, seed %d: %d conversations, %d events\n", o.day.Format("Monday 2 January 2006"), o.seed, o.conversations, len(day.Events))
	c := newClient(o.url, o.key)
	settings, err := c.settings(ctx)
	if err != nil {
		return err
	}
	if err := c.introduce(ctx, day.Staff); err != nil {
		return err
	}
	folded := foldDay(day, settings)
	want := engagements(folded)
	started := time.Now()
	if err := play(ctx, o, day); err != nil {
		return err
	}
	got, err := c.collect(ctx, o, day, len(want))
	if err != nil {
		return err
	}
	took := time.Since(started)
	stored, err := readStored(ctx, o, folded)
	if err != nil {
		return err
	}
	fmt.Printf("\n%d engagements recorded in %v, %.0f events/s from the first request to the last record\n\n",
		len(got), took.Round(time.Second), float64(len(day.Events))/took.Seconds())
	byChannel := func(r row) string { return r.Channel }
	byQueue := func(r row) string { return r.Queue }
	printTable(os.Stdout, "channel", group(got, byChannel, stored, channelOf), group(want, byChannel, folded, channelOf))
	printTable(os.Stdout, "queue", group(got, byQueue, stored, queueOf), group(want, byQueue, folded, queueOf))
	differences := append(compare(want, got), compareStored(folded, stored)...)
	for _, d := range differences[:min(20, len(differences))] {
		fmt.Println(d)
	}
	if len(differences) > 0 {
		return fmt.Errorf("%d differences between the records and the fold over the events", len(differences))
	}
	fmt.Printf("All %d engagements equal the fold over the events, field by field.\n", len(got))
	if stored != nil {
		fmt.Printf("So do %s.\n", counts(stored))
	}
	return nil
}
