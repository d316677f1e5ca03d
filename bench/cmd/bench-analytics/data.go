package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"engaged/bench/internal/analytics/dataset"
	"engaged/bench/internal/analytics/duck"
	"engaged/bench/internal/analytics/load"
	"engaged/bench/internal/analytics/report"
	"engaged/bench/internal/stack"
	"engaged/engagement"
)

// data finds the data set or makes and loads it.
func (r *runCommand) data(ctx context.Context, s *stack.Stack, pool *pgxpool.Pool, peer *duck.Database) (report.Data, error) {
	kept, err := report.ReadData(s.File("dataset.json"))
	if err == nil {
		if kept.Rows != r.Rows || kept.Seed != r.Seed {
			return kept, fmt.Errorf("--keep: there is a data set of %d engagements, seed %d; ask for that or name another directory", kept.Rows, kept.Seed)
		}
		fmt.Fprintf(os.Stderr, "using the data set that is there, made up to %s\n", kept.End.Format(time.DateTime))
		// Another version of the engine may keep other rollups, and days may have passed.
		again, err := load.Rollups(ctx, pool, kept.Facts)
		if err == nil && again.Facts >= kept.Rollups.Facts {
			kept.Rollups = again
			err = kept.Write(s.File("dataset.json"))
		}
		return kept, err
	}
	if !errors.Is(err, os.ErrNotExist) {
		return kept, err
	}
	d := report.Data{Rows: r.Rows, Seed: r.Seed, End: time.Now().UTC().Truncate(time.Minute)}
	config := dataset.Config{Rows: d.Rows, Seed: d.Seed, End: d.End}
	if err := load.Organizations(ctx, pool, engagement.At(d.End.AddDate(-2, 0, 0))); err != nil {
		return d, fmt.Errorf("%w; is there half a data set in the directory?", err)
	}
	if d.Facts, err = load.Facts(ctx, pool, config); err != nil {
		return d, err
	}
	if d.Rollups, err = load.Rollups(ctx, pool, d.Facts); err != nil {
		return d, err
	}
	if d.Peer, err = peer.Load(ctx, pool); err != nil {
		return d, err
	}
	return d, d.Write(s.File("dataset.json"))
}
