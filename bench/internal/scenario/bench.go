package scenario

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"go.temporal.io/sdk/client"

	"engaged/bench/internal/eventlog"
	"engaged/bench/internal/ledger"
	"engaged/bench/internal/openloop"
	"engaged/bench/internal/stack"
	"engaged/bench/internal/usage"
)

// Bench is what the scenarios share.
type Bench struct {
	// Stack is what is measured.
	Stack *stack.Stack
	// Temporal is a client of the stack's server.
	Temporal client.Client
	// Log reads the engine's database.
	Log *eventlog.Log
	// Connections bounds the requests on their way.
	Connections int
	// Hold, where set, is called in the middle of each measured interval: profilers attach there.
	Hold func(name string, engine *stack.Engine)
}

// Check is one thing that must hold after a run.
type Check struct {
	Name string `json:"name"`
	Want int64  `json:"want"`
	Got  int64  `json:"got"`
}

// OK tells whether it holds.
func (c Check) OK() bool { return c.Want == c.Got }

// Cost is what an interval cost.
type Cost struct {
	usage.Spent
	// Events is how many events were sent or applied in the interval.
	Events int64 `json:"events"`
	// EventsPerSecond and EventsPerCPUSecond leave the driver's CPU out.
	EventsPerSecond    float64 `json:"events_per_second"`
	EventsPerCPUSecond float64 `json:"events_per_cpu_second"`
	// WALBytesPerEvent is the write-ahead log of the whole Postgres, Temporal's included.
	WALBytesPerEvent float64 `json:"wal_bytes_per_event"`
}

// mark is where an interval begins.
type mark struct {
	usage usage.Sample
	wal   int64
}

func (b *Bench) mark(ctx context.Context, e *stack.Engine) (mark, error) {
	sample, err := e.Usage()
	if err != nil {
		return mark{}, err
	}
	wal, err := b.Log.WAL(ctx)
	return mark{usage: sample, wal: wal}, err
}

func (m mark) cost(now mark, events int64) Cost {
	c := Cost{Spent: now.usage.Since(m.usage), Events: events}
	c.EventsPerSecond = float64(events) / c.Seconds
	c.EventsPerCPUSecond = float64(events) / max(c.Server, 0.01)
	c.WALBytesPerEvent = float64(now.wal-m.wal) / float64(max(events, 1))
	return c
}

// idle measures what the stack costs when nothing happens, once the start of the engine is over.
func (b *Bench) idle(ctx context.Context, e *stack.Engine) (Cost, error) {
	if err := sleep(ctx, time.Now().Add(2*time.Second)); err != nil {
		return Cost{}, err
	}
	from, err := b.mark(ctx, e)
	if err != nil {
		return Cost{}, err
	}
	if err := sleep(ctx, time.Now().Add(5*time.Second)); err != nil {
		return Cost{}, err
	}
	to, err := b.mark(ctx, e)
	return from.cost(to, 0), err
}

func (b *Bench) driver(e *stack.Engine, progress func(int)) *openloop.Driver {
	return &openloop.Driver{Address: e.Address, Path: "/v1/events", Key: stack.Key, Connections: b.Connections, Progress: progress}
}

// sleep waits until a time or until ctx is done.
func sleep(ctx context.Context, until time.Time) error {
	select {
	case <-time.After(time.Until(until)):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// hold lets a profiler attach, in the background.
func (b *Bench) hold(name string, e *stack.Engine) {
	if b.Hold != nil {
		go b.Hold(name, e)
	}
}

// discard terminates what still runs on a task queue, so that its timers do not fire into what comes next.
func (b *Bench) discard(ctx context.Context, taskQueue string) error {
	runs, err := ledger.Runs(ctx, b.Temporal, fmt.Sprintf("TaskQueue=%q AND ExecutionStatus='Running'", taskQueue))
	if err != nil {
		return err
	}
	work := make(chan ledger.Run)
	var workers sync.WaitGroup
	for range 8 {
		workers.Go(func() {
			for run := range work {
				// One that has ended meanwhile needs no end.
				_ = b.Temporal.TerminateWorkflow(ctx, run.WorkflowID, "", "the benchmark is done with it")
			}
		})
	}
	for _, run := range runs {
		work <- run
	}
	close(work)
	workers.Wait()
	return b.Log.Checkpoint(ctx)
}

// notef tells the person who waits.
func notef(format string, arguments ...any) { fmt.Fprintf(os.Stderr, format+"\n", arguments...) }
