package duck

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"

	"engaged/bench/internal/analytics/dataset"
)

// types are DuckDB's names of Postgres' types.
var types = map[string]string{
	"uuid": "UUID", "text": "VARCHAR", "integer": "INTEGER", "bigint": "BIGINT", "boolean": "BOOLEAN",
	"double precision": "DOUBLE", "timestamp with time zone": "TIMESTAMPTZ", "text[]": "VARCHAR[]",
}

const typeSQL = `
SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = $1::text::regclass AND attname = $2`

// create makes a table with the columns that the data set fills.
func (d *Database) create(ctx context.Context, pool *pgxpool.Pool, table dataset.Table) error {
	var columns []string
	for _, column := range table.Columns {
		var of string
		if err := pool.QueryRow(ctx, typeSQL, table.Name, column).Scan(&of); err != nil {
			return fmt.Errorf("asking for the type of %s.%s: %w", table.Name, column, err)
		}
		ours, ok := types[of]
		if !ok {
			return fmt.Errorf("%s.%s has the type %s, for which DuckDB's is not known here", table.Name, column, of)
		}
		columns = append(columns, column+" "+ours)
	}
	create := fmt.Sprintf("CREATE OR REPLACE TABLE %s (%s, local_at TIMESTAMP)", table.Name, strings.Join(columns, ", "))
	if _, err := d.DB.ExecContext(ctx, create); err != nil {
		return fmt.Errorf("making DuckDB's table %s: %w", table.Name, err)
	}
	return nil
}
