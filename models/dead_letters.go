package models

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"engaged/engagement"
)

// Why an entry is dead.
const (
	// DeadDelivery: no workflow could be told of the entry and those after it.
	DeadDelivery = "delivery"
	// DeadFold: the core failed at the entry; the others were applied without it.
	DeadFold = "fold"
	// DeadSignal: a routing system signalled to a workflow what breaks a rule of the envelope.
	DeadSignal = "signal"
)

// DeadLetter is an entry of a conversation or a delivery task that could not be delivered or applied, or that
// keeps a refused signal.
type DeadLetter struct {
	Subject
	// Number is the entry's; of a failed delivery the first undelivered entry's.
	Number int64
	// Kind is DeadDelivery, DeadFold or DeadSignal, Reason what failed.
	Kind, Reason string
	// EventID and Type are the entry's.
	EventID string
	Type    engagement.EventType
	// CreatedAt is since when it is dead.
	CreatedAt time.Time
	// Key is the conversation's row; with Number it is the place in the list.
	Key int64
}

const deadDeliverySQL = `
WITH cleared AS (
    DELETE FROM dispatch_claims WHERE conversation_key = $1 AND fence = $2 RETURNING conversation_key)
INSERT INTO dead_letters (conversation_key, number, kind, reason)
SELECT conversation_key, $3, $4, $5 FROM cleared
ON CONFLICT (conversation_key, number) DO UPDATE
SET kind = excluded.kind, reason = excluded.reason, created_at = clock_timestamp(), redriven_at = NULL`

// DeadLetter sets the undelivered entries of a claim aside and clears it. The next entry of the
// conversation that is dispatched takes them along again.
func (s *Store) DeadLetter(ctx context.Context, c Claim, reason string) error {
	if _, err := s.pool.Exec(ctx, deadDeliverySQL, c.Key, c.Fence, c.Delivered+1, DeadDelivery, reason); err != nil {
		return fmt.Errorf("set entries aside: %w", err)
	}
	return nil
}

// stillDeadSQL tells of a dead letter d of a conversation c that nobody has tried it again, and of a failed
// delivery also that no later entry has taken it along.
const stillDeadSQL = `d.redriven_at IS NULL AND (d.kind <> 'delivery' OR d.number > greatest(c.delivered_number, c.applied_number))`

const listDeadLettersSQL = `
SELECT c.organization_id, c.conversation_id, c.kind, d.number, d.kind, d.reason, coalesce(e.event_id, ''), coalesce(e.type, ''),
    d.created_at, d.conversation_key
FROM dead_letters d
JOIN conversations c ON c.key = d.conversation_key
LEFT JOIN LATERAL (SELECT event_id, type FROM entries
    WHERE conversation_key = d.conversation_key AND number = d.number AND received_at >= c.created_at - interval '1 hour'
    LIMIT 1) e ON true
WHERE ` + stillDeadSQL + ` AND (d.conversation_key, d.number) > ($2, $3) AND ($1 = '' OR c.organization_id = $1)
ORDER BY d.conversation_key, d.number
LIMIT $4`

// ListDeadLetters returns what is dead in an organization, or with "" in all of them, after the place
// of another one (its zero value: from the start).
func (s *Store) ListDeadLetters(ctx context.Context, organization string, after DeadLetter, limit int) ([]DeadLetter, error) {
	rows, err := s.pool.Query(ctx, listDeadLettersSQL, organization, after.Key, after.Number, limit)
	if err != nil {
		return nil, fmt.Errorf("list dead letters: %w", err)
	}
	letters, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (DeadLetter, error) {
		var d DeadLetter
		err := row.Scan(&d.OrganizationID, &d.ConversationID, &d.Subject.Kind, &d.Number, &d.Kind, &d.Reason, &d.EventID, &d.Type, &d.CreatedAt, &d.Key)
		return d, err
	})
	if err != nil {
		return nil, fmt.Errorf("list dead letters: %w", err)
	}
	return letters, nil
}

const (
	deadKindSQL = `
SELECT kind FROM dead_letters WHERE conversation_key = $1 AND number = $2 AND redriven_at IS NULL`

	redrivenSQL = `
UPDATE dead_letters SET redriven_at = clock_timestamp()
WHERE conversation_key = $1 AND number = $2 AND redriven_at IS NULL`

	redriveClaimSQL = `
INSERT INTO dispatch_claims (conversation_key, wanted_number, due_at)
SELECT key, last_number, clock_timestamp() FROM conversations WHERE key = $1
ON CONFLICT (conversation_key) DO UPDATE
SET wanted_number = excluded.wanted_number, due_at = excluded.due_at, attempts = 0`
)

// Redrive tries a dead letter again, once the cause is mended: what was not delivered is dispatched
// anew; an entry at which the core failed is appended once more, as an entry of its own under the id
// "redrive:<number>". Only its sender can mend a refused signal: it is taken off the list and stays in
// the log. ErrNotFound if it is not dead.
func (s *Store) Redrive(ctx context.Context, subject Subject, number int64) error {
	h, err := readHead(ctx, s.pool, readHeadSQL, subject)
	if err != nil {
		return fmt.Errorf("redrive entry %d: %w", number, err)
	}
	var kind string
	if err := s.pool.QueryRow(ctx, deadKindSQL, h.key, number).Scan(&kind); err != nil {
		return fmt.Errorf("redrive entry %d: %w", number, notFound(err))
	}
	if kind == DeadFold {
		// Before the mark: if it fails in between, the repeat finds its id.
		if err := s.appendAgain(ctx, h, number); err != nil {
			return fmt.Errorf("redrive entry %d: %w", number, err)
		}
	}
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		batch := &pgx.Batch{}
		if kind == DeadDelivery {
			batch.Queue(redriveClaimSQL, h.key)
			batch.Queue(notifySQL, NotifyChannel)
		}
		batch.Queue(redrivenSQL, h.key, number)
		return tx.SendBatch(ctx, batch).Close()
	})
	if err != nil {
		return fmt.Errorf("redrive entry %d: %w", number, err)
	}
	return nil
}

func (s *Store) appendAgain(ctx context.Context, h head, number int64) error {
	if h.Kind == KindDelivery {
		return s.appendTaskEntryAgain(ctx, h, number)
	}
	entries, err := h.entriesListed(ctx, s.pool, []int64{number})
	if err != nil {
		return err
	}
	if len(entries) == 0 {
		return ErrNotFound
	}
	event := entries[0].Event
	event.ID, event.Source = fmt.Sprintf("redrive:%d", number), engagement.EngineSource
	_, err = s.Append(ctx, []Submission{{OrganizationID: h.OrganizationID, Event: event}})
	return err
}

// appendTaskEntryAgain is appendAgain for the entry of a delivery task. It takes effect now.
func (s *Store) appendTaskEntryAgain(ctx context.Context, h head, number int64) error {
	e, _, err := scanTaskEntry(s.pool.QueryRow(ctx, entriesListedSQL, h.key, h.since(), []int64{number}))
	if err != nil {
		return notFound(err)
	}
	e.ID, e.Source = fmt.Sprintf("redrive:%d", number), engagement.EngineSource
	_, err = s.AppendDeliveryEvents(ctx, []DeliverySubmission{{OrganizationID: h.OrganizationID, TaskID: h.ConversationID, Event: e.Event}})
	return err
}
