package analytics

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// rollupState is what is known of the rollup of one record of an organization.
type rollupState struct {
	organization string
	// record is the fact table.
	record string
	// marked tells that something is.
	marked bool
	// reportingZone is the organization's; zone the one that the rollup was made for.
	reportingZone string
	// id is 0 if there is no rollup yet.
	id          int32
	version     string
	zone        string
	daysThrough time.Time
	createdAt   time.Time
}

// current tells that the rollup is what this program keeps for the organization.
func (s *rollupState) current(p *rollup) bool {
	return s.id != 0 && s.version == p.version && s.zone == s.reportingZone
}

const statesSQL = `
SELECT o.id, f.record, o.reporting_zone, coalesce(r.id, 0), coalesce(r.version, ''), coalesce(r.zone, ''),
    coalesce(r.days_through, o.created_at), coalesce(r.created_at, o.created_at),
    EXISTS (SELECT FROM rollup_marks m WHERE m.organization_id = o.id AND m.record = f.record)
FROM organizations o CROSS JOIN unnest($1::text[]) AS f (record)
LEFT JOIN rollups r ON r.organization_id = o.id AND r.record = f.record AND r.retired_at IS NULL
ORDER BY o.id, f.record`

// states reads the state of every record of every organization.
func (k *Keeper) states(ctx context.Context) ([]rollupState, error) {
	var records []string
	for record := range k.rollups {
		records = append(records, record)
	}
	rows, err := k.pool.Query(ctx, statesSQL, records)
	if err != nil {
		return nil, fmt.Errorf("read rollups: %w", err)
	}
	states, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s rollupState, err error) {
		err = row.Scan(&s.organization, &s.record, &s.reportingZone, &s.id, &s.version, &s.zone, &s.daysThrough, &s.createdAt, &s.marked)
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("read rollups: %w", err)
	}
	return states, nil
}

// Keepers of days share the lock of their rollup; who replaces it or moves its days has it alone.
const (
	lockRollupSQL = `SELECT pg_advisory_xact_lock(hashtextextended('engaged rollup ' || $1 || ' ' || $2, 0))`

	shareRollupSQL = `SELECT pg_advisory_xact_lock_shared(hashtextextended('engaged rollup ' || $1 || ' ' || $2, 0))`

	readStateSQL = `
SELECT o.reporting_zone, coalesce(r.id, 0), coalesce(r.version, ''), coalesce(r.zone, ''),
    coalesce(r.days_through, o.created_at), coalesce(r.created_at, o.created_at)
FROM organizations o LEFT JOIN rollups r ON r.organization_id = o.id AND r.record = $2 AND r.retired_at IS NULL
WHERE o.id = $1`
)

// lock takes the rollup's lock and reads its state with the next statement, which sees what the lock's
// last owner did.
func (s *rollupState) lock(ctx context.Context, tx pgx.Tx, how string) error {
	if _, err := tx.Exec(ctx, how, s.organization, s.record); err != nil {
		return err
	}
	return tx.QueryRow(ctx, readStateSQL, s.organization, s.record).
		Scan(&s.reportingZone, &s.id, &s.version, &s.zone, &s.daysThrough, &s.createdAt)
}

const (
	retireSQL = `UPDATE rollups SET retired_at = clock_timestamp() WHERE id = $1`

	createRollupSQL = `
INSERT INTO rollups (organization_id, record, version, zone, days_through) VALUES ($1, $2, $3, $4, $5) RETURNING id`

	// Record and time are the catalogue's own.
	markAllSQL = `
INSERT INTO rollup_marks (organization_id, record, cell)
SELECT DISTINCT organization_id, $2, date_bin('15 minutes', %[2]s, '0001-01-01 00:00:00+00') FROM %[1]s WHERE organization_id = $1`
)

// renew replaces a rollup by an empty one with another id and marks every quarter hour that has facts:
// from then on again a quarter hour without mark and cell has none.
func (k *Keeper) renew(ctx context.Context, s rollupState) (rollupState, error) {
	p := k.rollups[s.record]
	err := pgx.BeginFunc(ctx, k.pool, func(tx pgx.Tx) error {
		// All facts are looked at, however many there are.
		if _, err := tx.Exec(ctx, `SET LOCAL statement_timeout = '10min'`); err != nil {
			return err
		}
		if err := s.lock(ctx, tx, lockRollupSQL); err != nil || s.current(p) {
			return err
		}
		zone, err := LoadZone(s.reportingZone)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, retireSQL, s.id); err != nil {
			return err
		}
		s.version, s.zone, s.marked = p.version, s.reportingZone, true
		s.daysThrough, _ = days{zone}.around(k.options.Now())
		if err := tx.QueryRow(ctx, createRollupSQL, s.organization, s.record, s.version, s.zone, s.daysThrough).Scan(&s.id); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, fmt.Sprintf(markAllSQL, p.record.Table, p.record.Time), s.organization, p.record.Table)
		return err
	})
	if err != nil {
		return s, fmt.Errorf("begin a rollup: %w", err)
	}
	return s, nil
}

const (
	retiredSQL = `SELECT id, organization_id, record FROM rollups WHERE retired_at IS NOT NULL LIMIT 100`

	purgeCellsSQL = `
DELETE FROM rollup_cells WHERE ctid = ANY (ARRAY (SELECT ctid FROM rollup_cells WHERE rollup_id = $1 LIMIT 20000))`

	purgeKeysSQL = `DELETE FROM rollup_keys WHERE rollup_id = $1`

	purgeRollupSQL = `DELETE FROM rollups WHERE id = $1`
)

// purge deletes some of what retired rollups have left.
func (k *Keeper) purge(ctx context.Context) error {
	rows, err := k.pool.Query(ctx, retiredSQL)
	if err != nil {
		return fmt.Errorf("look for retired rollups: %w", err)
	}
	retired, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s rollupState, err error) {
		err = row.Scan(&s.id, &s.organization, &s.record)
		return s, err
	})
	if err != nil {
		return fmt.Errorf("look for retired rollups: %w", err)
	}
	for _, s := range retired {
		if err := k.purgeRollup(ctx, s); err != nil {
			return fmt.Errorf("purge a retired rollup: %w", err)
		}
	}
	return nil
}

// purgeRollup waits for keepers that have not noticed yet that the rollup is retired.
func (k *Keeper) purgeRollup(ctx context.Context, s rollupState) error {
	return pgx.BeginFunc(ctx, k.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockRollupSQL, s.organization, s.record); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, purgeCellsSQL, s.id)
		if err != nil || tag.RowsAffected() > 0 {
			return err
		}
		if _, err := tx.Exec(ctx, purgeKeysSQL, s.id); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, purgeRollupSQL, s.id)
		return err
	})
}
