package naive

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// Recorder is the peer's only activity.
type Recorder struct {
	// Pool is the peer's own database.
	Pool *pgxpool.Pool
}

const schema = `
CREATE TABLE IF NOT EXISTS naive_engagements (
    conversation_id text PRIMARY KEY,
    agent_id text NOT NULL,
    queue_id text NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    end_reason text NOT NULL,
    agent_messages integer NOT NULL,
    customer_messages integer NOT NULL
)`

const insertRow = `
INSERT INTO naive_engagements VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`

// Write writes the row; a repeat changes nothing.
func (r *Recorder) Write(ctx context.Context, row Row) error {
	_, err := r.Pool.Exec(ctx, insertRow, row.ConversationID, row.AgentID, row.QueueID, row.StartedAt, row.EndedAt,
		row.EndReason, row.AgentMessages, row.CustomerMessages)
	if err != nil {
		return fmt.Errorf("writing the row: %w", err)
	}
	return nil
}

// Dial connects to Temporal on this machine, without compression, which would only cost CPU.
func Dial(address string, logger log.Logger) (client.Client, error) {
	c, err := client.Dial(client.Options{
		HostPort: address, Logger: logger,
		ConnectionOptions: client.ConnectionOptions{GrpcCompression: &client.GrpcCompressionNone{}},
	})
	if err != nil {
		return nil, fmt.Errorf("connecting to Temporal at %s: %w", address, err)
	}
	return c, nil
}

// Work runs the peer's worker until ctx is done. Its options are the engine's. Once it polls, and then twenty
// times a second, it tells how many signals its workflows have taken in.
func Work(ctx context.Context, temporal client.Client, databaseURL string, tell func(applied int64)) error {
	pool, err := pgxpool.New(ctx, databaseURL)
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
	w.RegisterWorkflowWithOptions(Chat, workflow.RegisterOptions{Name: WorkflowType})
	w.RegisterActivity(&Recorder{Pool: pool})
	if err := w.Start(); err != nil {
		return fmt.Errorf("starting the peer's worker: %w", err)
	}
	defer w.Stop()
	told := time.NewTicker(50 * time.Millisecond)
	defer told.Stop()
	for {
		tell(applied.Load())
		select {
		case <-told.C:
		case <-ctx.Done():
			return nil
		}
	}
}
