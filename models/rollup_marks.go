package models

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// RollupCell is the length of the finest cells that are kept ready, and of what a mark covers. Cells
// begin at its multiples by UTC.
const RollupCell = 15 * time.Minute

// A mark is appended in the transaction that makes the change, never updated: writers of one quarter
// hour do not wait for each other, and who sees the change sees the mark.
const markSQL = `
INSERT INTO rollup_marks (organization_id, record, cell) SELECT $1, * FROM unnest($2::text[], $3::timestamptz[])`

// rollupMarks are quarter hours in which rows are written.
type rollupMarks map[rollupMark]struct{}

type rollupMark struct {
	record string
	cell   time.Time
}

func (m rollupMarks) add(record string, at time.Time) {
	m[rollupMark{record, at.UTC().Truncate(RollupCell)}] = struct{}{}
}

func (m rollupMarks) queue(batch *pgx.Batch, organization string) {
	if len(m) == 0 {
		return
	}
	records, cells := make([]string, 0, len(m)), make([]time.Time, 0, len(m))
	for mark := range m {
		records, cells = append(records, mark.record), append(cells, mark.cell)
	}
	batch.Queue(markSQL, organization, records, cells)
}

// queueMarks marks the quarter hours in which rows are written.
func queueMarks(batch *pgx.Batch, organization string, rows []recordRow) {
	marks := rollupMarks{}
	for _, row := range rows {
		marks.add(tableOf(row.row).name, row.at)
		for _, wait := range row.waits {
			marks.add(tableOf(wait).name, wait.ClosedAt)
		}
	}
	marks.queue(batch, organization)
}

// marking makes of a statement that deletes or updates rows of a fact table one that also marks the
// quarter hours in which they are; time is the column that places them.
func marking(statement, table, time string) string {
	return fmt.Sprintf(`
WITH changed AS (%s RETURNING organization_id, %s AS at)
INSERT INTO rollup_marks (organization_id, record, cell)
SELECT DISTINCT organization_id, '%s', date_bin('15 minutes', at, '0001-01-01 00:00:00+00') FROM changed`, statement, time, table)
}

const (
	readZoneSQL = `SELECT reporting_zone FROM organizations WHERE id = $1`

	retireRollupsSQL = `UPDATE rollups SET retired_at = clock_timestamp() WHERE organization_id = $1 AND retired_at IS NULL`
)

// ReportingZone returns the zone whose days are kept ready, reporting_time_zone of the settings; ErrNotFound for an unknown organization.
func (s *Store) ReportingZone(ctx context.Context, organization string) (string, error) {
	var zone string
	if err := notFound(s.pool.QueryRow(ctx, readZoneSQL, organization).Scan(&zone)); err != nil {
		return "", fmt.Errorf("read reporting zone: %w", err)
	}
	return zone, nil
}

// RebuildRollups has everything that is kept ready for an organization made anew. It is for who has
// written facts past the record transaction, such as by COPY. Questions read rows meanwhile.
func (s *Store) RebuildRollups(ctx context.Context, organization string) error {
	if _, err := s.pool.Exec(ctx, retireRollupsSQL, organization); err != nil {
		return fmt.Errorf("rebuild rollups: %w", err)
	}
	return nil
}
