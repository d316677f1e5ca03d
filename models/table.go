package models

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm/schema"
)

// table is how a row type is written by pgx: GORM's mapping is the only one, but its inserts cost a
// round trip each.
type table struct {
	name   string
	insert string
	// columns are the fields' names.
	columns []string
	fields  []*schema.Field
}

var tables sync.Map

// tableOf returns the table of a row's type. Row types are the program's own and tested against the
// schema, so that one which cannot be parsed is a fault in the program.
func tableOf(row any) *table {
	kind := reflect.TypeOf(row)
	if known, ok := tables.Load(kind); ok {
		return known.(*table)
	}
	parsed, err := schema.Parse(row, &sync.Map{}, schema.NamingStrategy{})
	if err != nil {
		panic(fmt.Sprintf("row type %s: %v", kind, err))
	}
	var columns, places []string
	for i, field := range parsed.Fields {
		columns = append(columns, field.DBName)
		places = append(places, fmt.Sprintf("$%d", i+1))
	}
	t := &table{
		name: parsed.Table, columns: columns,
		insert: fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", parsed.Table, strings.Join(columns, ", "), strings.Join(places, ", ")),
		fields: parsed.Fields,
	}
	tables.Store(kind, t)
	return t
}

// queueInsert queues the insertion of a row, given as a pointer.
func queueInsert(ctx context.Context, batch *pgx.Batch, row any) {
	t := tableOf(row)
	batch.Queue(t.insert, t.values(ctx, row)...)
}

// copyRows inserts many rows of one type: a bulk costs less than half as much as statement by statement.
func copyRows[R any](ctx context.Context, tx pgx.Tx, rows []*R) error {
	if len(rows) == 0 {
		return nil
	}
	t := tableOf(rows[0])
	_, err := tx.CopyFrom(ctx, pgx.Identifier{t.name}, t.columns, pgx.CopyFromSlice(len(rows), func(i int) ([]any, error) {
		return t.values(ctx, rows[i]), nil
	}))
	if err != nil {
		return fmt.Errorf("copy into %s: %w", t.name, err)
	}
	return nil
}

// values are the row's columns in the order of the table's fields.
func (t *table) values(ctx context.Context, row any) []any {
	value := reflect.ValueOf(row).Elem()
	values := make([]any, len(t.fields))
	for i, field := range t.fields {
		values[i], _ = field.ValueOf(ctx, value)
	}
	return values
}
