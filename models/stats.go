package models

import (
	"context"
	"fmt"
	"time"
)

// LogStats is the state of the event log and of what is open, for metrics.
type LogStats struct {
	// Backlog is the number of conversations due for dispatch, BacklogAge for how long the oldest is.
	Backlog    int64
	BacklogAge time.Duration
	// DeadLetters is the number of entries given up and neither redriven nor delivered since.
	DeadLetters int64
	// OpenEngagements is the number of legs under way, WaitingVisits of stays in a queue.
	OpenEngagements, WaitingVisits int64
	// WebhooksQueued is the number of webhooks to be sent, WebhooksAge how old the oldest is.
	WebhooksQueued int64
	WebhooksAge    time.Duration
}

const logStatsSQL = `
SELECT
    (SELECT count(*) FROM dispatch_claims WHERE due_at <= statement_timestamp()),
    (SELECT coalesce(extract(epoch FROM clock_timestamp() - min(due_at)), 0)::float8 FROM dispatch_claims WHERE due_at <= statement_timestamp()),
    (SELECT count(*) FROM dead_letters d JOIN conversations c ON c.key = d.conversation_key WHERE ` + stillDeadSQL + `),
    (SELECT count(*) FROM live_conversations WHERE engagement_id IS NOT NULL),
    (SELECT count(*) FROM live_conversations WHERE waiting_since IS NOT NULL),
    o.queued + r.queued, coalesce(extract(epoch FROM clock_timestamp() - least(o.oldest, r.oldest)), 0)::float8
FROM (SELECT count(*) AS queued, min(created_at) AS oldest FROM webhook_messages WHERE status = 'pending' AND fence IS NOT NULL) o,
    (SELECT count(*) AS queued, min(created_at) AS oldest FROM webhook_messages WHERE status = 'pending' AND fence IS NULL) r`

// LogStats reads the state of the event log. It counts rows: ask every few seconds, not oftener.
func (s *Store) LogStats(ctx context.Context) (LogStats, error) {
	var stats LogStats
	var seconds, webhooks float64
	err := s.pool.QueryRow(ctx, logStatsSQL).Scan(&stats.Backlog, &seconds, &stats.DeadLetters, &stats.OpenEngagements, &stats.WaitingVisits,
		&stats.WebhooksQueued, &webhooks)
	if err != nil {
		return stats, fmt.Errorf("read the state of the log: %w", err)
	}
	stats.BacklogAge = time.Duration(max(seconds, 0) * float64(time.Second))
	stats.WebhooksAge = time.Duration(max(webhooks, 0) * float64(time.Second))
	return stats, nil
}
