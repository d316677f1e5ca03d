package models

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// RecordLogRow tells which entries a record transaction folded, so that the fold can be repeated.
type RecordLogRow struct {
	ConversationKey int64 `gorm:"primaryKey;autoIncrement:false"`
	// RecordCount counts the conversation's record transactions from 1.
	RecordCount int64 `gorm:"primaryKey;autoIncrement:false"`
	// SeenNumber is the highest entry that the run knew.
	SeenNumber int64
	// Tail are the entries up to SeenNumber that it left to the next run.
	Tail IntArray
	// CutAt is the instant up to which entries were folded and deadlines decided.
	CutAt time.Time
	// Floor is the carry's afterwards; nil before the first end of a leg.
	Floor *time.Time
	// SettingsVersion is the newest that the run knew.
	SettingsVersion int32
	// RecordedAt is when the rows were written.
	RecordedAt time.Time
}

// TableName is the row's table.
func (RecordLogRow) TableName() string { return "record_log" }

// queueRecordLog notes what a record transaction folded.
func queueRecordLog(ctx context.Context, batch *pgx.Batch, h head, r Record) {
	row := &RecordLogRow{
		ConversationKey: h.key, RecordCount: h.recordCount + 1, SeenNumber: r.Seen, Tail: r.Tail,
		CutAt: r.Cut.Time(), SettingsVersion: int32(r.SettingsVersion), RecordedAt: h.now,
	}
	if floor := r.Result.State.Floor; floor != 0 {
		row.Floor = new(floor.Time())
	}
	queueInsert(ctx, batch, row)
}

const trimRecordLogSQL = `
DELETE FROM record_log WHERE recorded_at < (
    SELECT to_timestamp(min(substr(c.relname, length('entries_') + 1)), 'YYYYMMDD')
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'entries'::regclass)`

// TrimRecordLog deletes what was noted before the log's oldest partition: those folds cannot be
// repeated any more. It reads the whole table: call it when a partition was dropped.
func (s *Store) TrimRecordLog(ctx context.Context) (int64, error) {
	tag, err := s.pool.Exec(ctx, trimRecordLogSQL)
	if err != nil {
		return 0, fmt.Errorf("trim the record log: %w", err)
	}
	return tag.RowsAffected(), nil
}
