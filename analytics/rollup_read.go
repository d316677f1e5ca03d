package analytics

import (
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

const (
	planKeysSQL = `SELECT dimension_set, number, combination FROM rollup_keys WHERE rollup_id = $1 AND dimension_set = ANY ($2::int2[])`

	// Each run of each term is looked up in the index by itself.
	planCellsSQL = `
SELECT r.dimension_set, r.term, c.start, c.stats, c.sketches
FROM unnest($2::int2[], $3::int2[], $4::int2[], $5::bool[], $6::timestamptz[], $7::timestamptz[]) WITH ORDINALITY AS r (dimension_set, term, grain, sketched, start, stop, place)
CROSS JOIN LATERAL (
    SELECT start, stats, CASE WHEN r.sketched THEN sketches END AS sketches FROM rollup_cells
    WHERE rollup_id = $1 AND dimension_set = r.dimension_set AND grain = r.grain AND term = r.term AND start >= r.start AND start < r.stop
    ORDER BY start OFFSET 0
) c
ORDER BY r.place, c.start`
)

// queue has the batch merge the cells of the plan into the partials; the plan's stretches of rows are
// left to the caller, in the same transaction.
func (p *rollupPlan) queue(batch *pgx.Batch, into *partials) {
	if len(p.runs) == 0 {
		return
	}
	m := newCellMerger(p, into)
	var sets, terms, grains []int16
	var sketched []bool
	var starts, stops []time.Time
	for term, targets := range m.targets {
		sketch := slices.ContainsFunc(targets, func(i int) bool { return p.request.sketch[i] })
		for _, run := range p.runs {
			sets = append(sets, p.places[run.grain])
			terms, grains, sketched = append(terms, term), append(grains, run.grain), append(sketched, sketch)
			starts, stops = append(starts, run.start), append(stops, run.end)
		}
	}
	batch.Queue(planKeysSQL, p.id, sets).Query(m.readKeys)
	batch.Queue(planCellsSQL, p.id, sets, terms, grains, sketched, starts, stops).Query(m.readCells)
}

// cellMerger merges cells into partials.
type cellMerger struct {
	plan *rollupPlan
	into *partials
	// targets are the places in the request of a term of the rollup.
	targets map[int16][]int
	// groupOf is, by set, the group of a key by its number, -1 if a filter leaves it out.
	groupOf [][]int32
	// bucket is that of the cell that is being read, and partials what its groups have so far; nil:
	// not looked up.
	bucket   int32
	partials [][]Partial
}

func newCellMerger(p *rollupPlan, into *partials) *cellMerger {
	m := &cellMerger{plan: p, into: into, targets: map[int16][]int{}, groupOf: make([][]int32, len(p.rollup.sets)), bucket: -1}
	for i, term := range p.terms {
		m.targets[term] = append(m.targets[term], i)
	}
	return m
}

// readKeys finds out which keys the filters keep, and in which group each counts.
func (m *cellMerger) readKeys(rows pgx.Rows) error {
	values := make([]*string, len(m.plan.request.groupBy))
	var set int16
	var number int32
	var combination []string
	_, err := pgx.ForEachRow(rows, []any{&set, &number, &combination}, func() error {
		for int(number) >= len(m.groupOf[set]) {
			m.groupOf[set] = append(m.groupOf[set], -1)
		}
		attributes := m.plan.rollup.sets[set].Attributes
		if !m.keeps(attributes, combination) {
			return nil
		}
		for i, id := range m.plan.request.groupBy {
			values[i] = &combination[slices.Index(attributes, id)]
		}
		m.groupOf[set][number] = m.into.group(groupKey(values))
		return nil
	})
	m.partials = make([][]Partial, len(m.into.groups))
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
	var set, term int16
	var start time.Time
	var stats, sketches pgtype.DriverBytes // valid until the next row
	_, err := pgx.ForEachRow(rows, []any{&set, &term, &start, &stats, &sketches}, func() error {
		m.moveTo(start)
		c := newCellReader(stats, sketches)
		for c.next() {
			m.merge(&c, m.groupOf[set], m.targets[term])
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
	bucket := int32(0)
	if bounds := m.plan.request.bounds; len(bounds) > 0 {
		place, exact := slices.BinarySearchFunc(bounds, start, time.Time.Compare)
		if bucket = int32(place); !exact { //nolint:gosec // at most MaxBuckets
			bucket--
		}
	}
	if bucket != m.bucket {
		m.bucket = bucket
		clear(m.partials)
	}
}

// merge adds what a cell has of one key.
func (m *cellMerger) merge(c *cellReader, groupOf []int32, targets []int) {
	group := int32(-1)
	if int(c.key) < len(groupOf) {
		group = groupOf[c.key]
	}
	if group >= 0 && m.partials[group] == nil {
		m.partials[group] = m.into.at(cell{m.bucket, group})
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
