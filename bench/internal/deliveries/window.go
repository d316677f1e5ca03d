package deliveries

import (
	"context"
	"fmt"
	"time"

	"engaged/bench/internal/openloop"
	"engaged/bench/internal/progress"
)

// WindowResult is what happened when the window of all tasks began.
type WindowResult struct {
	// Due is how many tasks became eligible at once, Max how many calls may be under way at once.
	Due int `json:"due"`
	Max int `json:"max"`
	// Seconds is how long was dialed; Orders were handed out in that time, Refused of them could not be started.
	Seconds         float64 `json:"seconds"`
	Orders          int64   `json:"orders"`
	Refused         int64   `json:"refused"`
	OrdersPerSecond float64 `json:"orders_per_second"`
	// First is when the first order was handed out, in seconds after the window began.
	First float64 `json:"first_order_seconds"`
	// Handed is the time from a call's end to the handing out of the order that takes its place, Claimed from
	// the granting of an order to its handing out to the dialer.
	Handed  openloop.Latency `json:"slot_free_to_handed_out"`
	Claimed openloop.Latency `json:"granted_to_handed_out"`
	// Most is the most orders that were live at once by the tokens, MostCalls the most calls by the dialer.
	Most      int   `json:"most_live"`
	MostCalls int64 `json:"most_calls"`
	// Recorded is how many attempts were recorded when all that followed was done, or two minutes had passed;
	// Drain is how long after dialing ended that was.
	Recorded int64   `json:"recorded"`
	Drain    float64 `json:"drain_seconds"`
	// Dialing is what the time of dialing cost, Cost that and what followed. PerAttempt is the CPU seconds of
	// an attempt, everything included.
	Dialing    Interval `json:"dialing"`
	Cost       Interval `json:"cost"`
	PerAttempt float64  `json:"cpu_seconds_per_attempt"`
	// Worker is the worker's memory at the end.
	Worker Footprint `json:"worker"`
}

// dial dials from the start of the window on for a while, and waits until everything is recorded.
func (b *Bench) dial(ctx context.Context, configuration string, due, most int, start time.Time, length time.Duration) (WindowResult, error) {
	result := WindowResult{Due: due, Max: most}
	d := &dialer{api: b.api, caller: newCaller()}
	before, err := b.mark(ctx)
	if err != nil {
		return result, err
	}
	// Profilers look at the middle of it.
	watch := time.AfterFunc(time.Until(start.Add(length/4)), func() { b.hold("window") })
	defer watch.Stop()
	dialing, cancel := context.WithDeadline(ctx, start.Add(length))
	defer cancel()
	done := progress.Seconds(fmt.Sprintf("%d tasks due at once, at most %d calls", due, most), time.Until(start.Add(length)))
	err = d.run(dialing)
	done()
	if err != nil {
		return result, err
	}
	ended := time.Now()
	result.Seconds = ended.Sub(start).Seconds()
	result.Orders, result.Refused, result.MostCalls = d.claimed.Load(), d.refused.Load(), d.most.Load()
	result.OrdersPerSecond = float64(result.Orders) / result.Seconds
	if result.Dialing, err = b.since(ctx, before); err != nil {
		return result, err
	}
	if result.Recorded, err = b.drain(ctx, configuration, d.started.Load()); err != nil {
		return result, err
	}
	result.Drain = time.Since(ended).Seconds()
	if result.Cost, err = b.since(ctx, before); err != nil {
		return result, err
	}
	result.PerAttempt = result.Cost.Server / float64(max(result.Recorded, 1))
	if err := b.tokens(ctx, configuration, start, &result); err != nil {
		return result, err
	}
	result.Worker, err = footprint(ctx, b.worker)
	return result, err
}

const recordedSQL = `
SELECT count(*) FROM delivery_tasks t JOIN conversations c ON c.key = t.key
WHERE t.configuration_id = $1 AND t.ended_at IS NOT NULL AND c.record_count > 0`

// drainFor bounds the wait for what was dialed to be recorded.
const drainFor = 2 * time.Minute

// drain waits until so many tasks are recorded, or a while has passed.
func (b *Bench) drain(ctx context.Context, configuration string, n int64) (recorded int64, err error) {
	bar := progress.Start("recording what was dialed", "tasks", int(n))
	defer bar.Done()
	limit := time.Now().Add(drainFor)
	err = poll(ctx, time.Second, func() (bool, error) {
		err := b.Pool.QueryRow(ctx, recordedSQL, configuration).Scan(&recorded)
		bar.Set(int(recorded))
		return recorded >= n || time.Now().After(limit), err
	})
	if err != nil {
		return recorded, fmt.Errorf("counting what is recorded: %w", err)
	}
	return recorded, nil
}

// The n-th order takes the place of the call that ended n - max calls ago; the first ones find places free.
const (
	handedSQL = `
WITH t AS (SELECT granted_at, claimed_at, released_at FROM delivery_tokens WHERE configuration_id = $1),
handed AS (SELECT claimed_at, row_number() OVER (ORDER BY claimed_at) AS n FROM t WHERE claimed_at IS NOT NULL),
freed AS (SELECT released_at, row_number() OVER (ORDER BY released_at) AS n FROM t WHERE released_at IS NOT NULL)
SELECT extract(epoch FROM h.claimed_at - f.released_at)::float8 FROM handed h JOIN freed f ON h.n = f.n + $2`

	claimedSQL = `
SELECT extract(epoch FROM claimed_at - granted_at)::float8 FROM delivery_tokens WHERE configuration_id = $1 AND claimed_at IS NOT NULL`

	// Grants are stored in whole milliseconds, so releases are compared in the same.
	mostLiveSQL = `
SELECT coalesce(max(live), 0) FROM (
    SELECT sum(change) OVER (ORDER BY at, change) AS live FROM (
        SELECT granted_at AS at, 1 AS change FROM delivery_tokens WHERE configuration_id = $1
        UNION ALL
        SELECT date_trunc('milliseconds', released_at), -1 FROM delivery_tokens WHERE configuration_id = $1 AND released_at IS NOT NULL
    ) AS changes) AS course`

	firstSQL = `SELECT coalesce(extract(epoch FROM min(claimed_at) - $2), 0)::float8 FROM delivery_tokens WHERE configuration_id = $1`
)

// tokens reads from the tokens how orders took their turns.
func (b *Bench) tokens(ctx context.Context, configuration string, start time.Time, result *WindowResult) error {
	var err error
	if result.Handed, err = b.latency(ctx, handedSQL, configuration, result.Max); err != nil {
		return err
	}
	if result.Claimed, err = b.latency(ctx, claimedSQL, configuration); err != nil {
		return err
	}
	if err := b.Pool.QueryRow(ctx, mostLiveSQL, configuration).Scan(&result.Most); err != nil {
		return fmt.Errorf("reading tokens: %w", err)
	}
	if err := b.Pool.QueryRow(ctx, firstSQL, configuration, start).Scan(&result.First); err != nil {
		return fmt.Errorf("reading tokens: %w", err)
	}
	return nil
}

// latency sums up the seconds that a statement returns.
func (b *Bench) latency(ctx context.Context, statement string, arguments ...any) (openloop.Latency, error) {
	rows, err := b.Pool.Query(ctx, statement, arguments...)
	if err != nil {
		return openloop.Latency{}, fmt.Errorf("reading tokens: %w", err)
	}
	defer rows.Close()
	histogram := openloop.NewHistogram()
	for rows.Next() {
		var seconds float64
		if err := rows.Scan(&seconds); err != nil {
			return openloop.Latency{}, fmt.Errorf("reading tokens: %w", err)
		}
		histogram.Record(time.Duration(seconds * float64(time.Second)))
	}
	return histogram.Latency(), rows.Err()
}
