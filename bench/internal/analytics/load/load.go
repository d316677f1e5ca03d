package load

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"engaged/bench/internal/analytics/dataset"
	"engaged/bench/internal/progress"
)

// makers is how many months are made at once: one for each core.
const makers = 2

// Loaded says what was loaded.
type Loaded struct {
	// Engagements is the number of engagements, Rows of rows of all tables, Tables of each.
	Engagements int64            `json:"engagements"`
	Rows        int64            `json:"rows"`
	Tables      map[string]int64 `json:"tables"`
	// Seconds is how long it took, indexes, attaching and statistics included.
	Seconds float64 `json:"seconds"`
	// EngagementsPerSecond and RowsPerSecond follow from it.
	EngagementsPerSecond float64 `json:"engagements_per_second"`
	RowsPerSecond        float64 `json:"rows_per_second"`
	// Bytes is the size of all fact tables with their indexes.
	Bytes int64 `json:"bytes"`
}

// Facts makes the data set's rows and loads them.
func Facts(ctx context.Context, pool *pgxpool.Pool, config dataset.Config) (Loaded, error) {
	months, err := dataset.Plan(config)
	if err != nil {
		return Loaded{}, err
	}
	bar := progress.Start("loading engagements and what belongs to them", "engagements", int(config.Rows))
	begun := time.Now()
	result := Loaded{Tables: map[string]int64{}}
	err = inParallel(ctx, months, func(ctx context.Context, month *dataset.Month, done func(add func())) error {
		counts, err := loadMonth(ctx, pool, month, bar)
		done(func() {
			for i, n := range counts {
				result.Tables[dataset.Tables[i].Name] += n
				result.Rows += n
			}
			result.Engagements += counts[0]
		})
		return err
	})
	bar.Done()
	if err != nil {
		return Loaded{}, err
	}
	if err := analyze(ctx, pool); err != nil {
		return Loaded{}, err
	}
	result.Seconds = time.Since(begun).Seconds()
	result.EngagementsPerSecond = float64(result.Engagements) / result.Seconds
	result.RowsPerSecond = float64(result.Rows) / result.Seconds
	result.Bytes, err = size(ctx, pool)
	return result, err
}

// inParallel hands every month to one of the makers; done runs what it is given under a lock.
func inParallel(ctx context.Context, months []dataset.Month, one func(context.Context, *dataset.Month, func(func())) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var lock sync.Mutex
	var failed error
	locked := func(f func()) {
		lock.Lock()
		defer lock.Unlock()
		f()
	}
	queue := make(chan *dataset.Month, len(months))
	for i := range months {
		queue <- &months[i]
	}
	close(queue)
	var running sync.WaitGroup
	for range makers {
		running.Go(func() {
			for month := range queue {
				if err := one(ctx, month, locked); err != nil {
					locked(func() { failed = errors.Join(failed, err) })
					cancel()
					return
				}
			}
		})
	}
	running.Wait()
	return failed
}

// analyze brings the planner's statistics up to date; COPY FREEZE has already set the visibility map.
func analyze(ctx context.Context, pool *pgxpool.Pool) error {
	bar := progress.Start("collecting statistics", "tables", len(dataset.Tables))
	defer bar.Done()
	tables := make(chan string, len(dataset.Tables))
	for _, table := range dataset.Tables {
		tables <- table.Name
	}
	close(tables)
	failed := make(chan error, makers)
	for range makers {
		go func() {
			var err error
			for table := range tables {
				if _, one := pool.Exec(ctx, "ANALYZE "+table); one != nil {
					err = errors.Join(err, fmt.Errorf("analyzing %s: %w", table, one))
				}
				bar.Add(1)
			}
			failed <- err
		}()
	}
	var err error
	for range makers {
		err = errors.Join(err, <-failed)
	}
	return err
}

const sizeSQL = `
SELECT coalesce(sum(pg_total_relation_size(i.inhrelid)), 0)
FROM pg_inherits i WHERE i.inhparent = any ($1::text[]::regclass[])`

func size(ctx context.Context, pool *pgxpool.Pool) (bytes int64, err error) {
	var names []string
	for _, table := range dataset.Tables {
		names = append(names, table.Name)
	}
	if err := pool.QueryRow(ctx, sizeSQL, names).Scan(&bytes); err != nil {
		return 0, fmt.Errorf("measuring the tables: %w", err)
	}
	return bytes, nil
}
