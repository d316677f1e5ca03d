// Command bench-analytics measures how fast reports answer, beside plain SQL on the fact tables and beside DuckDB
// over the same rows. It starts all it needs on loopback and stops all of it at the end.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

const description = `Makes a year of a contact centre's records, loads them into a private Postgres, builds the rollups, and asks the
engine the questions of a supervisor over HTTP: for each the latency beside the same question as SQL on the fact
tables, and as SQL in DuckDB over the same rows, and whether the three answers agree.

The data set is drawn from stated distributions by a seed (bench/internal/analytics/dataset). Postgres is not
durable (fsync off, WAL minimal): what is measured is reading. Plain SQL runs on the same Postgres, two parallel
workers, and is ended after --timeout. DuckDB gets two threads, 6 GB, and its days worked out at loading.

With --keep DIR the loaded data set stays in DIR and is used again by the next run of the same --rows and --seed:

  make bench-analytics ROWS=1000000 ARGS="--keep /var/tmp/analytics-1m --json 1m.json"
  make bench-analytics ROWS=10000000 ARGS="--keep /var/tmp/analytics-10m --json 10m.json --against 1m.json"

A data set of 10,000,000 engagements takes some 30 GB of disk. Nothing else should run on the machine meanwhile.`

func main() {
	r := &runCommand{}
	parser := kong.Must(r, kong.Name("bench-analytics"), kong.Description(description), kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{WrapUpperBound: 110}))
	_, err := parser.Parse(os.Args[1:])
	parser.FatalIfErrorf(err)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := r.Run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench-analytics:", err)
		stop()
		os.Exit(1)
	}
}
