package analytics

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// The kinds of rows that liveRowsSQL makes.
const (
	liveEngagement = "engagement"
	liveQueued     = "queued"
	liveReply      = "reply"
)

// Counts and sums of instants: a mark that depended on the newest instant alone would miss a change
// that commits after a newer one. Conversations of which only offers are open are in no section.
const liveMarkSQL = `
SELECT concat_ws('.', count(*),
    coalesce(sum((extract(epoch FROM l.updated_at) * 1000)::bigint), 0),
    coalesce(sum((extract(epoch FROM c.last_customer_message_at) * 1000)::bigint), 0),
    coalesce(sum((extract(epoch FROM c.last_agent_message_at) * 1000)::bigint), 0))
FROM live_conversations l JOIN conversations c ON c.key = l.conversation_key
WHERE l.organization_id = $1 AND (l.engagement_id IS NOT NULL OR l.waiting_since IS NOT NULL)`

func readLiveMark(ctx context.Context, tx pgx.Tx, organization string) (mark string, err error) {
	return mark, tx.QueryRow(ctx, liveMarkSQL, organization).Scan(&mark)
}

// liveRowsSQL makes a row for each open thing. Messages do not move the projection, so who wrote last
// comes from the conversation's row; the projected leg may know of an earlier message that still waits.
const liveRowsSQL = `
WITH legs AS (
    SELECT l.conversation_id, l.engagement_id, l.agent_id, l.group_id, l.queue_id, l.channel, l.open_offers,
        l.started_at, l.engagement ->> 'agent_type' AS agent_type, l.engagement #> '{waits,-1}' AS wait,
        c.last_customer_message_at AS customer_at, coalesce(c.last_agent_message_at, '-infinity') AS agent_at
    FROM live_conversations l JOIN conversations c ON c.key = l.conversation_key
    WHERE l.organization_id = $1 AND l.engagement_id IS NOT NULL AND ($6::text[] IS NULL OR l.engagement ->> 'agent_type' = ANY ($6))
), live AS (
    SELECT 'engagement' AS kind, conversation_id, engagement_id, agent_id, group_id, queue_id, channel, open_offers, started_at AS since
    FROM legs
    UNION ALL
    SELECT 'reply', conversation_id, engagement_id, agent_id, group_id, queue_id, channel, open_offers,
        CASE WHEN wait ->> 'closed_at' IS NULL AND (wait ->> 'opened_at')::timestamptz > agent_at
            THEN least(customer_at, (wait ->> 'opened_at')::timestamptz) ELSE customer_at END
    FROM legs WHERE customer_at > agent_at
    UNION ALL
    SELECT 'queued', conversation_id, NULL, '', '', waiting_queue_id, channel, open_offers, waiting_since
    FROM live_conversations
    WHERE organization_id = $1 AND engagement_id IS NULL AND waiting_since IS NOT NULL
), found AS (
    SELECT *, greatest(extract(epoch FROM $7::timestamptz - since), 0)::double precision AS age FROM live
    WHERE ($2::text[] IS NULL OR agent_id = ANY ($2)) AND ($3::text[] IS NULL OR group_id = ANY ($3))
        AND ($4::text[] IS NULL OR queue_id = ANY ($4)) AND ($5::text[] IS NULL OR channel = ANY ($5))
)`

func (q LiveQuery) arguments(at time.Time) []any {
	return []any{q.Organization, q.Agents, q.Groups, q.Queues, q.Channels, q.AgentTypes, at, q.Limit}
}

// The bits of grouping() tell by which attribute a row counts: 0 for the one that is grouped by.
const liveGroupsSQL = liveRowsSQL + `, counted AS (
    SELECT kind, grouping(agent_id, group_id, queue_id, channel) AS way, coalesce(agent_id, group_id, queue_id, channel, '') AS value,
        count(*) AS n, min(since) AS since, max(age) AS oldest,
        percentile_cont(ARRAY[0.5, 0.9, 0.95]) WITHIN GROUP (ORDER BY age) AS ages
    FROM found GROUP BY kind, GROUPING SETS ((), (agent_id), (group_id), (queue_id), (channel))
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY kind, way ORDER BY n DESC, value) AS place,
        count(*) OVER (PARTITION BY kind, way) AS total
    FROM counted
)
SELECT kind, way, value, total, n, since, oldest, ages FROM ranked WHERE place <= $8 ORDER BY kind, way, place`

func readLiveGroups(ctx context.Context, tx pgx.Tx, q LiveQuery, view *LiveView) error {
	found, err := tx.Query(ctx, liveGroupsSQL, q.arguments(view.At)...)
	if err != nil {
		return err
	}
	var kind string
	var way int
	var total int64
	var group LiveGroup
	var ages []float64
	_, err = pgx.ForEachRow(found, []any{&kind, &way, &group.Value, &total, &group.Count, &group.OldestSince, &group.Oldest, &ages}, func() error {
		group.Median, group.P90, group.P95 = ages[0], ages[1], ages[2]
		section := view.section(kind)
		if groups := section.by(way); groups != nil {
			groups.Total, groups.Groups = total, append(groups.Groups, group)
		} else {
			section.Total = group.LiveAges
		}
		return nil
	})
	return err
}

// by returns the groups that a way of grouping() fills; nil for the total.
func (s *LiveSection) by(way int) *LiveGroups {
	switch way {
	case 0b0111:
		return &s.ByAgent
	case 0b1011:
		return &s.ByGroup
	case 0b1101:
		return &s.ByQueue
	case 0b1110:
		return &s.ByChannel
	default:
		return nil
	}
}

const liveItemsSQL = liveRowsSQL + `, ranked AS (
    SELECT *, row_number() OVER (PARTITION BY kind ORDER BY since, conversation_id) AS place FROM found
)
SELECT kind, conversation_id, coalesce(engagement_id::text, ''), agent_id, group_id, queue_id, channel, since, age, open_offers
FROM ranked WHERE place <= $8 ORDER BY kind, place`

func readLiveItems(ctx context.Context, tx pgx.Tx, q LiveQuery, view *LiveView) error {
	found, err := tx.Query(ctx, liveItemsSQL, q.arguments(view.At)...)
	if err != nil {
		return err
	}
	var kind string
	var item LiveItem
	targets := []any{&kind, &item.ConversationID, &item.EngagementID, &item.AgentID, &item.GroupID, &item.QueueID, &item.Channel, &item.Since, &item.Age, &item.OpenOffers}
	_, err = pgx.ForEachRow(found, targets, func() error {
		section := view.section(kind)
		section.Longest = append(section.Longest, item)
		return nil
	})
	return err
}
