// Command dev is `make dev`: it sets up and runs everything engaged needs on this machine, and engaged itself.
//
// It imports nothing but the standard library and small packages of this module, so that a fresh machine hears
// from it within seconds, before the long build begins.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
)

// options are the command's flags.
type options struct {
	directory    string // where the state is kept
	listen       string // where the API listens
	followParent bool   // end when the process that started this one is gone
	prepareOnly  bool   // install and build what tests need, and end
}

func main() {
	var o options
	listen := os.Getenv("ENGAGED_LISTEN")
	if listen == "" {
		listen = "127.0.0.1:8080"
	}
	flag.StringVar(&o.directory, "dir", ".data", "where the state is kept")
	flag.StringVar(&o.listen, "listen", listen, "address of the API, loopback only")
	flag.BoolVar(&o.followParent, "follow-parent", false, "end when the parent process is gone")
	flag.BoolVar(&o.prepareOnly, "prepare", false, "install and build what the tests need, and end")
	flag.Parse()

	ctx := untilSignalled(context.Background())
	if o.followParent {
		ctx = untilOrphaned(ctx)
	}
	work := run
	if o.prepareOnly {
		work = prepare
	}
	if err := work(ctx, o); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "make dev:", err)
		os.Exit(1)
	}
}
