package models

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"engaged/odata"
)

// ODataQuestion asks for a page of an organization's rows.
type ODataQuestion struct {
	OrganizationID string
	Query          *odata.Query
	// After is the place after which the page begins; nil: at the beginning.
	After []any
	// Limit bounds the page; 0 only counts. A page whose rows are very long ends earlier.
	Limit int
	// Timeout ends a statement that runs longer.
	Timeout time.Duration
}

// ODataPage is what a question is answered with.
type ODataPage struct {
	Rows []ODataRow
	// Place, where more rows follow, is that of the last row.
	Place []any
	// Count is the number of rows that match, if the query asks for it and the page is the first.
	Count int64
}

// ODataRow is one row.
type ODataRow struct {
	// Values are those of the query's Select: nil, string, bool, int32, time.Time or [16]byte.
	Values []any
	// Version is the entity's, 0 without one.
	Version int32
	// Expanded are the rows within, for each of the query's Expand.
	Expanded [][]ODataRow

	place, from []any
	size        int
}

// maxODataPage ends a page whose texts have more bytes than this.
const maxODataPage = 16 << 20

// ReadOData answers a question; ErrStatementTimeout if that takes too long. All of a page is of one instant.
func (s *Store) ReadOData(ctx context.Context, q ODataQuestion) (ODataPage, error) {
	var page ODataPage
	err := s.ReadSnapshot(ctx, q.Timeout, func(tx pgx.Tx) (err error) {
		if q.Query.Count && q.After == nil {
			if page.Count, err = q.count(ctx, tx); err != nil {
				return err
			}
		}
		if q.Limit == 0 {
			return nil
		}
		if page.Rows, page.Place, err = q.rows(ctx, tx); err != nil {
			return err
		}
		return q.expand(ctx, tx, &page)
	})
	if err != nil {
		return ODataPage{}, fmt.Errorf("read %s: %w", q.Query.Entity.Set, err)
	}
	return page, nil
}

// ReadODataRow reads the row of an id, a GUID; ErrNotFound if the organization has none.
func (s *Store) ReadODataRow(ctx context.Context, q ODataQuestion, id string) (ODataRow, error) {
	guid, ok := odata.ParseGUID(id)
	if !ok {
		return ODataRow{}, ErrNotFound
	}
	filter, err := odata.ParseFilter(q.Query.Entity, q.Query.Entity.ID+" eq "+guid)
	if err != nil {
		return ODataRow{}, err
	}
	query := *q.Query
	query.Filter, q.Query, q.After, q.Limit = filter, &query, nil, 1
	page, err := s.ReadOData(ctx, q)
	if err != nil {
		return ODataRow{}, err
	}
	if len(page.Rows) == 0 {
		return ODataRow{}, ErrNotFound
	}
	return page.Rows[0], nil
}

func (q ODataQuestion) count(ctx context.Context, tx pgx.Tx) (n int64, err error) {
	args := odata.NewArgs(q.OrganizationID)
	statement := "SELECT count(*) FROM " + q.Query.Entity.Table + " WHERE organization_id = $1 AND " + q.Query.Filter.SQL(args)
	err = tx.QueryRow(ctx, statement, unprepared(args)...).Scan(&n)
	return n, err
}

// unprepared are the arguments of a statement that is not worth remembering: each question has its own.
func unprepared(args *odata.Args) []any {
	return append([]any{pgx.QueryExecModeDescribeExec}, args.Values()...)
}

// rows reads the rows of the page, and the place of its last one where more follow.
func (q ODataQuestion) rows(ctx context.Context, tx pgx.Tx) ([]ODataRow, []any, error) {
	args := odata.NewArgs(q.OrganizationID)
	condition := "organization_id = $1 AND " + q.Query.Filter.SQL(args)
	if q.After != nil {
		condition += " AND " + q.Query.AfterSQL(args, q.After)
	}
	others := q.Query.PlaceSQL()
	for _, expansion := range q.Query.Expand {
		others = append(others, sqlOf(q.Query.Entity, expansion.Navigation.From))
	}
	statement := fmt.Sprintf("SELECT %s FROM %s WHERE %s ORDER BY %s LIMIT %d",
		columnsOf(q.Query, others), q.Query.Entity.Table, condition, q.Query.OrderSQL(), q.Limit+1)
	found, err := readODataRows(ctx, tx, statement, args, func(rows []ODataRow, size int) bool {
		return len(rows) > 1 && size > maxODataPage
	})
	if err != nil {
		return nil, nil, err
	}
	shown, places := len(q.Query.Select), len(q.Query.Order)
	for i := range found {
		row := &found[i]
		row.place, row.from = row.Values[shown+1:shown+1+places], row.Values[shown+1+places:]
		row.Version, _ = row.Values[shown].(int32)
		row.Values = row.Values[:shown]
	}
	if len(found) > q.Limit || total(found) > maxODataPage && len(found) > 1 {
		found = found[:len(found)-1]
		return found, found[len(found)-1].place, nil
	}
	return found, nil, nil
}

// columnsOf lists the columns of a query's Select, the version and others, under names of which no table has one.
func columnsOf(query *odata.Query, others []string) string {
	var columns []string
	for _, p := range query.Select {
		columns = append(columns, p.SQL)
	}
	version := query.Entity.Version
	if version == "" {
		version = "NULL::integer"
	}
	columns = append(append(columns, version), others...)
	for i := range columns {
		columns[i] += " AS column_" + strconv.Itoa(i)
	}
	return strings.Join(columns, ", ")
}

func sqlOf(e *odata.Entity, name string) string {
	p, _ := e.Property(name)
	return p.SQL
}

func total(rows []ODataRow) (size int) {
	for _, row := range rows {
		size += row.size
	}
	return size
}

// readODataRows reads rows until enough says so.
func readODataRows(ctx context.Context, tx pgx.Tx, statement string, args *odata.Args, enough func([]ODataRow, int) bool) ([]ODataRow, error) {
	found, err := tx.Query(ctx, statement, unprepared(args)...)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	var rows []ODataRow
	size := 0
	for found.Next() {
		values, err := found.Values()
		if err != nil {
			return nil, err
		}
		row := ODataRow{Values: values}
		for _, value := range found.RawValues() {
			row.size += len(value)
		}
		size += row.size
		if rows = append(rows, row); enough(rows, size) {
			return rows, nil
		}
	}
	return rows, found.Err()
}
