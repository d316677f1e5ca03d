package load

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"engaged/bench/internal/analytics/dataset"
)

const (
	// As models makes partitions, but for the indexes, which are quicker built over what is there.
	createSQL = `CREATE TABLE %s (LIKE %s INCLUDING DEFAULTS INCLUDING CONSTRAINTS)`

	// Postgres does not log rows of a table that the same transaction made, if wal_level is minimal.
	copySQL = `COPY %s (%s) FROM STDIN (FORMAT binary, FREEZE)`

	// The definition ends alike for parent and partition; attaching ties them together.
	indexesSQL = `SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = $1::text::regclass`

	attachSQL = `ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM ('%s') TO ('%s')`

	bound = "2006-01-02 15:04:05+00"
)

// copyPartition makes a month's table of a fact table, fills, indexes and attaches it.
func copyPartition(ctx context.Context, pool *pgxpool.Pool, table dataset.Table, month *dataset.Month, rows io.Reader) error {
	first := month.Partition
	name := table.Name + "_" + first.Format("200601")
	connection, err := pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("connecting to load %s: %w", name, err)
	}
	defer connection.Release()
	err = pgx.BeginFunc(ctx, connection, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, fmt.Sprintf(createSQL, name, table.Name)); err != nil {
			return err
		}
		if _, err := tx.Conn().PgConn().CopyFrom(ctx, rows, fmt.Sprintf(copySQL, name, strings.Join(table.Columns, ", "))); err != nil {
			return err
		}
		return index(ctx, tx, table.Name, name)
	})
	if err == nil {
		// Apart, since attaching locks the table of all months.
		_, err = connection.Exec(ctx, fmt.Sprintf(attachSQL, table.Name, name, first.Format(bound), first.AddDate(0, 1, 0).Format(bound)))
	}
	if err != nil {
		return fmt.Errorf("loading %s: %w", name, err)
	}
	return nil
}

// index builds the parent's indexes on a partition.
func index(ctx context.Context, tx pgx.Tx, parent, name string) error {
	rows, err := tx.Query(ctx, indexesSQL, parent)
	if err != nil {
		return err
	}
	definitions, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, definition := range definitions {
		_, using, ok := strings.Cut(definition, " USING ")
		if !ok || strings.HasPrefix(definition, "CREATE UNIQUE") {
			return fmt.Errorf("an index that cannot be made apart: %s", definition)
		}
		if _, err := tx.Exec(ctx, "CREATE INDEX ON "+name+" USING "+using); err != nil {
			return err
		}
	}
	return nil
}
