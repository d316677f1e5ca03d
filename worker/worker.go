package worker

import (
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"engaged/activities"
	"engaged/workflows"
)

// Options are what a worker process may be told; zero fields take the defaults.
type Options struct {
	// TaskQueue is polled for work; default workflows.DefaultTaskQueue.
	TaskQueue string
	// Concurrency bounds the workflow tasks and activities executed at once; default 48. Beyond
	// what the cores can do it only makes tasks slower, up to the deadlock detector.
	Concurrency int
	// Pollers is the number of concurrent polls for workflow tasks; default 8.
	Pollers int
	// CachedRuns is how many runs are kept in memory, each with a parked goroutine; default 10,000.
	// A run that is not in the cache is replayed from its history. The cache belongs to the process.
	CachedRuns int
	// StopTimeout is how long running tasks may take to finish at shutdown; default 10 s.
	StopTimeout time.Duration
}

func (o Options) withDefaults() Options {
	if o.TaskQueue == "" {
		o.TaskQueue = workflows.DefaultTaskQueue
	}
	if o.Concurrency == 0 {
		o.Concurrency = 48
	}
	if o.Pollers == 0 {
		o.Pollers = 8
	}
	if o.CachedRuns == 0 {
		o.CachedRuns = 10_000
	}
	if o.StopTimeout == 0 {
		o.StopTimeout = 10 * time.Second
	}
	return o
}

// Store is what activities need of Postgres; *models.Store has it.
type Store interface {
	activities.Store
	activities.DeliveryStore
}

// New returns a worker with every workflow and activity registered; Start begins polling, Stop
// drains it.
func New(c client.Client, store Store, options Options) worker.Worker {
	o := options.withDefaults()
	worker.SetStickyWorkflowCacheSize(o.CachedRuns)
	w := worker.New(c, o.TaskQueue, worker.Options{
		MaxConcurrentWorkflowTaskExecutionSize:  o.Concurrency,
		MaxConcurrentLocalActivityExecutionSize: o.Concurrency,
		MaxConcurrentActivityExecutionSize:      o.Concurrency,
		MaxConcurrentWorkflowTaskPollers:        o.Pollers,
		MaxConcurrentActivityTaskPollers:        2,
		WorkerStopTimeout:                       o.StopTimeout,
		// Two loaded cores can hold a task up for longer than the default second.
		DeadlockDetectionTimeout: 10 * time.Second,
	})
	workflows.Register(w)
	(&activities.Activities{Store: store, Deliveries: store}).Register(w)
	return w
}
