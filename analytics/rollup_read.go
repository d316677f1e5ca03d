package analytics

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

const (
	planKeysSQL = `SELECT number, combination FROM rollup_keys WHERE rollup_id = $1 AND dimension_set = $2`

	// Each run of each term is looked up in the index by itself.
	planCellsSQL = `
SELECT r.term, c.start, c.stats, c.sketches
FROM unnest($3::int2[], $4::int2[], $5::bool[], $6::timestamptz[], $7::timestamptz[]) WITH ORDINALITY AS r (term, grain, sketched, start, stop, place)
CROSS JOIN LATERAL (
    SELECT start, stats, CASE WHEN r.sketched THEN sketches END AS sketches FROM rollup_cells
    WHERE rollup_id = $1 AND dimension_set = $2 AND grain = r.grain AND term = r.term AND start >= r.start AND start < r.stop
    ORDER BY start OFFSET 0
) c
ORDER BY r.place, c.start`
)

// read merges the cells of the plan into the partials; the plan's stretches of rows are left to the
// caller, in the same transaction.
func (p *rollupPlan) read(ctx context.Context, tx pgx.Tx, into *partials) error {
	if len(p.runs) == 0 {
		return nil
	}
	m := &cellMerger{plan: p, into: into, targets: map[int16][]int{}}
	var terms, grains []int16
	var sketched []bool
	var starts, stops []time.Time
	for i, term := range p.terms {
		m.targets[term] = append(m.targets[term], i)
	}
	for term, targets := range m.targets {
		sketch := slices.ContainsFunc(targets, func(i int) bool { return p.request.sketch[i] })
		for _, run := range p.runs {
			terms, grains, sketched = append(terms, term), append(grains, run.grain), append(sketched, sketch)
			starts, stops = append(starts, run.start), append(stops, run.end)
		}
	}
	batch := &pgx.Batch{}
	batch.Queue(planKeysSQL, p.id, p.place).Query(m.readKeys)
	batch.Queue(planCellsSQL, p.id, p.place, terms, grains, sketched, starts, stops).Query(m.readCells)
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("read rollups: %w", err)
	}
	return nil
}

// cellMerger merges cells into partials.
type cellMerger struct {
	plan *rollupPlan
	into *partials
	// targets are the places in the request of a term of the rollup.
	targets map[int16][]int
	// groupOf is the group of a key by its number, -1 if a filter leaves it out; groups are their keys.
	groupOf []int32
	groups  []string
	// bucket is that of the cell that is being read, and partials what its groups have so far; nil:
	// not looked up.
	bucket   int
	partials [][]Partial
}

// readKeys finds out which keys the filters keep, and in which group each counts.
func (m *cellMerger) readKeys(rows pgx.Rows) error {
	attributes := m.plan.set.Attributes
	var columns []int
	for _, id := range m.plan.request.groupBy {
		columns = append(columns, slices.Index(attributes, id))
	}
	known := map[string]int32{}
	values := make([]*string, len(columns))
	var number int32
	var combination []string
	_, err := pgx.ForEachRow(rows, []any{&number, &combination}, func() error {
		for int(number) >= len(m.groupOf) {
			m.groupOf = append(m.groupOf, -1)
		}
		if !m.keeps(attributes, combination) {
			return nil
		}
		for i, column := range columns {
			values[i] = &combination[column]
		}
		key := groupKey(values)
		group, seen := known[key]
		if !seen {
			group = int32(len(m.groups)) //nolint:gosec // a number of keys
			known[key] = group
			m.groups = append(m.groups, key)
		}
		m.groupOf[number] = group
		return nil
	})
	m.partials = make([][]Partial, len(m.groups))
	m.bucket = -1
	return err
}

// keeps tells whether the filters keep a key.
func (m *cellMerger) keeps(attributes, combination []string) bool {
	for _, f := range m.plan.request.filters {
		value := combination[slices.Index(attributes, f.Attribute)]
		var matches bool
		switch f.Operator {
		case Is, "":
			matches = slices.Contains(f.Values, value)
		case IsNot:
			matches = !slices.Contains(f.Values, value)
		case Empty:
			matches = value == ""
		case NotEmpty:
			matches = value != ""
		case Range: // for numbers, which no set has
		}
		if !matches {
			return false
		}
	}
	return true
}

// readCells merges cells, which come by term and start.
func (m *cellMerger) readCells(rows pgx.Rows) error {
	var term int16
	var start time.Time
	var stats, sketches pgtype.DriverBytes // valid until the next row
	_, err := pgx.ForEachRow(rows, []any{&term, &start, &stats, &sketches}, func() error {
		m.moveTo(start)
		c := newCellReader(stats, sketches)
		for c.next() {
			m.merge(&c, m.targets[term])
		}
		if c.err != nil {
			return c.err
		}
		return m.into.check()
	})
	return err
}

// moveTo finds the bucket of a cell.
func (m *cellMerger) moveTo(start time.Time) {
	bucket := 0
	if bounds := m.plan.request.bounds; len(bounds) > 0 {
		place, exact := slices.BinarySearchFunc(bounds, start, time.Time.Compare)
		if bucket = place; !exact {
			bucket--
		}
	}
	if bucket != m.bucket {
		m.bucket = bucket
		clear(m.partials)
	}
}

// merge adds what a cell has of one key.
func (m *cellMerger) merge(c *cellReader, targets []int) {
	group := int32(-1)
	if int(c.key) < len(m.groupOf) {
		group = m.groupOf[c.key]
	}
	if group >= 0 && m.partials[group] == nil {
		m.partials[group] = m.into.at(cell{m.bucket, m.groups[group]})
	}
	at, sketched := c.sketches, false
	for _, i := range targets {
		if group < 0 {
			break
		}
		p := &m.partials[group][i]
		p.mergeNumbers(&c.partial)
		if m.plan.request.sketch[i] {
			c.sketches, sketched = at, true
			c.sketch(&p.Sketch)
		}
	}
	if at != nil && !sketched {
		c.sketch(nil)
	}
}
