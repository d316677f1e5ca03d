package models

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// daysAhead is how far ahead the log's partitions exist, so that nobody waits for one at midnight.
const daysAhead = 7

// A table made apart and attached afterwards takes no lock that stops readers or writers, as
// CREATE TABLE ... PARTITION OF would.
const (
	// It reads the catalogue as a table: to_regclass may answer from what the connection remembers, and
	// not see the partition that another has made while this one waited for the lock.
	partitionExistsSQL = `SELECT EXISTS (SELECT FROM pg_class WHERE relname = $1 AND pg_table_is_visible(oid))`

	partitionLockSQL = `SELECT pg_advisory_xact_lock(hashtextextended('engaged partitions ' || $1, 0))`

	createPartitionSQL = `CREATE TABLE %s (LIKE %s INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES)`

	attachPartitionSQL = `ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM ('%s') TO ('%s')`
)

// firstMonth is the first with a partition of its own; the schema has one for all before it.
var firstMonth = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

const partitionBound = "2006-01-02 15:04:05+00"

// EnsureLogPartitions creates the log's daily partitions from the day before now to a week after.
func (s *Store) EnsureLogPartitions(ctx context.Context, now time.Time) error {
	today := day(now)
	for d := -1; d <= daysAhead; d++ {
		if err := s.ensureDay(ctx, today.AddDate(0, 0, d)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) ensureDay(ctx context.Context, d time.Time) error {
	return s.ensurePartition(ctx, "entries", "entries_"+d.Format("20060102"), d, d.AddDate(0, 0, 1))
}

// ensureMonth creates a fact table's partition for a month, if this process has not seen it yet.
func (s *Store) ensureMonth(ctx context.Context, table string, m time.Time) error {
	if m.Before(firstMonth) {
		return nil
	}
	name := table + "_" + m.Format("200601")
	if _, known := s.months.Load(name); known {
		return nil
	}
	if err := s.ensurePartition(ctx, table, name, m, m.AddDate(0, 1, 0)); err != nil {
		return err
	}
	s.months.Store(name, true)
	return nil
}

func (s *Store) ensurePartition(ctx context.Context, table, name string, from, to time.Time) error {
	var exists bool
	if err := s.pool.QueryRow(ctx, partitionExistsSQL, name).Scan(&exists); err != nil {
		return fmt.Errorf("look for partition %s: %w", name, err)
	}
	if exists {
		return nil
	}
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, partitionLockSQL, table); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, partitionExistsSQL, name).Scan(&exists); err != nil || exists {
			return err
		}
		if _, err := tx.Exec(ctx, fmt.Sprintf(createPartitionSQL, name, table)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, fmt.Sprintf(attachPartitionSQL, table, name, from.Format(partitionBound), to.Format(partitionBound)))
		return err
	})
	if err != nil {
		return fmt.Errorf("create partition %s: %w", name, err)
	}
	return nil
}

func day(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

func month(t time.Time) time.Time {
	u := t.UTC()
	return time.Date(u.Year(), u.Month(), 1, 0, 0, 0, 0, time.UTC)
}
