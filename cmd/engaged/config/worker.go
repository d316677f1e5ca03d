package config

// Worker is the process that carries workflows and activities out.
type Worker struct {
	// Concurrency bounds workflow tasks and activities executed at once; default 48.
	Concurrency int `name:"worker-concurrency" env:"ENGAGED_WORKER_CONCURRENCY" default:"48" placeholder:"N" help:"Workflow tasks and activities executed at once. More than the cores can do only makes each slower."`
	// Pollers is the number of concurrent polls for workflow tasks; default 8.
	Pollers int `name:"worker-pollers" env:"ENGAGED_WORKER_POLLERS" default:"8" placeholder:"N" help:"Concurrent polls for workflow tasks."`
	// CachedRuns is how many runs are kept in memory; default 10,000.
	CachedRuns int `name:"worker-cached-runs" env:"ENGAGED_WORKER_CACHED_RUNS" default:"10000" placeholder:"N" help:"Open engagements kept in memory. One that is not is read back from Temporal when something happens to it."`
}

// Validate returns everything that is wrong with the group.
func (w Worker) Validate() Problems {
	var c check
	c.that(w.Concurrency >= 2 && w.Concurrency <= 10_000, "worker-concurrency", "ENGAGED_WORKER_CONCURRENCY", "%d lies outside 2 to 10000", w.Concurrency)
	c.that(w.Pollers >= 2 && w.Pollers <= 1000, "worker-pollers", "ENGAGED_WORKER_POLLERS", "%d lies outside 2 to 1000", w.Pollers)
	c.that(w.CachedRuns >= 1, "worker-cached-runs", "ENGAGED_WORKER_CACHED_RUNS", "must be at least 1")
	return c.problems
}
