package deliveries

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.temporal.io/sdk/client"

	"engaged/bench/internal/stack"
	"engaged/bench/internal/usage"
)

// Organization owns all tasks of the benchmark; its task queue has the same name.
const Organization = "deliveries"

// Bench is what the phases share.
type Bench struct {
	// Stack is what is measured.
	Stack *stack.Stack
	// Temporal is a client of the stack's server, Pool is connected to the engine's database.
	Temporal client.Client
	Pool     *pgxpool.Pool
	// Hold, where set, is called in the middle of each measured interval: profilers attach there.
	Hold func(name string)

	api, worker *stack.Engine
}

// Interval is what a stretch of time cost.
type Interval struct {
	usage.Spent
	// WAL is the write-ahead log of the whole Postgres in bytes, Temporal's included.
	WAL int64 `json:"wal_bytes"`
}

// PerMinute is the CPU seconds that a role spent in a minute.
func (i Interval) PerMinute(role usage.Role) float64 { return i.CPU[role] / i.Seconds * 60 }

// AllPerMinute is the CPU seconds of a minute that all roles but the driver spent.
func (i Interval) AllPerMinute() float64 { return i.Server / i.Seconds * 60 }

type mark struct {
	usage usage.Sample
	wal   int64
}

func (b *Bench) engines() map[usage.Role]*stack.Engine {
	engines := map[usage.Role]*stack.Engine{}
	if b.api != nil {
		engines[usage.API] = b.api
	}
	if b.worker != nil {
		engines[usage.Engine] = b.worker
	}
	return engines
}

// mark takes a sample of what was spent up to now.
func (b *Bench) mark(ctx context.Context) (m mark, err error) {
	if m.usage, err = b.Stack.Usage(b.engines()); err != nil {
		return m, err
	}
	err = b.Pool.QueryRow(ctx, `SELECT (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint`).Scan(&m.wal)
	if err != nil {
		return m, fmt.Errorf("reading the write-ahead log's position: %w", err)
	}
	return m, nil
}

// since is what was spent after an earlier mark.
func (b *Bench) since(ctx context.Context, from mark) (Interval, error) {
	now, err := b.mark(ctx)
	return Interval{Spent: now.usage.Since(from.usage), WAL: now.wal - from.wal}, err
}

// over measures a length of time.
func (b *Bench) over(ctx context.Context, length time.Duration) (Interval, error) {
	from, err := b.mark(ctx)
	if err != nil {
		return Interval{}, err
	}
	if err := sleep(ctx, time.Now().Add(length)); err != nil {
		return Interval{}, err
	}
	return b.since(ctx, from)
}

// hold lets a profiler attach, in the background.
func (b *Bench) hold(name string) {
	if b.Hold != nil {
		go b.Hold(name)
	}
}

// checkpoint writes all dirty pages, so that the next phase does not pay for the one before.
func (b *Bench) checkpoint(ctx context.Context) error {
	if _, err := b.Pool.Exec(ctx, `CHECKPOINT`); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	return nil
}

// poll calls done every so often until it says so.
func poll(ctx context.Context, every time.Duration, done func() (bool, error)) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if over, err := done(); over || err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func sleep(ctx context.Context, until time.Time) error {
	select {
	case <-time.After(time.Until(until)):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
