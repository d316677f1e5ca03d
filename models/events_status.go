package models

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"engaged/engagement"
)

// LoggedEvent is what the log knows of an event.
type LoggedEvent struct {
	// Entry is the event as the core sees it.
	Entry engagement.Entry
	// Outcome is what became of it; waiting until a run that folded it has recorded.
	Outcome engagement.Outcome
	// Duplicates counts its repeats, Conflicts those with other content.
	Duplicates, Conflicts int
	// Data is the sender's data as it came; nil where there was none.
	Data json.RawMessage
}

const loggedEventSQL = `
SELECT number, received_at, source, event_id, type, time, entry, data, duplicates, conflicts,
    coalesce(outcome, ''), coalesce(outcome_reason, '')
FROM entries WHERE conversation_key = $1 AND received_at >= $2 AND `

const (
	eventByIdentitySQL = loggedEventSQL + `event_id = $3 AND source = $4 ORDER BY number LIMIT 1`
	eventByNumberSQL   = loggedEventSQL + `number = $3`
)

// FindEvent returns what the log knows of an event, or ErrNotFound.
func (s *Store) FindEvent(ctx context.Context, subject Subject, source, id string) (LoggedEvent, error) {
	return s.findEvent(ctx, subject, eventByIdentitySQL, id, source)
}

// EntryOutcome tells what became of an entry, or ErrNotFound.
func (s *Store) EntryOutcome(ctx context.Context, subject Subject, number int64) (engagement.Outcome, error) {
	event, err := s.findEvent(ctx, subject, eventByNumberSQL, number)
	return event.Outcome, err
}

func (s *Store) findEvent(ctx context.Context, subject Subject, statement string, arguments ...any) (LoggedEvent, error) {
	var found LoggedEvent
	h, err := readHead(ctx, s.pool, readHeadSQL, subject)
	if err != nil {
		return found, fmt.Errorf("find event: %w", err)
	}
	e := &found.Entry
	var receivedAt, at time.Time
	var document, data []byte
	row := s.pool.QueryRow(ctx, statement, append([]any{h.key, h.since()}, arguments...)...)
	err = row.Scan(&e.Number, &receivedAt, &e.Source, &e.ID, &e.Type, &at, &document, &data,
		&found.Duplicates, &found.Conflicts, &found.Outcome.Kind, &found.Outcome.Reason)
	if err != nil {
		return found, fmt.Errorf("find event: %w", notFound(err))
	}
	if err := decodeEntry(document, e); err != nil {
		return found, fmt.Errorf("find event: %w", err)
	}
	e.ReceivedAt, e.Time, e.ConversationID = engagement.At(receivedAt), engagement.At(at), h.ConversationID
	found.Data = data
	if found.Outcome.Kind == "" {
		found.Outcome.Kind = h.outcomeOf(e.Number)
	}
	return found, nil
}

// outcomeOf tells what became of an entry without an outcome of its own: applied, unless no run has
// recorded it yet.
func (h head) outcomeOf(number int64) engagement.OutcomeKind {
	if number > h.applied {
		return engagement.Waiting
	}
	for _, n := range h.tail {
		if n == number {
			return engagement.Waiting
		}
	}
	return engagement.Applied
}

const conversationExistsSQL = `SELECT EXISTS (SELECT FROM conversations WHERE organization_id = $1 AND conversation_id = $2 AND kind = '')`

// ConversationExists tells whether the log knows the conversation.
func (s *Store) ConversationExists(ctx context.Context, subject Subject) (bool, error) {
	var exists bool
	err := s.pool.QueryRow(ctx, conversationExistsSQL, subject.OrganizationID, subject.ConversationID).Scan(&exists)
	if err != nil {
		return false, fmt.Errorf("look for conversation: %w", err)
	}
	return exists, nil
}
