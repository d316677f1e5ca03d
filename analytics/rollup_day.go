package analytics

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"engaged/models"
)

// span of time, half-open.
type timeSpan struct{ start, end time.Time }

// cellMaker makes the cells of one record in one day of the reporting zone from its facts.
type cellMaker struct {
	scan *rollupScan
	book *keyBook
	// day has a cell of its own where whole is true; quarters are made where wanted.
	day    timeSpan
	whole  bool
	wanted map[time.Time]bool
	// quarters and days are the boards of the sets for the quarter hour that is being read, and for
	// the day.
	quarters, days []*board
	terms          factTerms
	key            []byte
	rows           []cellRow
	facts          int64
}

// errUnknownKeys asks to learn keys and to begin again.
var errUnknownKeys = errors.New("facts have keys without a number")

func newCellMaker(scan *rollupScan, book *keyBook, day timeSpan, whole bool, wanted []time.Time) *cellMaker {
	p := scan.rollup
	m := &cellMaker{scan: scan, book: book, day: day, whole: whole, wanted: map[time.Time]bool{}}
	for _, start := range wanted {
		m.wanted[start.UTC()] = true
	}
	for i := range p.sets {
		set := int16(i) //nolint:gosec // a place in a list
		m.quarters = append(m.quarters, &board{set: set, grain: quarterGrain, terms: p.terms})
		m.days = append(m.days, &board{set: set, grain: dayGrain, start: day.start, terms: p.terms})
	}
	n := len(p.terms)
	m.terms = factTerms{counts: make([]bool, n), values: make([]float64, n), bins: make([]int32, n)}
	return m
}

// read makes the cells. The transaction's next statement sees all facts whose marks were deleted.
func (m *cellMaker) read(ctx context.Context, tx pgx.Tx, organization string, spans []timeSpan) error {
	for _, s := range spans {
		sql, args := m.scan.query(organization, s.start, s.end)
		rows, err := tx.Query(ctx, sql, args...)
		if err != nil {
			return fmt.Errorf("read facts: %w", err)
		}
		for rows.Next() {
			m.facts++
			m.add(rows.RawValues())
		}
		if err := rows.Err(); err != nil {
			return fmt.Errorf("read facts: %w", err)
		}
		m.flushQuarters()
	}
	if m.book.lacks() {
		return errUnknownKeys
	}
	for _, b := range m.days {
		m.rows = b.flush(m.rows)
	}
	return nil
}

// add takes in one fact.
func (m *cellMaker) add(raw [][]byte) {
	start := factCell(raw)
	if !start.Equal(m.quarters[0].start) {
		m.flushQuarters()
		for _, b := range m.quarters {
			b.start = start
		}
	}
	wanted := m.wanted[start]
	m.terms.read(m.scan, raw)
	for set := range m.scan.rollup.sets {
		quarter := wanted && !m.scan.rollup.sets[set].DaysOnly
		if !quarter && !m.whole {
			continue
		}
		number := m.book.number(set, m.keyOf(set, raw))
		if number == 0 {
			continue
		}
		if quarter {
			m.quarters[set].add(number, &m.terms)
		}
		if m.whole {
			m.days[set].add(number, &m.terms)
		}
	}
}

// keyOf joins the values that a fact has for the attributes of a set.
func (m *cellMaker) keyOf(set int, raw [][]byte) []byte {
	m.key = m.key[:0]
	for i, column := range m.scan.sets[set] {
		if i > 0 {
			m.key = append(m.key, groupSeparator...)
		}
		m.key = append(m.key, raw[column]...)
	}
	return m.key
}

func (m *cellMaker) flushQuarters() {
	for _, b := range m.quarters {
		m.rows = b.flush(m.rows)
	}
}

// Each term is looked up once, for all cells between the first and the last; which of these go is
// decided by row.
const dropCellsSQL = `
DELETE FROM rollup_cells
WHERE rollup_id = $1 AND dimension_set = ANY ($2::int2[]) AND grain = $3 AND term = ANY ($4::int2[])
    AND start >= $5 AND start <= $6 AND (start = ANY ($7::timestamptz[])) IS TRUE`

// write puts the cells in the place of those that were there.
func (m *cellMaker) write(ctx context.Context, tx pgx.Tx) error {
	p := m.scan.rollup
	batch := &pgx.Batch{}
	var starts []time.Time
	for start := range m.wanted {
		starts = append(starts, start)
	}
	slices.SortFunc(starts, time.Time.Compare)
	sets, terms := places(len(p.sets)), places(len(p.terms))
	if n := len(starts); n > 0 {
		batch.Queue(dropCellsSQL, m.book.id, sets, quarterGrain, terms, starts[0], starts[n-1], starts)
	}
	if m.whole {
		batch.Queue(dropCellsSQL, m.book.id, sets, dayGrain, terms, m.day.start, m.day.start, []time.Time{m.day.start})
	}
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("drop rollup cells: %w", err)
	}
	columns := []string{"rollup_id", "dimension_set", "grain", "term", "start", "stats", "sketches"}
	next := 0
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"rollup_cells"}, columns, pgx.CopyFromFunc(func() ([]any, error) {
		if next == len(m.rows) {
			return nil, nil
		}
		r := &m.rows[next]
		next++
		return []any{m.book.id, r.set, r.grain, r.term, r.start, r.stats, r.sketches}, nil
	}))
	if err != nil {
		return fmt.Errorf("write rollup cells: %w", err)
	}
	return nil
}

// places are the numbers from 0 to n - 1.
func places(n int) []int16 {
	list := make([]int16, n)
	for i := range list {
		list[i] = int16(i) //nolint:gosec // a place in a list
	}
	return list
}

// quarterSpans joins neighbouring quarter hours, given in order.
func quarterSpans(cells []time.Time) []timeSpan {
	var spans []timeSpan
	for _, start := range cells {
		if n := len(spans); n > 0 && spans[n-1].end.Equal(start) {
			spans[n-1].end = start.Add(models.RollupCell)
			continue
		}
		spans = append(spans, timeSpan{start, start.Add(models.RollupCell)})
	}
	return spans
}
