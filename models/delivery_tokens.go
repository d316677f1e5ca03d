package models

import (
	"time"

	"github.com/jackc/pgx/v5"

	"engaged/delivery"
)

// The longest that a call may ring and last, where the rules do not say.
const (
	defaultRing = 2 * oneMinute
	defaultCall = 4 * oneHour
)

const (
	// The order that an attempt holds keeps its token, whatever other one there is was withdrawn. What a dialer
	// has claimed may be about to start: it is lost or refused, not forgotten.
	withdrawTokensSQL = `
UPDATE delivery_tokens SET released_at = $4
WHERE task_key = $1 AND seq = $2 AND fence <> $3 AND started_at IS NULL AND claimed_at IS NULL AND released_at IS NULL`

	// A claim that never started may ring all the same.
	endTokensSQL = `
UPDATE delivery_tokens
SET released_at = CASE WHEN $3 AND claimed_at IS NOT NULL AND started_at IS NULL THEN NULL ELSE $4::timestamptz END,
    lost_at = CASE WHEN $3 AND claimed_at IS NOT NULL AND started_at IS NULL THEN coalesce(lost_at, $4::timestamptz) ELSE lost_at END,
    counts_until = CASE WHEN $3 AND claimed_at IS NOT NULL AND started_at IS NULL
        THEN coalesce(counts_until, lease_until + $5 * interval '1 millisecond') ELSE counts_until END
WHERE task_key = $1 AND seq = $2 AND released_at IS NULL`

	startTokenSQL = `
UPDATE delivery_tokens SET started_at = coalesce(started_at, $3),
    answered_at = coalesce(answered_at, $4)
WHERE task_key = $1 AND seq = $2 AND released_at IS NULL AND lost_at IS NULL AND (started_at IS NULL OR answered_at IS NULL AND $4::timestamptz IS NOT NULL)`
)

// queueTokens brings the tokens of a task's attempts up to their rows; it tells whether one may have
// become free.
func (t *storedTask) queueTokens(batch *pgx.Batch, h head, attempts []delivery.Attempt) (freed bool) {
	for _, a := range attempts {
		switch {
		case a.EndedAt != nil:
			// Whoever has claimed an order that was then cancelled may be dialing it, until they ask to start.
			mayRing := a.Reason == delivery.ReasonLost || a.Status == delivery.Cancelled
			batch.Queue(endTokensSQL, h.key, a.Seq, mayRing, h.now, t.mayLast().Milliseconds())
			freed = true
		case a.StartedAt != nil:
			batch.Queue(startTokenSQL, h.key, a.Seq, a.StartedAt.Time(), instantOf(a.CustomerConnectedAt))
		default:
			fence := int64(0)
			if a.Order != nil {
				fence = a.Order.Fence
			}
			batch.Queue(withdrawTokensSQL, h.key, a.Seq, fence, h.now)
			freed = true
		}
	}
	return freed
}

// mayLast is the longest that a call of the task may ring and last.
func (t *storedTask) mayLast() time.Duration {
	ring, call := t.plan.Rules.RingLimit, t.plan.Rules.CallLimit
	if ring == 0 {
		ring = defaultRing
	}
	if call == 0 {
		call = defaultCall
	}
	return (ring + call).Duration()
}
