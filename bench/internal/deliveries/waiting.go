package deliveries

import (
	"context"
	"fmt"
	"time"

	"engaged/bench/internal/progress"
)

// StartsResult is what the starting of runs costs, which goes on slowly in the background.
type StartsResult struct {
	// Runs is how many were started, RunsPerSecond how many a second.
	Runs          int     `json:"runs"`
	RunsPerSecond float64 `json:"runs_per_second"`
	// Cost is what all of it cost, a bulk request beside it included.
	Cost Interval `json:"cost"`
	// Points are the worker on the way.
	Points []Point `json:"points"`
	// API is the API's memory at the end.
	API Footprint `json:"api"`
}

// Point is the worker's memory with so many runs started.
type Point struct {
	Runs int `json:"runs"`
	Footprint
}

// taskCounter counts the workflow tasks that the worker has carried out. A run waits once its first is over;
// none has a second one before its window.
func (b *Bench) taskCounter(ctx context.Context) (int, error) {
	values, err := metrics(ctx, b.worker, "temporal_workflow_task_execution_latency_seconds_count")
	return int(values[0]), err
}

// starts measures for a while what the starting of runs costs. Workflow tasks are starts as long as nothing is
// due.
func (b *Bench) starts(ctx context.Context, length time.Duration) (StartsResult, error) {
	var result StartsResult
	defer progress.Seconds("runs are started in the background", length)()
	base, err := b.taskCounter(ctx)
	if err != nil {
		return result, err
	}
	before, err := b.mark(ctx)
	if err != nil {
		return result, err
	}
	b.hold("starts")
	begun := time.Now()
	for part := 1; part <= 6; part++ {
		if err := sleep(ctx, begun.Add(length*time.Duration(part)/6)); err != nil {
			return result, err
		}
		now, err := b.taskCounter(ctx)
		if err != nil {
			return result, err
		}
		f, err := footprint(ctx, b.worker)
		if err != nil {
			return result, err
		}
		result.Runs = now - base
		result.Points = append(result.Points, Point{now, f})
	}
	if result.Cost, err = b.since(ctx, before); err != nil {
		return result, err
	}
	result.RunsPerSecond = float64(result.Runs) / result.Cost.Seconds
	result.API, err = footprint(ctx, b.api)
	return result, err
}

// WaitingResult is what tasks cost while they wait.
type WaitingResult struct {
	// Tasks is how many wait, Runs how many of them have been started.
	Tasks int `json:"tasks"`
	Runs  int `json:"runs"`
	// Idle is what the time cost in which they did nothing but wait.
	Idle Interval `json:"idle"`
	// Worker and API are the processes' memory at its end.
	Worker Footprint `json:"worker"`
	API    Footprint `json:"api"`
	// WorkflowTasks counts what the worker had to do meanwhile.
	WorkflowTasks int `json:"workflow_tasks"`
}

const (
	// settle is how long nothing may happen before idleness is measured, atMost how long that is waited for.
	settle = 4 * time.Second
	atMost = 30 * time.Second
)

// settled waits until the worker has had nothing to do for a moment.
func (b *Bench) settled(ctx context.Context) error {
	last, since, begun := -1, time.Now(), time.Now()
	return poll(ctx, 500*time.Millisecond, func() (bool, error) {
		now, err := b.taskCounter(ctx)
		if now != last {
			last, since = now, time.Now()
		}
		return time.Since(since) > settle || time.Since(begun) > atMost, err
	})
}

// wait measures for a while what the tasks that wait cost.
func (b *Bench) wait(ctx context.Context, n int, length time.Duration) (WaitingResult, error) {
	result := WaitingResult{Tasks: n}
	if err := b.checkpoint(ctx); err != nil {
		return result, err
	}
	if err := b.settled(ctx); err != nil {
		return result, err
	}
	defer progress.Seconds(fmt.Sprintf("%d tasks wait for their window", n), length)()
	base, err := b.taskCounter(ctx)
	if err != nil {
		return result, err
	}
	b.hold("waiting")
	if result.Idle, err = b.over(ctx, length); err != nil {
		return result, err
	}
	now, err := b.taskCounter(ctx)
	if err != nil {
		return result, err
	}
	result.WorkflowTasks, result.Runs = now-base, now
	if result.Worker, err = footprint(ctx, b.worker); err != nil {
		return result, err
	}
	result.API, err = footprint(ctx, b.api)
	return result, err
}
