package analytics

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"engaged/devstack"
)

// TestCatalogueSQL runs every expression of the catalogue on the real schema, for every choice of the
// parameters.
func TestCatalogueSQL(t *testing.T) {
	t.Parallel()
	conn, err := pgx.Connect(t.Context(), devstack.Database(t))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(t.Context()) })
	for _, r := range append(slices.Clone(Records()), &openEngagements, &openDeliveries) {
		query(t, conn, recordSQL(r))
	}
	for _, m := range Metrics() {
		record, _ := RecordByID(m.Record)
		if m.Kind == Open {
			record = record.Open
		}
		for _, parameters := range choices(m) {
			for _, terms := range []termsFunc{m.Terms, m.Business} {
				if terms == nil {
					continue
				}
				for _, term := range terms(parameters) {
					require.Len(t, term.Args, strings.Count(term.Where, "?"), m.ID)
					query(t, conn, fmt.Sprintf("SELECT sum(%s) FROM %s WHERE %s", orText(term.Value, "1"), record.Table, orText(numbered(term.Where), "true")), term.Args...)
				}
			}
		}
	}
}

// recordSQL reads everything that the catalogue says of a record, and compares the types of attributes.
func recordSQL(r *Record) string {
	columns := []string{"organization_id", "(" + r.Key + ")::text"}
	if r.Start != "" {
		columns = append(columns, "("+r.Start+")::timestamptz")
	}
	if r.Time != "" {
		columns = append(columns, r.Time)
	}
	if r.CanExpire {
		columns = append(columns, "NOT expired")
	}
	for _, a := range r.Attributes {
		attribute, _ := AttributeByID(a.ID)
		// Fails on planning, without any row, if the types differ.
		columns = append(columns, fmt.Sprintf("%s = NULL::%s", a.SQL, attributeTypes[attribute.Type]))
	}
	for _, f := range r.Fields {
		columns = append(columns, f.SQL)
	}
	return fmt.Sprintf("SELECT %s FROM %s WHERE %s", strings.Join(columns, ", "), r.Table, orText(r.Humans, "true"))
}

var attributeTypes = map[AttributeType]string{
	Enumerated: "text", Identifier: "text", Text: "text", Flag: "text", Numeric: "double precision", Set: "text[]",
}

func query(t testing.TB, conn *pgx.Conn, sql string, args ...any) {
	t.Helper()
	found, err := conn.Query(t.Context(), sql, args...)
	require.NoError(t, err, sql)
	found.Close()
	require.NoError(t, found.Err(), sql)
}

// numbered writes question marks as Postgres numbers its arguments.
func numbered(sql string) string {
	for n := 1; strings.Contains(sql, "?"); n++ {
		sql = strings.Replace(sql, "?", fmt.Sprintf("$%d", n), 1)
	}
	return sql
}

func orText(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// choices are all combinations of a metric's text parameters, with the defaults of the numbers.
func choices(m *Metric) []Parameters {
	all := []Parameters{{}}
	for _, p := range m.Parameters {
		values := []any{p.Default}
		if p.Choices != nil {
			values = nil
			for _, choice := range p.Choices {
				values = append(values, choice)
			}
		}
		var more []Parameters
		for _, before := range all {
			for _, value := range values {
				next := Parameters{p.ID: value}
				for id, v := range before {
					next[id] = v
				}
				more = append(more, next)
			}
		}
		all = more
	}
	return all
}
