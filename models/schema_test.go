package models_test

import (
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm/schema"

	"engaged/models"
)

type column struct {
	Name     string
	Type     string
	Nullable bool
}

const columnsSQL = `
SELECT column_name, udt_name, is_nullable = 'YES'
FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1
ORDER BY column_name`

// Every row type has exactly the columns of its table, with their types and nullability.
func TestRowsEqualTheSchema(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	tables := map[string]bool{}
	for _, row := range models.Rows() {
		parsed, err := schema.Parse(row, &sync.Map{}, schema.NamingStrategy{})
		require.NoError(t, err)
		t.Run(parsed.Table, func(t *testing.T) {
			tables[parsed.Table] = true
			rows, err := store.Pool().Query(t.Context(), columnsSQL, parsed.Table)
			require.NoError(t, err)
			var want []column
			for rows.Next() {
				var c column
				require.NoError(t, rows.Scan(&c.Name, &c.Type, &c.Nullable))
				want = append(want, c)
			}
			require.NoError(t, rows.Err())
			require.NotEmpty(t, want, "the table does not exist")
			require.ElementsMatch(t, want, columnsOf(t, parsed))
		})
	}
	rows, err := store.Pool().Query(t.Context(), `
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
AND NOT relispartition AND relname <> 'goose_db_version'`)
	require.NoError(t, err)
	for rows.Next() {
		var name string
		require.NoError(t, rows.Scan(&name))
		require.True(t, tables[name], "table %s has no row type", name)
	}
	require.NoError(t, rows.Err())
}

func columnsOf(t *testing.T, parsed *schema.Schema) []column {
	t.Helper()
	var columns []column
	for _, field := range parsed.Fields {
		goType := field.FieldType
		c := column{Name: field.DBName}
		if goType.Kind() == reflect.Pointer {
			goType, c.Nullable = goType.Elem(), true
		}
		switch goType {
		case reflect.TypeFor[models.JSON]():
			c.Type, c.Nullable = "jsonb", !field.NotNull
		case reflect.TypeFor[models.TextArray]():
			c.Type = "_text"
		case reflect.TypeFor[models.IntArray]():
			c.Type = "_int8"
		case reflect.TypeFor[[]byte]():
			c.Type = "bytea"
		case reflect.TypeFor[time.Time]():
			c.Type = "timestamptz"
		default:
			c.Type = map[reflect.Kind]string{
				reflect.String: "text", reflect.Int64: "int8", reflect.Int32: "int4", reflect.Bool: "bool", reflect.Float64: "float8",
			}[goType.Kind()]
		}
		if given, ok := field.TagSettings["TYPE"]; ok {
			c.Type = given
		}
		columns = append(columns, c)
	}
	return columns
}
