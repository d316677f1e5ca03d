package poller

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// Hands are the peer's activities.
type Hands struct {
	// Pool is the peer's own database.
	Pool *pgxpool.Pool
	// polls counts the questions.
	polls atomic.Int64
}

const schema = `
CREATE TABLE IF NOT EXISTS naive_calls (
    task_id text PRIMARY KEY,
    started_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE INDEX IF NOT EXISTS naive_calls_live ON naive_calls (task_id) WHERE ended_at IS NULL`

const (
	mayDialSQL = `
SELECT $1 <= clock_timestamp() AND (SELECT count(*) FROM naive_calls WHERE ended_at IS NULL) < $2`
	startSQL = `INSERT INTO naive_calls VALUES ($1, clock_timestamp(), NULL) ON CONFLICT DO NOTHING`
	endSQL   = `UPDATE naive_calls SET ended_at = clock_timestamp() WHERE task_id = $1 AND ended_at IS NULL`
)

// MayDial tells whether a task's window is open and a call may be started.
func (h *Hands) MayDial(ctx context.Context, in Input) (may bool, err error) {
	h.polls.Add(1)
	if err := h.Pool.QueryRow(ctx, mayDialSQL, in.Start, in.Max).Scan(&may); err != nil {
		return false, fmt.Errorf("asking whether to dial: %w", err)
	}
	return may, nil
}

// Dial makes a call that ends at once.
func (h *Hands) Dial(ctx context.Context, in Input) error {
	for _, statement := range []string{startSQL, endSQL} {
		if _, err := h.Pool.Exec(ctx, statement, in.ID); err != nil {
			return fmt.Errorf("dialing: %w", err)
		}
	}
	return nil
}

// Work runs the peer's worker until ctx is done. Its options are the engine's. Once it polls, and then twenty
// times a second, it tells how many questions were asked.
func Work(ctx context.Context, temporal client.Client, databaseURL string, tell func(polls int64)) error {
	pool, err := pgxpool.New(ctx, databaseURL+"&pool_max_conns=20")
	if err != nil {
		return fmt.Errorf("opening the peer's database: %w", err)
	}
	defer pool.Close()
	if _, err := pool.Exec(ctx, schema); err != nil {
		return fmt.Errorf("making the peer's table: %w", err)
	}
	worker.SetStickyWorkflowCacheSize(10_000)
	w := worker.New(temporal, TaskQueue, worker.Options{
		MaxConcurrentWorkflowTaskExecutionSize: 48,
		MaxConcurrentActivityExecutionSize:     48,
		MaxConcurrentWorkflowTaskPollers:       8,
		MaxConcurrentActivityTaskPollers:       2,
		DeadlockDetectionTimeout:               10 * time.Second,
	})
	hands := &Hands{Pool: pool}
	w.RegisterWorkflowWithOptions(Delivery, workflow.RegisterOptions{Name: WorkflowType})
	w.RegisterActivity(hands)
	if err := w.Start(); err != nil {
		return fmt.Errorf("starting the peer's worker: %w", err)
	}
	defer w.Stop()
	told := time.NewTicker(50 * time.Millisecond)
	defer told.Stop()
	for {
		tell(hands.polls.Load())
		select {
		case <-told.C:
		case <-ctx.Done():
			return nil
		}
	}
}
