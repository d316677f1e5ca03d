package models

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Project writes what is open in a conversation now. A projection older than the one that is there,
// or made before the latest record, changes nothing.
func (s *Store) Project(ctx context.Context, l Live) error {
	err := s.retry(ctx, func() error {
		return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
			// The lock keeps a record from being written between the look and the write.
			h, err := readHead(ctx, tx, shareHeadSQL, l.Subject)
			if errors.Is(err, ErrNotFound) {
				return nil
			}
			if err != nil || h.recordCount != l.RecordCount {
				return err
			}
			batch := &pgx.Batch{}
			if err := queueProjection(batch, h, l); err != nil {
				return err
			}
			return tx.SendBatch(ctx, batch).Close()
		})
	})
	if err != nil {
		return fmt.Errorf("project conversation: %w", err)
	}
	return nil
}

const shareHeadSQL = readHeadSQL + ` FOR SHARE`

const projectSQL = `
INSERT INTO live_conversations AS l (conversation_key, organization_id, conversation_id, seen_number, record_count,
    channel, ticket_id, engagement_id, engagement, agent_id, group_id, queue_id, started_at,
    waiting_queue_id, waiting_since, open_offers, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10, $11, $12, $13, $14, $15, $16, $17)
ON CONFLICT (conversation_key) DO UPDATE SET
    seen_number = excluded.seen_number, record_count = excluded.record_count, channel = excluded.channel,
    ticket_id = excluded.ticket_id, engagement_id = excluded.engagement_id, engagement = excluded.engagement,
    agent_id = excluded.agent_id, group_id = excluded.group_id, queue_id = excluded.queue_id,
    started_at = excluded.started_at, waiting_queue_id = excluded.waiting_queue_id,
    waiting_since = excluded.waiting_since, open_offers = excluded.open_offers, updated_at = excluded.updated_at
WHERE (l.record_count, l.seen_number) <= (excluded.record_count, excluded.seen_number)`

func queueProjection(batch *pgx.Batch, h head, l Live) error {
	row := LiveRow{OpenOffers: int32(l.OpenOffers)}
	var leg *string
	if l.Open != nil {
		document, err := json.Marshal(l.Open)
		if err != nil {
			return fmt.Errorf("encode leg: %w", err)
		}
		leg = new(string(document))
		row.EngagementID, row.StartedAt = new(h.engagementID(l.Open.Ordinal)), timeOf(&l.Open.StartedAt)
		row.AgentID, row.GroupID, row.QueueID = l.Open.AgentID, l.Open.GroupID, l.Open.QueueID
	}
	if l.Visit != nil {
		row.WaitingQueueID, row.WaitingSince = l.Visit.QueueID, new(l.Visit.EnteredAt.Time())
	}
	batch.Queue(projectSQL, h.key, h.OrganizationID, h.ConversationID, l.Seen, l.RecordCount, l.Channel, l.TicketID,
		row.EngagementID, leg, row.AgentID, row.GroupID, row.QueueID, row.StartedAt,
		row.WaitingQueueID, row.WaitingSince, row.OpenOffers, h.now)
	return nil
}

const deleteLiveSQL = `DELETE FROM live_conversations WHERE conversation_key = $1`

// queueLive writes what is open after a record; a row of which nothing is open goes. That no older
// projection brings it back sees Project by the count of records.
func queueLive(batch *pgx.Batch, h head, l Live) error {
	if l.Open == nil && l.Visit == nil && l.OpenOffers == 0 {
		batch.Queue(deleteLiveSQL, h.key)
		return nil
	}
	return queueProjection(batch, h, l)
}

// liveOf is what a record leaves open.
func liveOf(r Record) Live {
	state := r.Result.State
	l := Live{
		Subject: r.Subject, Seen: r.Seen, RecordCount: r.RecordCount + 1, Open: r.Result.Open,
		OpenOffers: len(state.Offers), Channel: state.Channel, TicketID: state.TicketID,
	}
	if state.Visit != nil {
		l.Visit = &state.Visit.Visit
	}
	return l
}
