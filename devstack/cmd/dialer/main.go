// Command dialer runs the simulated dialer against a running engaged until it is interrupted, and then says
// what came of its calls.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"engaged/devstack/dialer"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// The second signal ends it at once.
	context.AfterFunc(ctx, stop)
	o, err := parse(os.Args[1:])
	if err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "dialer:", err)
		}
		os.Exit(2) //nolint:gocritic // nothing is left to clean up
	}
	fmt.Printf("Dialing for %s with up to %d calls at once; Ctrl-C hangs up.\n", o.URL, o.Calls)
	d := dialer.New(o)
	d.Run(ctx)
	kinds := d.Journal().Kinds()
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		fmt.Printf("%6d %s\n", kinds[kind], kind)
	}
}

func parse(args []string) (dialer.Options, error) {
	var o dialer.Options
	set := flag.NewFlagSet("dialer", flag.ContinueOnError)
	set.StringVar(&o.URL, "url", "http://127.0.0.1:8080", "where engaged is")
	set.StringVar(&o.Key, "key", "dev-key", "an API key with deliveries:write")
	set.StringVar(&o.Name, "name", "simulated", "the dialer's name")
	set.Uint64Var(&o.Seed, "seed", 1, "draws what comes of each attempt")
	set.IntVar(&o.Calls, "calls", 50, "how many calls it makes at once at most")
	faster := set.Int("faster", 10, "how many times faster than in a call centre calls ring and talk")
	queues := set.String("agents", "", "agents of the queues, which every mode but Copilot needs, such as sales=10,support=4")
	if err := set.Parse(args); err != nil {
		return o, err
	}
	if o.Calls < 1 || *faster < 1 {
		return o, errors.New("-calls and -faster: at least 1")
	}
	o.World, o.Agents = dialer.Realistic().Faster(*faster), map[string]int{}
	for _, pair := range strings.FieldsFunc(*queues, func(r rune) bool { return r == ',' }) {
		queue, count, _ := strings.Cut(pair, "=")
		n, err := strconv.Atoi(count)
		if err != nil || queue == "" || n < 0 {
			return o, fmt.Errorf("-agents: %q is not like sales=10", pair)
		}
		o.Agents[queue] = n
	}
	return o, nil
}
