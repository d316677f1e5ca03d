package models

import (
	"time"

	"github.com/jackc/pgx/v5"

	"engaged/delivery"
)

// maxHistory is how many past attempts are read at most, the latest ones: more than caps can ask for.
const maxHistory = 10_000

// factsHistorySQL reads the calls that were started, and those that were handed out and not given up.
// A token tells of a call until the attempt's row does; a claim that was lost may have rung all the same. Somebody was spoken to if an agent was
// connected, or the result says so; a person was called in vain if an AI agent failed, or no agent
// came, or none in time.
const factsHistorySQL = `
SELECT at, task_id::text, contact_id, number, conversation, abandoned FROM (
    SELECT started_at AS at, task_id, contact_id, to_address AS number,
        agent_connected_at IS NOT NULL OR coalesce(result IN ('LiveAnswer', 'CallEnded'), false) AS conversation,
        customer_connected_at IS NOT NULL AND (wait_exceeded OR bot_failed OR mode = 'Progressive' AND agent_connected_at IS NULL
            AND coalesce(result IN ('LiveAnswer', 'Undetermined', 'BotFailed'), false)) AS abandoned
    FROM deliveries
    WHERE organization_id = $1 AND started_at > $5 AND (contact_id = ANY ($2) OR to_address = ANY ($3) OR task_id = $4::uuid)
    UNION ALL
    SELECT coalesce(t.started_at, t.granted_at), t.task_id, t.contact_id, t.number, false, false
    FROM delivery_tokens t
    WHERE t.organization_id = $1 AND coalesce(t.started_at, t.granted_at) > $5 AND (t.contact_id = ANY ($2) OR t.number = ANY ($3))
        AND (t.started_at IS NOT NULL OR t.lost_at IS NOT NULL OR t.released_at IS NULL)
        AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.id = t.delivery_id AND d.started_at IS NOT NULL)
) AS calls ORDER BY at DESC LIMIT $6`

// Lengths that are never exceeded by a day, week or month of any zone.
const (
	dayReach   = 26 * oneHour
	weekReach  = 7*24*oneHour + 2*oneHour
	monthReach = 31*24*oneHour + 2*oneHour
)

// historyReach returns how far back any cap or pause of the rules asks; 0 if none does.
func historyReach(rules *delivery.Rules) delivery.Millis {
	reach := capsReach(rules.Caps)
	for i := range rules.Packs {
		reach = max(reach, capsReach(rules.Packs[i].Caps))
		for _, pause := range rules.Packs[i].Pauses {
			reach = max(reach, pause.Length)
		}
	}
	return reach
}

func capsReach(caps []delivery.Cap) delivery.Millis {
	var reach delivery.Millis
	for _, c := range caps {
		switch c.Period {
		case delivery.PeriodDay:
			reach = max(reach, dayReach)
		case delivery.PeriodWeek:
			reach = max(reach, weekReach)
		case delivery.PeriodMonth:
			reach = max(reach, monthReach)
		case delivery.PeriodRolling:
			reach = max(reach, c.Length)
		}
	}
	return reach
}

func scanPast(row pgx.CollectableRow) (delivery.PastAttempt, error) {
	var p delivery.PastAttempt
	var at time.Time
	err := row.Scan(&at, &p.TaskID, &p.ContactID, &p.Number, &p.Conversation, &p.Abandoned)
	p.At = delivery.At(at)
	return p, err
}
