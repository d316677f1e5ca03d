package models

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"engaged/engagement"
)

// NotifyChannel is the channel on which the log tells that there is something to dispatch.
const NotifyChannel = "engaged_dispatch"

// maxAhead is how far ahead of its receipt an event's time may lie; it is taken as the receipt then.
const maxAhead = engagement.Millis(60_000)

// appendTries bounds how often a transaction that lost against another is tried again.
const appendTries = 8

// Append appends events to the log in one transaction and returns what became of each. A repeat of
// an event is recognized and changes nothing but its counters. All are durable or none.
func (s *Store) Append(ctx context.Context, submissions []Submission) ([]Receipt, error) {
	if len(submissions) == 0 {
		return nil, nil
	}
	hashes := make([][]byte, len(submissions))
	for i := range submissions {
		hash, err := contentHash(submissions[i])
		if err != nil {
			return nil, fmt.Errorf("append event %q: %w", submissions[i].Event.ID, err)
		}
		hashes[i] = hash
	}
	var receipts []Receipt
	err := s.retry(ctx, func() error {
		a := &appending{submissions: submissions, hashes: hashes}
		if err := s.inAppend(ctx, a); err != nil {
			return err
		}
		receipts = a.receipts
		return nil
	})
	if noOrganization(err) {
		err = ErrNoOrganization
	}
	if err != nil {
		return nil, fmt.Errorf("append events: %w", err)
	}
	return receipts, nil
}

// retry runs a transaction again that lost against another, or for want of today's partition.
func (s *Store) retry(ctx context.Context, transaction func() error) error {
	var err error
	for try := range appendTries {
		err = transaction()
		switch {
		case missingPartition(err):
			if err := s.EnsureLogPartitions(ctx, time.Now()); err != nil {
				return err
			}
		case contended(err):
			pause := time.Duration(rand.Int64N(int64(time.Millisecond) << try))
			select {
			case <-ctx.Done():
				return errors.Join(ctx.Err(), err)
			case <-time.After(pause):
			}
		default:
			return err
		}
	}
	return err
}

// appending is one attempt to append.
type appending struct {
	submissions []Submission
	hashes      [][]byte

	// now is the log's clock after the locks.
	now           engagement.Instant
	conversations map[Subject]*lockedConversation
	// order are the locked conversations, sorted.
	order  []*lockedConversation
	agents map[agentKey]agentFacts
	// known are the entries that the log already has, by index of the submission.
	known    map[int]knownEntry
	receipts []Receipt
	// rows are the new entries, in order of the submissions.
	rows []newEntry
	// repeats are entries of earlier transactions that came again.
	repeats map[repeatKey]*repeatCount
}

// lockedConversation is a conversation whose row this transaction holds.
type lockedConversation struct {
	Subject
	key   int64
	last  int64
	floor *time.Time
	wakes bool

	// appended tells that there are new entries, wanted is the highest one to dispatch.
	appended bool
	wanted   int64
	// woken tells that a customer's message is dispatched, which needs to happen only once.
	woken             bool
	customerMessageAt *time.Time
	agentMessageAt    *time.Time
	// firsts are the new entries by identity, as index into rows.
	firsts map[identity]int
}

type identity struct{ id, source string }

// inAppend runs one attempt in a transaction that begins with its first statement and commits with its
// last, so that an append costs two trips to Postgres: most hold a single event.
func (s *Store) inAppend(ctx context.Context, a *appending) error {
	conn, err := s.appends.Acquire(ctx)
	if err != nil {
		return err
	}
	// A connection whose transaction is still open does not go back to the pool but ends, and the
	// transaction with it.
	defer conn.Release()
	err = a.run(ctx, conn.Conn())
	if err != nil && !conn.Conn().IsClosed() && conn.Conn().PgConn().TxStatus() != idle {
		_, rolledBack := conn.Exec(ctx, "ROLLBACK")
		err = errors.Join(err, rolledBack)
	}
	return err
}

// idle is the state of a connection without a transaction, as the protocol tells it.
const idle = 'I'

func (a *appending) run(ctx context.Context, conn *pgx.Conn) error {
	if err := a.read(ctx, conn); err != nil {
		return fmt.Errorf("lock conversations and look up events: %w", err)
	}
	a.number()
	if err := a.write(ctx, conn); err != nil {
		return fmt.Errorf("write entries: %w", err)
	}
	return nil
}

// Rows are locked in the order of their ids, bytewise, by every process alike.
// The kind stands in an expression, which no index knows: as a plain condition it would let a plan that was
// prepared on an empty table read all conversations by their index instead of looking up the named ones.
const lockConversationsSQL = `
SELECT c.organization_id, c.conversation_id, c.key, c.last_number, c.floor, c.wakes
FROM unnest($1::text[], $2::text[]) AS w (organization_id, conversation_id)
JOIN conversations c ON c.organization_id = w.organization_id AND c.conversation_id = w.conversation_id AND coalesce(c.kind, '') = ''
ORDER BY c.organization_id, c.conversation_id
FOR NO KEY UPDATE OF c`

const insertConversationsSQL = `
INSERT INTO conversations (organization_id, conversation_id)
SELECT w.organization_id, w.conversation_id
FROM unnest($1::text[], $2::text[]) AS w (organization_id, conversation_id)
ORDER BY w.organization_id COLLATE "C", w.conversation_id COLLATE "C"
ON CONFLICT (organization_id, conversation_id, kind) DO NOTHING
RETURNING organization_id, conversation_id, key, last_number, floor, wakes`

// read locks the rows of all conversations, inserting those that are new, and reads the log's clock
// after it, the entries that the log already has, and the agents' facts.
func (a *appending) read(ctx context.Context, conn *pgx.Conn) error {
	a.conversations = make(map[Subject]*lockedConversation, len(a.submissions))
	a.known, a.agents = map[int]knownEntry{}, map[agentKey]agentFacts{}
	var missing []Subject
	for _, s := range a.submissions {
		subject := Subject{OrganizationID: s.OrganizationID, ConversationID: s.Event.ConversationID}
		if _, seen := a.conversations[subject]; !seen {
			a.conversations[subject] = nil
			missing = append(missing, subject)
		}
	}
	slices.SortFunc(missing, compareSubjects)
	batch := &pgx.Batch{}
	batch.Queue("BEGIN")
	a.queueAgents(batch)
	// A row that another transaction inserts in between conflicts and is locked in the next round.
	for statement := lockConversationsSQL; len(missing) > 0; {
		a.queueTake(batch, statement, missing)
		if statement == lockConversationsSQL {
			a.queueKnown(batch, missing)
			statement = insertConversationsSQL
		} else {
			statement = lockConversationsSQL
		}
		a.queueClock(batch)
		if err := conn.SendBatch(ctx, batch).Close(); err != nil {
			return err
		}
		batch = &pgx.Batch{}
		missing = slices.DeleteFunc(missing, func(s Subject) bool { return a.conversations[s] != nil })
	}
	return nil
}

func (a *appending) queueTake(batch *pgx.Batch, statement string, subjects []Subject) {
	organizations, ids := make([]string, len(subjects)), make([]string, len(subjects))
	for i, s := range subjects {
		organizations[i], ids[i] = s.OrganizationID, s.ConversationID
	}
	batch.Queue(statement, organizations, ids).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			c := &lockedConversation{}
			if err := rows.Scan(&c.OrganizationID, &c.ConversationID, &c.key, &c.last, &c.floor, &c.wakes); err != nil {
				return err
			}
			a.conversations[c.Subject] = c
			a.order = append(a.order, c)
		}
		return rows.Err()
	})
}

func compareSubjects(a, b Subject) int {
	return cmp.Or(cmp.Compare(a.OrganizationID, b.OrganizationID), cmp.Compare(a.ConversationID, b.ConversationID), cmp.Compare(a.Kind, b.Kind))
}
