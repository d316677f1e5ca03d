package models

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

const attemptLogSQL = `
SELECT l.id, l.organization_id, l.task_key, l.delivery_id, l.seq, l.at, l.kind, l.detail
FROM delivery_tasks t JOIN delivery_attempt_log l ON l.task_key = t.key
WHERE t.organization_id = $1 AND t.id = $2 AND l.id > $3 ORDER BY l.id LIMIT $4`

// DeliveryAttemptLog reads what was decided and done about the attempts of a task, oldest first, after the line
// with an id, as many as limit. A task that the organization does not have has no lines.
func (s *Store) DeliveryAttemptLog(ctx context.Context, organization, task string, after int64, limit int) ([]DeliveryAttemptLogRow, error) {
	if !isUUID(task) {
		return nil, nil
	}
	rows, err := s.pool.Query(ctx, attemptLogSQL, pgx.QueryResultFormats{pgx.TextFormatCode}, organization, task, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read the attempt log: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByNameLax[DeliveryAttemptLogRow])
	if err != nil {
		return nil, fmt.Errorf("read the attempt log: %w", err)
	}
	return list, nil
}
