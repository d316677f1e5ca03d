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

// Ask answers a query from one snapshot of the database. *InvalidQuery says what is wrong with the
// query, ErrTooSlow that it takes too long.
func (e *Engine) Ask(ctx context.Context, q Query) (Answer, error) {
	r, err := resolve(q)
	if err != nil {
		return Answer{}, err
	}
	after, err := r.query.place()
	if err != nil {
		return Answer{}, err
	}
	answer := Answer{Query: r.query, Measures: r.query.Measures, Plan: Plan{Start: q.Period.Start, End: q.Period.End}}
	if r.query.Interval != "" {
		answer.Bounds = r.bounds
	}
	var read *sheet
	if answer.DataThrough, err = e.through(ctx); err == nil {
		err = e.reader.ReadSnapshot(ctx, e.options.StatementTimeout, func(tx pgx.Tx) error {
			read, err = e.answer(ctx, tx, &r, &answer)
			return err
		})
	}
	switch {
	case errors.Is(err, models.ErrStatementTimeout):
		return Answer{}, fmt.Errorf("%w: %s", ErrTooSlow, r.metric.ID)
	case err != nil:
		return Answer{}, fmt.Errorf("ask for %s: %w", r.metric.ID, err)
	}
	var last *place
	if answer.Rows, last = read.page(after); last != nil {
		if answer.Next, err = r.query.token(last); err != nil {
			return Answer{}, err
		}
	}
	return answer, nil
}

// answer reads what the query asks for and says how.
func (e *Engine) answer(ctx context.Context, tx pgx.Tx, r *resolved, answer *Answer) (*sheet, error) {
	req, kind := r.request(), r.metric.Kind
	if kind == Custom {
		var err error
		if kind, err = r.custom(req, e.options.Now()); err != nil {
			return nil, err
		}
	}
	known := newPartials(max(len(req.terms), 1))
	if err := e.read(ctx, tx, r, req, known, answer); err != nil {
		return nil, err
	}
	return newSheet(r, newMeasurer(r, kind, req, known)), nil
}

// read reads the request from rollups as far as they cover it, and from rows for the rest.
func (e *Engine) read(ctx context.Context, tx pgx.Tx, r *resolved, req *request, known *partials, answer *Answer) error {
	plan := &answer.Plan
	covered, why, err := e.cover(ctx, tx, r, req)
	if err != nil {
		return err
	}
	batch := &pgx.Batch{}
	plan.Source, plan.Reason, plan.Raw = "rows", why, 1
	queueChanges(batch, r, req, answer)
	switch {
	case r.metric.Kind == Watermark:
		queueAge(batch, req.organization, e.options.Now(), known)
	case covered == nil:
		// Rows can be asked for the percentiles themselves.
		req.fractions, req.sketch = r.fractions(), make([]bool, len(req.terms))
		plan.SQL = queueRows(batch, req, nil, known)
	case len(covered.raw) > 0:
		plan.SQL = queueRows(batch, req, covered.raw, known)
	}
	switch {
	case r.metric.Kind == Open:
		plan.Source = "live"
	case r.metric.Kind == Custom:
		plan.Source = "custom"
	case covered != nil:
		plan.covered(covered)
		covered.queue(batch, known)
	}
	return tx.SendBatch(ctx, batch).Close()
}

// covered says what a plan reads.
func (p *Plan) covered(by *rollupPlan) {
	p.Source, p.Reason = "rollup", "the rollups have all that is asked for"
	p.DimensionSet, p.Days, p.Quarters, p.Raw = by.set.ID, by.days, by.quarters, len(by.raw)
	if len(by.raw) > 0 {
		p.Source, p.Reason = "mixed", "the rollups have all that is asked for, but for parts of cells and what has just changed"
	}
}

// cover plans how rollups answer; without a plan, why says why rows must.
func (e *Engine) cover(ctx context.Context, tx pgx.Tx, r *resolved, req *request) (plan *rollupPlan, why string, err error) {
	percentiles := r.fractions() != nil
	switch {
	case r.metric.Kind == Watermark:
		return nil, "every record is looked at", nil
	case r.metric.Kind == Open:
		return nil, "what is open now is not in any rollup", nil
	case r.metric.Kind == Custom:
		return nil, "the metric does not add up over cells", nil
	case len(req.bounds) == 1:
		return nil, "the period is empty", nil
	case r.query.Exact && percentiles:
		return nil, "exact percentiles come from rows", nil
	case percentiles:
		req.sketch[0] = true
		req.wants[0] |= extremes // they bound what a sketch says
	}
	return e.planRollup(ctx, tx, req)
}

// fractions are the percentiles that the query asks for.
func (r *resolved) fractions() []float64 {
	var found []float64
	for _, measure := range r.query.Measures {
		if fraction, ok := percentiles[measure]; ok {
			found = append(found, fraction)
		}
	}
	return found
}

// request is what the sources are asked for.
func (r *resolved) request() *request {
	q := &r.query
	req := &request{
		organization: q.Organization, record: r.record, terms: r.terms,
		wants: wanted(r.query.Measures, len(r.terms)), sketch: make([]bool, len(r.terms)),
		filters: q.Filters, conversations: q.Conversations, groupBy: q.GroupBy,
		attribution: q.Attribution, includeExpired: q.IncludeExpired,
	}
	for _, bound := range r.bounds {
		req.bounds = append(req.bounds, upToMicrosecond(bound))
	}
	switch r.metric.Kind {
	case Nested:
		for _, id := range r.metric.Groups {
			if !slices.Contains(req.groupBy, id) {
				req.groupBy = append(slices.Clip(req.groupBy), id)
			}
		}
	case Open:
		req.record = r.record.Open
	case Share:
		req.countOnce(r.metric.Groups[0])
	default:
	}
	for _, edge := range q.Edges {
		req.edges = append(req.edges, edge*r.metric.scale())
	}
	return req
}

// countOnce adds a term that counts each row once where the attribute, by which is grouped, is a Set: the
// whole of which the groups have their shares.
func (r *request) countOnce(attribute string) {
	if a, _ := AttributeByID(attribute); a.Type != Set {
		return
	}
	once := Term{Where: fmt.Sprintf("coalesce(place_%d, 1) = 1", slices.Index(r.groupBy, attribute))}
	if first := r.terms[0]; first.Where != "" {
		once = Term{Where: first.Where + " AND " + once.Where, Args: first.Args}
	}
	r.terms = append(slices.Clip(r.terms), once)
	r.wants, r.sketch = append(r.wants, 0), append(r.sketch, false)
}

// upToMicrosecond is the first instant from t on that Postgres can store: what it stores lies before t
// if and only if it lies before that.
func upToMicrosecond(t time.Time) time.Time {
	if cut := t.Truncate(time.Microsecond); cut.Before(t) {
		return cut.Add(time.Microsecond)
	}
	return t
}
