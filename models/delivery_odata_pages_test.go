package models_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"engaged/models"
	"engaged/odata"
)

const insertAttributeSQL = `INSERT INTO delivery_attributes (organization_id, delivery_id, type, keyword, value) VALUES ($1, $2, $3, $4, $5)`

func (w *odataWorld) attribute(owner string, row seenRow, kind, keyword, value string) {
	w.Helper()
	_, err := w.store.Pool().Exec(w.Context(), insertAttributeSQL, owner, row["msdyn_delivery_id"], kind, keyword, value)
	require.NoError(w, err)
}

// Every property can be shown and ordered by.
func TestODataPropertiesCanBeAsked(t *testing.T) {
	t.Parallel()
	w := newODataWorld(t, rand.New(rand.NewPCG(5, 6)), 5)
	w.attribute(organization, w.rows[0], "input", "case", "7")
	tables := models.ODataTablesOf(models.OrganizationSettings{DeliveryResults: new(models.DeliveryResultsCore)})
	for _, e := range []*odata.Entity{tables.Deliveries, tables.Attributes} {
		w.entity = e
		for _, p := range e.Properties {
			if !p.Unordered {
				require.NotEmpty(t, w.read(models.ODataQuestion{Limit: 10, Query: w.query("$orderby", p.Name+" desc")}).Rows, p.Name)
			}
			found := w.read(models.ODataQuestion{Limit: 10, Query: w.query("$filter", p.Name+" eq null", "$select", p.Name)}).Rows
			if p.Required {
				require.Empty(t, found, p.Name)
			}
		}
	}
	w.entity = tables.Deliveries
	core := w.read(models.ODataQuestion{Limit: 10, Query: w.query("$select", "msdyn_result", "$filter", "msdyn_result eq 'CallEnded'")})
	require.Len(t, core.Rows, 5, "the set of six is another column")
}

func TestODataExpand(t *testing.T) {
	t.Parallel()
	w := newODataWorld(t, rand.New(rand.NewPCG(7, 8)), 30)
	for i, row := range w.rows {
		for n := range i % 3 {
			w.attribute(organization, row, "input", fmt.Sprint("key", n), fmt.Sprint("value", i))
		}
		w.attribute("stranger", row, "result", "stray", "of nobody")
	}
	page := w.read(models.ODataQuestion{Limit: 20, Query: w.query("$select", "msdyn_proactive_deliveryid",
		"$expand", "msdyn_proactive_delivery_attributes($select=msdyn_keyword,msdyn_value;$filter=msdyn_keyword ne 'key1')")})
	require.Len(t, page.Rows, 20)
	require.NotNil(t, page.Place)
	of := map[string]int{}
	for i, row := range w.rows {
		of[row["msdyn_delivery_id"].(string)] = i
	}
	for i, id := range ids(page.Rows) {
		within := page.Rows[i].Expanded[0]
		require.Len(t, within, min(1, of[id]%3), id)
		for _, one := range within {
			require.Equal(t, []any{"key0", fmt.Sprint("value", of[id])}, one.Values)
		}
	}

	w.entity = models.ODataTablesOf(models.OrganizationSettings{}).Attributes
	page = w.read(models.ODataQuestion{Limit: 100, Query: w.query("$expand", "msdyn_proactive_delivery($select=msdyn_delivery_id)", "$select", "_msdyn_proactive_delivery_value")})
	require.Len(t, page.Rows, 30)
	for i, id := range ids(page.Rows) {
		require.Len(t, page.Rows[i].Expanded[0], 1)
		require.Equal(t, []any{id}, page.Rows[i].Expanded[0][0].Values)
	}
}

// A page ends before it is longer than what a reader can hold, and the next begins where it ended.
func TestODataPagesOfLongRowsAreShort(t *testing.T) {
	t.Parallel()
	w := newODataWorld(t, rand.New(rand.NewPCG(9, 10)), 12)
	_, err := w.store.Pool().Exec(t.Context(), `INSERT INTO delivery_attributes (organization_id, delivery_id, type, keyword, value)
		SELECT organization_id, id, 'input', n::text, repeat('x', 10000) FROM deliveries, generate_series(1, 300) n WHERE organization_id = $1`, organization)
	require.NoError(t, err)
	visit := func(q models.ODataQuestion) (seen []string, pages int) {
		for more := true; more; more = q.After != nil {
			page := w.read(q)
			size := 0
			for _, row := range page.Rows {
				for _, one := range row.Expanded {
					require.Len(t, one, 300, "what a page has, it has whole")
				}
				size++
			}
			require.NotZero(t, size)
			seen, pages, q.After = append(seen, ids(page.Rows)...), pages+1, page.Place
		}
		return seen, pages
	}
	seen, pages := visit(models.ODataQuestion{Limit: 1000, Query: w.query("$orderby", "msdyn_proactive_deliveryid", "$select", "msdyn_proactive_deliveryid", "$expand", "msdyn_proactive_delivery_attributes")})
	require.ElementsMatch(t, idsOf(w.rows), seen)
	require.Equal(t, 2, pages, "36 MB, of which eight rows make the first page")

	w.entity = models.ODataTablesOf(models.OrganizationSettings{}).Attributes
	seen, pages = visit(models.ODataQuestion{Limit: 10_000, Query: w.query("$select", "_msdyn_proactive_delivery_value,msdyn_value")})
	require.Len(t, seen, 3600)
	require.Equal(t, 3, pages)
}

// What is written meanwhile neither hides nor repeats a row whose place does not change.
func TestODataPagesWhileRowsChange(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(11, 12))
	w := newODataWorld(t, random, 40)
	q := models.ODataQuestion{Limit: 7, Query: w.query("$select", "msdyn_proactive_deliveryid")}
	seen := map[string]int{}
	for turn := 0; ; turn++ {
		page := w.read(q)
		for _, id := range ids(page.Rows) {
			seen[id]++
		}
		if page.Place == nil {
			break
		}
		q.After = page.Place
		_, err := w.store.Pool().Exec(t.Context(), `UPDATE deliveries SET status = 'Cancelled', updated_at = now(), revision = revision + 1`)
		require.NoError(t, err)
		_, err = w.store.Pool().Exec(t.Context(), `INSERT INTO deliveries SELECT r.* FROM deliveries d, LATERAL jsonb_populate_record(d, jsonb_build_object('id', $1::text, 'task_key', $2::int,
			'created_at', d.created_at - interval '1 day')) r WHERE d.organization_id = $3 LIMIT 1`, guidOf(random), 1000+turn, organization)
		require.NoError(t, err)
	}
	for _, id := range idsOf(w.rows) {
		require.Equal(t, 1, seen[id], id)
	}
}

// A statement that takes too long ends, here because of a lock that nobody gives back.
func TestODataStatementsEnd(t *testing.T) {
	t.Parallel()
	w := newODataWorld(t, rand.New(rand.NewPCG(13, 14)), 1)
	tx, err := w.store.Pool().Begin(t.Context())
	require.NoError(t, err)
	defer tx.Rollback(t.Context()) //nolint:errcheck // the test is over
	_, err = tx.Exec(t.Context(), `LOCK TABLE deliveries IN ACCESS EXCLUSIVE MODE`)
	require.NoError(t, err)
	_, err = w.store.ReadOData(t.Context(), models.ODataQuestion{OrganizationID: organization, Query: w.query(), Limit: 1, Timeout: 50 * time.Millisecond})
	require.ErrorIs(t, err, models.ErrStatementTimeout)
}

func TestODataRow(t *testing.T) {
	t.Parallel()
	w := newODataWorld(t, rand.New(rand.NewPCG(15, 16)), 2)
	id := w.rows[1]["msdyn_delivery_id"].(string)
	question := func(organization string) models.ODataQuestion {
		return models.ODataQuestion{OrganizationID: organization, Query: w.query("$select", "msdyn_delivery_id"), Timeout: time.Minute}
	}
	row, err := w.store.ReadODataRow(t.Context(), question(organization), strings.ToUpper(id))
	require.NoError(t, err)
	require.Equal(t, []any{id}, row.Values)
	require.EqualValues(t, 1, row.Version)
	for _, other := range []string{"", "x", "null or true", id + " or true", "'" + id + "'", "00000000-0000-4000-8000-000000000000"} {
		_, err = w.store.ReadODataRow(t.Context(), question(organization), other)
		require.ErrorIs(t, err, models.ErrNotFound, other)
	}
	_, err = w.store.ReadODataRow(t.Context(), question("stranger"), id)
	require.ErrorIs(t, err, models.ErrNotFound)
}

// What reporting tools ask without more, and what they refresh by, is found by index.
func TestODataDefaultsAreFoundByIndex(t *testing.T) {
	t.Parallel()
	w := newODataWorld(t, rand.New(rand.NewPCG(17, 18)), 1)
	_, err := w.store.Pool().Exec(t.Context(), `INSERT INTO deliveries SELECT r.* FROM deliveries d, generate_series(1, 20000) n, LATERAL jsonb_populate_record(d,
		jsonb_build_object('id', gen_random_uuid(), 'task_key', 1000 + n, 'contact_id', 'C' || n, 'created_at', d.created_at + n * interval '1 second')) r
		WHERE d.organization_id = $1`, organization)
	require.NoError(t, err)
	_, err = w.store.Pool().Exec(t.Context(), `ANALYZE deliveries`)
	require.NoError(t, err)
	place := []any{time.Date(2026, 3, 2, 16, 0, 0, 0, time.UTC), "00000000-0000-4000-8000-000000000000"}
	for _, test := range []struct {
		options []string
		index   string
	}{
		{nil, "deliveries_created"},
		{[]string{"$orderby", "createdon desc"}, "deliveries_created"},
		{[]string{"$filter", "createdon ge 2026-03-02T18:00:00Z and createdon lt 2026-03-02T19:00:00Z"}, "deliveries_created"},
		{[]string{"$filter", "msdyn_contact_id eq 'C77'"}, "deliveries_contact"},
		{[]string{"$filter", "msdyn_delivery_id eq '00000000-0000-4000-8000-000000000000'"}, "deliveries_pkey"},
	} {
		q := w.query(test.options...)
		args := odata.NewArgs(organization)
		statement := "EXPLAIN SELECT id FROM deliveries WHERE organization_id = $1 AND " + q.Filter.SQL(args) + " AND " + q.AfterSQL(args, place) + " ORDER BY " + q.OrderSQL() + " LIMIT 1000"
		rows, err := w.store.Pool().Query(t.Context(), statement, args.Values()...)
		require.NoError(t, err)
		plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(t, err)
		require.Contains(t, strings.Join(plan, "\n"), test.index, "%v", test.options)
	}
}
