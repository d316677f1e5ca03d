package models

import (
	"slices"
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

// It follows the locks as a statement of its own, so that it sees what their last holders committed. The
// bounds on received_at spare the partitions in which the conversation cannot have entries. OFFSET keeps the
// conversation's key a condition of the index: a plan prepared on empty partitions read them whole.
const knownEntriesSQL = `
SELECT w.i, e.number, e.received_at, e.content_hash
FROM unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::text[])
    AS w (i, organization_id, conversation_id, event_id, source)
JOIN conversations c ON c.organization_id = w.organization_id AND c.conversation_id = w.conversation_id AND coalesce(c.kind, '') = ''
CROSS JOIN LATERAL (
    SELECT number, received_at, content_hash FROM entries
    WHERE conversation_key = c.key AND event_id = w.event_id AND source = w.source
        AND received_at >= c.created_at - $6 * interval '1 second' AND received_at < now() + interval '1 day'
    OFFSET 0) e`

const agentFactsSQL = `
SELECT d.organization_id, d.id, d.type, d.group_id
FROM unnest($1::text[], $2::text[]) AS w (organization_id, id)
JOIN directory d ON d.organization_id = w.organization_id AND d.kind = 'agent' AND d.id = w.id`

// queueClock reads the log's clock.
func (a *appending) queueClock(batch *pgx.Batch) {
	batch.Queue(logClockSQL).QueryRow(func(row pgx.Row) error {
		var now time.Time
		err := row.Scan(&now)
		a.now = engagement.At(now)
		return err
	})
}

// queueKnown looks for the events of some conversations in the log.
func (a *appending) queueKnown(batch *pgx.Batch, subjects []Subject) {
	var index []int32
	var organizations, conversations, ids, sources []string
	for i, s := range a.submissions {
		subject := Subject{OrganizationID: s.OrganizationID, ConversationID: s.Event.ConversationID}
		if _, asked := slices.BinarySearchFunc(subjects, subject, compareSubjects); !asked {
			continue
		}
		index, ids, sources = append(index, int32(i)), append(ids, s.Event.ID), append(sources, s.Event.Source)
		organizations, conversations = append(organizations, subject.OrganizationID), append(conversations, subject.ConversationID)
	}
	batch.Queue(knownEntriesSQL, index, organizations, conversations, ids, sources, searchMargin.Seconds()).Query(func(rows pgx.Rows) error {
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
