package analytics

import (
	"fmt"

	"engaged/engagement"
)

// legsOfTickets makes a row for each ticket with the number of its engagements.
func legsOfTickets(s *scan, _ *request) {
	s.over(fmt.Sprintf("SELECT %s, count(*) AS number FROM (%s) AS legs GROUP BY %s",
		s.keyNames(), s.rowsSQL("ticket_id"), s.keyNames("ticket_id")))
}

// solvedTickets makes a row for each ticket that an engagement solved. It counts if that was its only
// engagement ever, with one reply.
func solvedTickets(s *scan, r *request) {
	s.add(endedBy(engagement.EndStatusSolved))
	s.over(fmt.Sprintf(`
SELECT %s, bool_or(agent_replies = 1 AND other_id IS NULL) AS counts
FROM (%s) AS solved
LEFT JOIN %s AS others ON other_ticket = ticket_id AND other_id <> id
GROUP BY %s`,
		s.keyNames(), s.rowsSQL("id", "ticket_id", "agent_replies"),
		s.others(r, "engagements", "id AS other_id, ticket_id AS other_ticket"), s.keyNames("ticket_id")))
}

// contacts makes a row for each engagement of a known requester that was not passed on. It counts if
// the requester has come back within the days.
func contacts(s *scan, r *request) {
	s.add("requester_id <> ''")
	s.add("NOT " + endedBy(engagement.EndTransferred))
	window := fmt.Sprintf("make_interval(secs => %s::double precision)", s.bind(r.parameters.Number("days")*86_400))
	within := ""
	if len(r.bounds) > 0 {
		within = fmt.Sprintf(" AND other_end >= %s AND other_start <= %s::timestamptz + %s", s.bind(r.bounds[0]), s.bind(r.bounds[len(r.bounds)-1]), window)
	}
	s.over(fmt.Sprintf(`
SELECT %s, bool_or(other_id IS NOT NULL) AS counts
FROM (%s) AS contacts
LEFT JOIN %s AS others ON other_requester = requester_id AND other_id <> id AND other_reason <> '%s'
    AND other_start > ended_at AND other_start <= ended_at + %s%s
GROUP BY %s`,
		s.keyNames(), s.rowsSQL("id", "requester_id", "ended_at"),
		s.others(r, "engagements", "id AS other_id, requester_id AS other_requester, start_reason AS other_reason, started_at AS other_start, ended_at AS other_end"),
		engagement.StartTransferred, window, within, s.keyNames("id")))
}

// offersOfEngagements makes a row for each engagement with the number of its conversation's offers that
// were over by its start, and not by the start of the engagement before it.
func offersOfEngagements(s *scan, r *request) {
	s.over(fmt.Sprintf(`
SELECT %s, (
    SELECT count(*) FROM offers
    WHERE organization_id = %[3]s AND conversation_key = legs.leg_conversation AND resolved_at <= leg_start AND (%[4]t OR NOT expired)
        AND resolved_at > coalesce((
            SELECT max(started_at) FROM engagements
            WHERE organization_id = %[3]s AND conversation_key = legs.leg_conversation AND ordinal < leg_ordinal), '-infinity')
) AS number
FROM (%[2]s) AS legs`,
		s.keyNames(), s.rowsSQL("conversation_key AS leg_conversation", "ordinal AS leg_ordinal", "started_at AS leg_start"),
		s.bind(r.organization), r.includeExpired))
}
