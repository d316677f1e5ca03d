package analytics

import (
	"fmt"
	"time"
)

// The kinds of metrics that ask how many things there were at one time.
const (
	// busyLevels average over the time in which there was any.
	busyLevels Kind = "busy_levels"
	// timeLevels average over all the time that has passed.
	timeLevels Kind = "time_levels"
)

// levelTerms are over rows that say how many things there were for how long, in milliseconds.
var levelTerms = []Term{
	{Value: "level * length"},
	{Value: "length", Where: "level > 0"},
	{Value: "level"},
	{Where: "change > 0"},
}

// agentLevels makes a row for each change of how many engagements an agent had.
func agentLevels(s *scan, r *request) { s.levels(r, "agent_id") }

// queueLevels makes a row for each change of how many conversations were in queues: those of the
// record, and those that are waiting now.
func queueLevels(s *scan, r *request) { s.levels(r, "''") }

// withWaiting is the record of queue visits with those that have not ended, as far as they are known.
func withWaiting(visits Record) *Record {
	visits.Table = `(
    SELECT organization_id, conversation_key, conversation_id, queue_id, channel, direction, ticket_id, entered_at, left_at, outcome, agent_id, expired FROM queue_visits
    UNION ALL
    SELECT organization_id, conversation_key, conversation_id, waiting_queue_id, channel, '', ticket_id, waiting_since, greatest(waiting_since, now()), '', '', false
    FROM live_conversations WHERE waiting_since IS NOT NULL
) AS visits`
	return &visits
}

// levels sweeps over the beginnings and ends of rows, for each cell and holder by itself. What ends at
// an instant is gone before anything begins at it.
func (s *scan) levels(r *request, holder string) {
	begin, end := "part_start", "part_end"
	if len(r.bounds) == 0 {
		begin, end = r.record.Start, r.record.Time
	}
	s.add(begin + " < " + end)
	s.over(fmt.Sprintf(`
SELECT %[1]s, change, sum(change) OVER sweep AS level, extract(epoch FROM lead(at) OVER sweep - at) * 1000 AS length
FROM (%[2]s) AS spans, LATERAL (VALUES (span_start, 1), (span_end, -1)) AS steps (at, change)
WINDOW sweep AS (PARTITION BY %[3]s ORDER BY at, change ROWS UNBOUNDED PRECEDING)`,
		s.keyNames(), s.rowsSQL(holder+" AS holder", begin+" AS span_start", end+" AS span_end"), s.keyNames("holder")))
}

// level is a measure of how many things there were in a bucket.
func (m *measurer) level(measure Measure, bucket int32, terms []Partial) *float64 {
	if measure == Max {
		return m.number(terms[2].Max)
	}
	below := terms[1].Sum
	if m.kind == timeLevels {
		below = m.passed(bucket)
	}
	if below <= 0 {
		return nil
	}
	return m.number(terms[0].Sum / below)
}

// passed is how much of a bucket lies before now, in milliseconds.
func (m *measurer) passed(bucket int32) float64 {
	start, end := m.bounds[bucket], m.bounds[bucket+1]
	if m.now.Before(end) {
		end = m.now
	}
	return float64(end.Sub(start)) / float64(time.Millisecond)
}
