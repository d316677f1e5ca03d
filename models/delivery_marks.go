package models

import (
	"fmt"

	"github.com/jackc/pgx/v5"
)

// What reports know of deliveries: views of the attempts and tasks that are over, placed by ended_at.
const (
	deliveryFacts     = "delivery_facts"
	deliveryTaskFacts = "delivery_task_facts"
)

// markingEnds makes of a statement that writes one row a statement that also marks the quarter hours in
// which the row was over before and is over now, if it is. The row has the first argument as its key;
// statement names its table w.
func markingEnds(statement, table, key, record string) string {
	return fmt.Sprintf(`
WITH before AS (SELECT ended_at FROM %s WHERE %s = $1), written AS (%s RETURNING w.organization_id, w.ended_at)
INSERT INTO rollup_marks (organization_id, record, cell)
SELECT DISTINCT organization_id, '%s', date_bin('15 minutes', at, '0001-01-01 00:00:00+00')
FROM written, LATERAL (SELECT written.ended_at UNION ALL SELECT before.ended_at FROM before) AS ends (at)
WHERE at IS NOT NULL`, table, key, statement, record)
}

// queueMarks marks where new tasks and their attempts are over from the beginning.
func (c *creating) queueMarks(batch *pgx.Batch) {
	marks := map[string]rollupMarks{}
	for _, t := range c.fresh {
		if len(t.folded.Ended) == 0 {
			continue
		}
		if marks[t.OrganizationID] == nil {
			marks[t.OrganizationID] = rollupMarks{}
		}
		if over := t.folded.Task.EndedAt; over != nil {
			marks[t.OrganizationID].add(deliveryTaskFacts, over.Time())
		}
		for _, a := range t.folded.Attempts {
			if a.EndedAt != nil {
				marks[t.OrganizationID].add(deliveryFacts, a.EndedAt.Time())
			}
		}
	}
	for organization, m := range marks {
		m.queue(batch, organization)
	}
}
