package deliveries

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"engaged/bench/internal/stack"
)

// Plan is the sizes of a run.
type Plan struct {
	// Tasks wait for one window, in which at most Max calls may be under way at once.
	Tasks int
	Max   int
	// Starting is for how long the starting of runs is measured, Idle waiting, Dial how long is dialed.
	Starting, Idle, Dial time.Duration
	// CreateRate is how many tasks a second are created at least: the window's start allows for it.
	CreateRate int
	// CachedRuns is how many runs the worker keeps in memory.
	CachedRuns int
	// Peer is what the peer is given; without tasks it is left out.
	Peer Peer
}

const (
	// emptyFor is how long the stack without tasks is measured.
	emptyFor = 10 * time.Second
	// warm is how many tasks are created first, for a month later, so that no statement is new.
	warm = 20
	// catchUp is what dispatch is given to catch up, restarting is how long restarting the API may take.
	catchUp    = 30 * time.Second
	restarting = 5 * time.Second
)

// Run goes through all phases. What was measured is in the result even where a later phase fails.
func (p Plan) Run(ctx context.Context, b *Bench, result *Result) error {
	if p.Peer.Tasks > 0 {
		peer, err := p.Peer.run(ctx, b)
		if err != nil {
			return fmt.Errorf("peer: %w", err)
		}
		result.Peer = &peer
	}
	if err := p.begin(ctx, b, result); err != nil {
		return fmt.Errorf("starting the engine: %w", err)
	}
	defer b.end()
	configuration, err := p.warm(ctx, b)
	if err != nil {
		return fmt.Errorf("warming up: %w", err)
	}
	start := time.Now().Add(p.lead())
	if err := p.fill(ctx, b, configuration, start, result); err != nil {
		return err
	}
	if err := p.wait(ctx, b, result); err != nil {
		return fmt.Errorf("waiting: %w", err)
	}
	if time.Until(start) < time.Second {
		return fmt.Errorf("the windows have begun %v ago: lower --create-rate", -time.Until(start).Round(time.Second))
	}
	window, err := b.dial(ctx, configuration, p.Tasks, p.Max, start, p.Dial)
	result.Window = &window
	if err != nil {
		return fmt.Errorf("start of the window: %w", err)
	}
	return nil
}

// begin starts API and worker and measures them without tasks.
func (p Plan) begin(ctx context.Context, b *Bench, result *Result) error {
	var err error
	if b.api, err = b.Stack.StartDispatchingAPI(ctx, Organization); err != nil {
		return err
	}
	if b.worker, err = b.Stack.StartWorker(ctx, Organization, "--worker-cached-runs", strconv.Itoa(p.CachedRuns)); err != nil {
		return err
	}
	if err := sleep(ctx, time.Now().Add(3*time.Second)); err != nil {
		return err
	}
	empty, err := b.over(ctx, emptyFor)
	if err != nil {
		return err
	}
	e := Empty{Idle: empty, CachedRuns: p.CachedRuns}
	if e.Worker, err = footprint(ctx, b.worker); err != nil {
		return err
	}
	e.API, err = footprint(ctx, b.api)
	result.Empty = &e
	return err
}

func (b *Bench) end() {
	for _, e := range []*stack.Engine{b.api, b.worker} {
		if e != nil {
			e.Stop()
		}
	}
	b.api, b.worker = nil, nil
}

// dispatch restarts the API with dispatchers, or without.
func (b *Bench) dispatch(ctx context.Context, on bool) (err error) {
	b.api.Stop()
	if on {
		b.api, err = b.Stack.StartDispatchingAPI(ctx, Organization)
	} else {
		b.api, err = b.Stack.StartAPI(ctx, Organization)
	}
	return err
}

// warm creates a few tasks for a month later, waits for their runs, and returns a configuration for the others.
func (p Plan) warm(ctx context.Context, b *Bench) (string, error) {
	configuration, err := b.configure(ctx, "far", p.Max)
	if err != nil {
		return "", err
	}
	if _, err := b.create(ctx, tasks(configuration, 0, warm, time.Now().AddDate(0, 1, 0)), warm); err != nil {
		return "", err
	}
	err = poll(ctx, 200*time.Millisecond, func() (bool, error) {
		n, err := b.taskCounter(ctx)
		return n >= warm, err
	})
	if err != nil {
		return "", err
	}
	return b.configure(ctx, "campaign", p.Max)
}

// lead is how long it may take from now until everything waits and has been measured.
func (p Plan) lead() time.Duration {
	creating := time.Duration(float64(p.Tasks) / float64(p.CreateRate) * float64(time.Second))
	return creating + p.Starting + p.Idle + 2*settle + catchUp + 4*restarting
}

// fill creates all tasks, most of them while nothing is dispatched, and has runs started for a while.
func (p Plan) fill(ctx context.Context, b *Bench, configuration string, start time.Time, result *Result) error {
	if err := b.dispatch(ctx, false); err != nil {
		return err
	}
	beside := min(Bulk, p.Tasks/4)
	created, err := b.createAll(ctx, configuration, warm, p.Tasks-beside, start)
	if err != nil {
		return fmt.Errorf("creating: %w", err)
	}
	result.Create = &created
	if err := b.dispatch(ctx, true); err != nil {
		return err
	}
	took := make(chan time.Duration, 1)
	failed := make(chan error, 1)
	go func() {
		d, err := b.create(ctx, tasks(configuration, warm+created.Tasks, beside, start), beside)
		took <- d
		failed <- err
	}()
	starts, err := b.starts(ctx, p.Starting)
	created.BesideTasks, created.Beside = beside, (<-took).Seconds()
	if err := errors.Join(err, <-failed); err != nil {
		return fmt.Errorf("starting runs: %w", err)
	}
	result.Starts = &starts
	return nil
}

// wait measures waiting while no further runs are started, and lets dispatch catch up.
func (p Plan) wait(ctx context.Context, b *Bench, result *Result) error {
	if err := b.dispatch(ctx, false); err != nil {
		return err
	}
	waiting, err := b.wait(ctx, p.Tasks+warm, p.Idle)
	if err != nil {
		return err
	}
	result.Waiting = &waiting
	if err := b.dispatch(ctx, true); err != nil {
		return err
	}
	limit := time.Now().Add(catchUp)
	return poll(ctx, time.Second, func() (bool, error) {
		var late int
		err := b.Pool.QueryRow(ctx, `SELECT count(*) FROM dispatch_claims WHERE due_at < clock_timestamp() - interval '1 second'`).Scan(&late)
		return late == 0 || time.Now().After(limit), err
	})
}
