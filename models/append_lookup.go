package models

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"engaged/engagement"
)

// searchMargin is how far before a conversation's first row its entries are still searched, in case
// the database's clock was set back.
const searchMargin = time.Hour

// knownEntry is an entry that the log already has.
type knownEntry struct {
	number     int64
	receivedAt time.Time
	hash       []byte
}

type agentKey struct{ organization, id string }

// agentFacts are what the directory knows of an agent.
type agentFacts struct{ kind, group string }

const logClockSQL = `SELECT clock_timestamp()`

// The bounds on received_at spare the partitions in which the conversation cannot have entries.
const knownEntriesSQL = `
SELECT w.i, e.number, e.received_at, e.content_hash
FROM unnest($1::int[], $2::bigint[], $3::text[], $4::text[], $5::timestamptz[]) AS w (i, key, event_id, source, since)
CROSS JOIN LATERAL (
    SELECT number, received_at, content_hash FROM entries
    WHERE conversation_key = w.key AND event_id = w.event_id AND source = w.source
      AND received_at >= w.since AND received_at < now() + interval '1 day'
    ORDER BY number LIMIT 1
) e`

const agentFactsSQL = `
SELECT d.organization_id, d.id, d.type, d.group_id
FROM unnest($1::text[], $2::text[]) AS w (organization_id, id)
JOIN directory d ON d.organization_id = w.organization_id AND d.kind = 'agent' AND d.id = w.id`

// lookUp reads the clock, the entries that the log already has, and the agents' facts.
func (a *appending) lookUp(ctx context.Context, tx pgx.Tx) error {
	a.known = map[int]knownEntry{}
	a.agents = map[agentKey]agentFacts{}
	batch := &pgx.Batch{}
	batch.Queue(logClockSQL).QueryRow(func(row pgx.Row) error {
		var now time.Time
		err := row.Scan(&now)
		a.now = engagement.At(now)
		return err
	})
	a.queueKnown(batch)
	a.queueAgents(batch)
	return tx.SendBatch(ctx, batch).Close()
}

func (a *appending) queueKnown(batch *pgx.Batch) {
	var index []int32
	var keys []int64
	var ids, sources []string
	var since []time.Time
	for i, s := range a.submissions {
		c := a.conversations[Subject{s.OrganizationID, s.Event.ConversationID}]
		if c.last == 0 {
			continue
		}
		index, keys = append(index, int32(i)), append(keys, c.key)
		ids, sources = append(ids, s.Event.ID), append(sources, s.Event.Source)
		since = append(since, c.createdAt.Add(-searchMargin))
	}
	if len(keys) == 0 {
		return
	}
	batch.Queue(knownEntriesSQL, index, keys, ids, sources, since).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			var i int
			var e knownEntry
			if err := rows.Scan(&i, &e.number, &e.receivedAt, &e.hash); err != nil {
				return err
			}
			a.known[i] = e
		}
		return rows.Err()
	})
}

func (a *appending) queueAgents(batch *pgx.Batch) {
	var organizations, ids []string
	for _, s := range a.submissions {
		agent := stampedAgent(s.Event)
		key := agentKey{s.OrganizationID, agent}
		if _, seen := a.agents[key]; seen || agent == "" {
			continue
		}
		a.agents[key] = agentFacts{kind: engagement.AgentHuman}
		organizations, ids = append(organizations, s.OrganizationID), append(ids, agent)
	}
	if len(ids) == 0 {
		return
	}
	batch.Queue(agentFactsSQL, organizations, ids).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			var key agentKey
			var facts agentFacts
			if err := rows.Scan(&key.organization, &key.id, &facts.kind, &facts.group); err != nil {
				return err
			}
			if facts.kind == "" {
				facts.kind = engagement.AgentHuman
			}
			a.agents[key] = facts
		}
		return rows.Err()
	})
}

// stampedAgent is the agent whose type and group the core needs: the one who is transferred to, else
// the event's own.
func stampedAgent(e engagement.Event) string {
	if e.Data.To != nil && e.Data.To.AgentID != "" {
		return e.Data.To.AgentID
	}
	return e.AgentID
}
