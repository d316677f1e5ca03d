package deliveries

import (
	"context"
	"fmt"
	"sync"
	"time"

	"go.temporal.io/sdk/client"

	"engaged/bench/internal/poller"
	"engaged/bench/internal/progress"
)

// PeerResult is what the polling peer cost.
type PeerResult struct {
	// Tasks wait, each of which asks every Every seconds.
	Tasks int     `json:"tasks"`
	Every float64 `json:"every_seconds"`
	// Empty is what the stack and the peer's worker cost without tasks, Idle with them waiting.
	Empty Interval `json:"empty"`
	Idle  Interval `json:"idle"`
	// Polls counts the questions of that time.
	Polls int64 `json:"polls"`
	// Resident is what the tasks added to the peer's worker, in bytes.
	Resident int64 `json:"resident_bytes"`
	// Window is what it cost from the start of the window on until all were dialed, after Dialed seconds.
	Window     Interval `json:"window"`
	Dialed     float64  `json:"dialed_seconds"`
	PerAttempt float64  `json:"cpu_seconds_per_attempt"`
}

// Peer has n tasks wait on the peer for a length of time, and dial.
type Peer struct {
	Tasks, Max int
	Every      time.Duration
	Empty      time.Duration
	Idle       time.Duration
}

// run starts the tasks evenly over one pause, so that their questions come evenly, and measures.
func (p Peer) run(ctx context.Context, b *Bench) (PeerResult, error) {
	result := PeerResult{Tasks: p.Tasks, Every: p.Every.Seconds()}
	worker, err := b.Stack.StartNaive(ctx)
	if err != nil {
		return result, err
	}
	defer worker.Stop()
	b.worker = worker
	defer func() { b.worker = nil }()
	if err := sleep(ctx, time.Now().Add(2*time.Second)); err != nil {
		return result, err
	}
	if result.Empty, err = b.over(ctx, p.Empty); err != nil {
		return result, err
	}
	before, err := b.mark(ctx)
	if err != nil {
		return result, err
	}
	start := time.Now().Add(p.Every + 2*time.Second + p.Idle)
	if err := p.start(ctx, b, start); err != nil {
		return result, err
	}
	done := progress.Seconds(fmt.Sprintf("peer: %d tasks poll", p.Tasks), time.Until(start))
	defer done()
	if err := sleep(ctx, start.Add(-p.Idle)); err != nil {
		return result, err
	}
	b.hold("peer")
	polls := worker.Applied()
	from, err := b.mark(ctx)
	if err != nil {
		return result, err
	}
	if err := sleep(ctx, start); err != nil {
		return result, err
	}
	if result.Idle, err = b.since(ctx, from); err != nil {
		return result, err
	}
	result.Polls = worker.Applied() - polls
	result.Resident = from.usage.Resident["engine"] - before.usage.Resident["engine"]
	return result, p.dialed(ctx, b, start, &result)
}

// start starts the tasks evenly over one pause.
func (p Peer) start(ctx context.Context, b *Bench, window time.Time) error {
	bar := progress.Start(fmt.Sprintf("peer: starting %d tasks", p.Tasks), "tasks", p.Tasks)
	defer bar.Done()
	begun := time.Now()
	numbers := make(chan int)
	failures := make(chan error, 1)
	var starters sync.WaitGroup
	for range 8 {
		starters.Go(func() {
			for i := range numbers {
				id := fmt.Sprintf("poller/%d", i)
				in := poller.Input{ID: id, Start: window, Every: p.Every, Max: p.Max}
				_, err := b.Temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: id, TaskQueue: poller.TaskQueue}, poller.WorkflowType, in)
				if err != nil {
					select {
					case failures <- fmt.Errorf("starting %s: %w", id, err):
					default:
					}
				}
				bar.Add(1)
			}
		})
	}
	defer starters.Wait()
	defer close(numbers)
	for i := range p.Tasks {
		if err := sleep(ctx, begun.Add(p.Every*time.Duration(i)/time.Duration(p.Tasks))); err != nil {
			return err
		}
		select {
		case numbers <- i:
		case err := <-failures:
			return err
		}
	}
	return nil
}

// dialed waits until every task has been dialed.
func (p Peer) dialed(ctx context.Context, b *Bench, start time.Time, result *PeerResult) error {
	bar := progress.Start("peer: the window has begun", "calls", p.Tasks)
	defer bar.Done()
	from, err := b.mark(ctx)
	if err != nil {
		return err
	}
	limit, cancel := context.WithTimeout(ctx, 10*p.Every)
	defer cancel()
	err = poll(limit, time.Second, func() (bool, error) {
		var n int
		err := b.Pool.QueryRow(limit, `SELECT count(*) FROM naive_calls WHERE ended_at IS NOT NULL`).Scan(&n)
		bar.Set(n)
		return n >= p.Tasks, err
	})
	if err != nil {
		return fmt.Errorf("waiting for the peer's calls: %w", err)
	}
	result.Dialed = time.Since(start).Seconds()
	result.Window, err = b.since(ctx, from)
	result.PerAttempt = result.Window.Server / float64(p.Tasks)
	return err
}
