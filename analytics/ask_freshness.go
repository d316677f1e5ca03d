package analytics

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// lateness is how long after the end of a bucket a record still belongs to its normal upkeep. The
// indexes of late rows are made for it.
const lateness = "interval '1 hour'"

// throughSQL reads the start of the oldest transaction that is writing. Transactions commit in any order,
// so the newest recorded_at that is seen does not tell what is complete; but a row's recorded_at is never
// before its transaction's start.
const throughSQL = `
SELECT least(now(), min(xact_start)) FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND datname = current_database()`

// throughFor is how long an Engine takes an instant for DataThrough that it has read.
const throughFor = time.Second

// through returns an instant up to which all records are in every snapshot that is taken from now on. It
// is read before the snapshot: a transaction that ends in between is in the one, though not in the other.
func (e *Engine) through(ctx context.Context) (time.Time, error) {
	e.watermark.Lock()
	defer e.watermark.Unlock()
	if time.Since(e.watermark.read) < throughFor {
		return e.watermark.at, nil
	}
	read := time.Now()
	err := e.reader.ReadSnapshot(ctx, e.options.StatementTimeout, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, throughSQL).Scan(&e.watermark.at)
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("read what is being written: %w", err)
	}
	e.watermark.read = read
	return e.watermark.at, nil
}

// changedSQL takes the table, its column of time and the marks of $1 organization, $2 and $3 bounds,
// $4 bounds of all buckets. It looks at the newest late rows only, of which there may be many after an
// import.
const changedSQL = `
SELECT max(recorded_at) FROM (
    SELECT recorded_at, %[2]s AS at FROM %[1]s
    WHERE organization_id = $1 AND recorded_at - %[2]s > ` + lateness + ` AND %[2]s >= $2 AND %[2]s < $3
    ORDER BY recorded_at DESC LIMIT 1000
) AS late
WHERE recorded_at > ($4::timestamptz[])[width_bucket(at, $4::timestamptz[]) + 1] + ` + lateness

// queueChanges has the batch find out whether records have come late.
func queueChanges(batch *pgx.Batch, r *resolved, req *request, answer *Answer) {
	if len(req.bounds) < 2 {
		return // all time never passes
	}
	changed := fmt.Sprintf(changedSQL, r.record.Table, r.record.Time)
	batch.Queue(changed, req.organization, req.bounds[0], req.bounds[len(req.bounds)-1], req.bounds).QueryRow(func(row pgx.Row) error {
		var at *time.Time
		if err := row.Scan(&at); err != nil || at == nil {
			return err
		}
		answer.ChangedSince = *at
		return nil
	})
}

// newestSQL is the recorded_at of a table's newest row. Rows that are not late lie, by time, in the hour
// before the latest. Postgres guesses that a bound which it does not know keeps a third of the rows, but
// that two of them keep few, which an index finds.
const newestSQL = `
SELECT max(recorded_at) AS at FROM %[1]s WHERE organization_id = $1 AND recorded_at - %[2]s > ` + lateness + `
UNION ALL
SELECT max(recorded_at) FROM %[1]s, (SELECT max(%[2]s) AS last FROM %[1]s WHERE organization_id = $1) AS latest
WHERE organization_id = $1 AND %[2]s >= last - ` + lateness + ` AND %[2]s <= last`

// queueAge has the batch read the newest recorded_at of all records, as one value: how long ago it was,
// in milliseconds.
func queueAge(batch *pgx.Batch, organization string, now time.Time, into *partials) {
	var tables []string
	for _, record := range Records() {
		tables = append(tables, fmt.Sprintf(newestSQL, record.Table, record.Time))
	}
	batch.Queue("SELECT max(at) FROM ("+strings.Join(tables, "\nUNION ALL")+") AS newest", organization).QueryRow(func(row pgx.Row) error {
		var newest *time.Time
		if err := row.Scan(&newest); err != nil || newest == nil {
			return err
		}
		age := float64(max(now.Sub(*newest), 0)) / float64(time.Millisecond)
		into.at(cell{group: into.group("")})[0] = Partial{N: 1, Sum: age}
		return nil
	})
}
