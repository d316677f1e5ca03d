package models

import (
	"context"

	"github.com/jackc/pgx/v5"

	"engaged/odata"
)

// firstExpanded is for how many rows at once their expansion is read at first. As long as little comes, it is
// for twice as many the next time: a row may hold megabytes, and mostly holds a few hundred bytes.
const firstExpanded = 8

// expand reads what stands within the rows of a page. A page that becomes too long ends earlier.
func (q ODataQuestion) expand(ctx context.Context, tx pgx.Tx, page *ODataPage) error {
	if len(q.Query.Expand) == 0 {
		return nil
	}
	size, step := total(page.Rows), firstExpanded
	for done := 0; done < len(page.Rows); {
		until := min(done+step, len(page.Rows))
		part := page.Rows[done:until]
		added := 0
		for i := range q.Query.Expand {
			n, err := q.expandPart(ctx, tx, i, part)
			if err != nil {
				return err
			}
			added += n
		}
		done, size = until, size+added
		if size > maxODataPage && done < len(page.Rows) {
			page.Rows = page.Rows[:done]
			page.Place = page.Rows[done-1].place
			return nil
		}
		if added < maxODataPage/8 {
			step *= 2
		}
	}
	return nil
}

// expandPart reads one expansion of some rows and returns the bytes that it has.
func (q ODataQuestion) expandPart(ctx context.Context, tx pgx.Tx, place int, rows []ODataRow) (int, error) {
	expansion := q.Query.Expand[place]
	target, inner := expansion.Navigation.Target, expansion.Query
	ids := make([]string, len(rows))
	for i, row := range rows {
		id, _ := row.from[place].([16]byte)
		ids[i] = odata.FormatGUID(id)
	}
	to := sqlOf(target, expansion.Navigation.To)
	args := odata.NewArgs(q.OrganizationID)
	statement := "SELECT " + columnsOf(inner, []string{to}) + " FROM " + target.Table +
		" WHERE organization_id = $1 AND " + to + " = ANY(" + args.Bind(ids, "uuid[]") + ") AND " + inner.Filter.SQL(args) +
		" ORDER BY " + sqlOf(target, target.ID)
	found, err := readODataRows(ctx, tx, statement, args, func([]ODataRow, int) bool { return false })
	if err != nil {
		return 0, err
	}
	shown := len(inner.Select)
	within := map[any][]ODataRow{}
	for _, row := range found {
		to := row.Values[shown+1]
		row.Version, _ = row.Values[shown].(int32)
		row.Values = row.Values[:shown]
		within[to] = append(within[to], row)
	}
	for i := range rows {
		rows[i].Expanded = append(rows[i].Expanded, within[rows[i].from[place]])
	}
	return total(found), nil
}
