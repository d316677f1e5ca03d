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

// rollupPlan says which cells answer a request, and for which stretches rows must.
type rollupPlan struct {
	// set is the dimension set whose days answer; days and quarters count the cells, raw are the
	// stretches in which rows must be read.
	set            DimensionSet
	days, quarters int
	raw            []stretch

	request *request
	rollup  *rollup
	id      int32
	// places are those of the sets by grain.
	places map[int16]int16
	// terms are the places of the request's terms in the rollup.
	terms []int16
	runs  []run
}

// The bounds of what is worth to be planned.
const (
	// maxDirty is how many changed quarter hours are told apart.
	maxDirty = 5_000
	// maxStretches is how many stretches of rows a plan may have.
	maxStretches = 500
)

// planRollup plans how rollups answer the request. Without a plan, why says why rows must answer it.
// It reads what is marked from the same snapshot from which cells and rows are read.
func (e *Engine) planRollup(ctx context.Context, tx pgx.Tx, r *request) (plan *rollupPlan, why string, err error) {
	p, known := rollups()[r.record.Table]
	if !known || p.record != r.record {
		return nil, "nothing is kept ready of " + r.record.ID, nil
	}
	if plan, why = p.cover(r); plan == nil {
		return nil, why, nil
	}
	var state planState
	var dirty []time.Time
	batch := &pgx.Batch{}
	plan.queueState(batch, &state)
	queueDirty(batch, r, &dirty)
	err = tx.SendBatch(ctx, batch).Close()
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, "the rollups have not been made yet", nil
	case err != nil:
		return nil, "", fmt.Errorf("read state and marks of rollup: %w", err)
	case state.version != p.version:
		return nil, "the rollups are of another version and being made anew", nil
	case len(dirty) > maxDirty:
		return nil, fmt.Sprintf("more than %d quarter hours have changed and are not yet added up", maxDirty), nil
	}
	zone, err := LoadZone(state.zone)
	if err != nil {
		return nil, "", err
	}
	if !plan.split(state, days{zone}, dirty) {
		return nil, fmt.Sprintf("rows would be read in more than %d places", maxStretches), nil
	}
	return plan, "", nil
}

// cover finds the coarsest dimension sets that have all that the request names.
func (p *rollup) cover(r *request) (plan *rollupPlan, why string) {
	switch {
	case r.conversations != nil:
		return nil, "it is limited to conversations"
	case r.includeExpired && p.record.CanExpire:
		return nil, "expired engagements count, which are not kept ready"
	case r.attribution != AtEnd && r.attribution != "":
		return nil, "only attribution at the end is kept ready"
	case r.edges != nil || r.fractions != nil:
		return nil, "exact distributions are not kept ready"
	}
	plan = &rollupPlan{request: r, rollup: p, places: map[int16]int16{}}
	named := slices.Clone(r.groupBy)
	for _, f := range r.filters {
		named = append(named, f.Attribute)
	}
	for i, set := range p.sets { // from fine to coarse
		if !slices.ContainsFunc(named, func(id string) bool { return !slices.Contains(set.Attributes, id) }) {
			plan.set, plan.places[dayGrain] = set, int16(i) //nolint:gosec // a place in a list
			if !set.DaysOnly {
				plan.places[quarterGrain] = int16(i) //nolint:gosec // a place in a list
			}
		}
	}
	if _, covered := plan.places[quarterGrain]; covered {
		return plan.withTerms()
	}
	for _, id := range named {
		if !slices.ContainsFunc(p.sets, func(s DimensionSet) bool { return slices.Contains(s.Attributes, id) }) {
			return nil, id + " is not a dimension of the rollups"
		}
	}
	return nil, fmt.Sprintf("no rollup has %s together", listed(named))
}

// withTerms looks up the request's terms.
func (p *rollupPlan) withTerms() (plan *rollupPlan, why string) {
	for _, term := range p.request.terms {
		place, known := p.rollup.places[term.id()]
		if !known {
			return nil, "only default parameters are kept ready"
		}
		p.terms = append(p.terms, int16(place)) //nolint:gosec // a place in a list
	}
	return p, ""
}

// planState is what a plan needs to know of the rollup.
type planState struct {
	version, zone string
	// through is where the days end that have cells.
	through time.Time
	// first and last are where the first and the last quarter hour begins that has a cell; nil: none has.
	first, last *time.Time
}

const planStateSQL = `
SELECT id, version, zone, days_through,
    (SELECT min(start) FROM rollup_cells WHERE rollup_id = r.id AND dimension_set = $3 AND grain = 15 AND term = 0),
    (SELECT max(start) FROM rollup_cells WHERE rollup_id = r.id AND dimension_set = $3 AND grain = 15 AND term = 0)
FROM rollups r WHERE organization_id = $1 AND record = $2 AND retired_at IS NULL`

// queueState has the batch read the state of the plan's rollup; pgx.ErrNoRows if there is none.
func (p *rollupPlan) queueState(batch *pgx.Batch, s *planState) {
	batch.Queue(planStateSQL, p.request.organization, p.rollup.record.Table, p.places[quarterGrain]).QueryRow(func(row pgx.Row) error {
		return row.Scan(&p.id, &s.version, &s.zone, &s.through, &s.first, &s.last)
	})
}

// Marks of one quarter hour may be many: the statement looks for the next quarter hour each time,
// rather than read them all.
const dirtySQL = `
WITH RECURSIVE dirty (cell) AS (
    (SELECT cell FROM rollup_marks WHERE organization_id = $1 AND record = $2 AND cell >= $3 AND cell < $4 ORDER BY cell LIMIT 1)
    UNION ALL
    SELECT (SELECT m.cell FROM rollup_marks m WHERE m.organization_id = $1 AND m.record = $2 AND m.cell > d.cell AND m.cell < $4 ORDER BY m.cell LIMIT 1)
    FROM dirty d WHERE d.cell IS NOT NULL
)
SELECT cell FROM dirty WHERE cell IS NOT NULL LIMIT $5`

// queueDirty has the batch read the marked quarter hours that the request touches.
func queueDirty(batch *pgx.Batch, r *request, dirty *[]time.Time) {
	var start, end any = "-infinity", "infinity"
	if n := len(r.bounds); n > 0 {
		start, end = r.bounds[0].Truncate(models.RollupCell), r.bounds[n-1]
	}
	batch.Queue(dirtySQL, r.organization, r.record.Table, start, end, maxDirty+1).Query(func(rows pgx.Rows) (err error) {
		*dirty, err = pgx.CollectRows(rows, pgx.RowTo[time.Time])
		return err
	})
}

// split divides the request's buckets; false if rows would be needed in too many places.
func (p *rollupPlan) split(state planState, day days, dirty []time.Time) bool {
	bounds := p.request.bounds
	least, most, known := extent(state, dirty)
	if !known {
		return true
	}
	least, _ = day.around(least)
	_, most = day.around(most)
	if len(bounds) == 0 {
		bounds = []time.Time{least, most}
	}
	for _, block := range []time.Duration{models.RollupCell, time.Hour, 6 * time.Hour, 24 * time.Hour} {
		s := splitter{days: day, through: state.through, dirty: coarsen(dirty, block)}
		for i := range len(bounds) - 1 {
			start, end := bounds[i], bounds[i+1]
			if start.Before(least) {
				start = least
			}
			if most.Before(end) {
				end = most
			}
			if start.Before(end) {
				s.bucket(start, end, i)
			}
		}
		if len(s.raw) <= maxStretches {
			p.runs, p.raw, p.days, p.quarters = s.runs, s.raw, s.dayCells, s.quarterCells
			return true
		}
	}
	return false
}

// extent returns the first and the last quarter hour that has a cell or a mark: others have no rows.
func extent(state planState, dirty []time.Time) (least, most time.Time, known bool) {
	cells := slices.Clone(dirty)
	for _, cell := range []*time.Time{state.first, state.last} {
		if cell != nil {
			cells = append(cells, *cell)
		}
	}
	if len(cells) == 0 {
		return least, most, false
	}
	return slices.MinFunc(cells, time.Time.Compare), slices.MaxFunc(cells, time.Time.Compare), true
}
