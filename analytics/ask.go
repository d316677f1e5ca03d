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
	err = e.reader.ReadSnapshot(ctx, e.options.StatementTimeout, func(tx pgx.Tx) error {
		s, err := e.answer(ctx, tx, &r, &answer)
		if err != nil {
			return err
		}
		var last *place
		if answer.Rows, last = s.page(after); last != nil {
			answer.Next, err = r.query.token(last)
		}
		return err
	})
	switch {
	case err == nil:
		return answer, nil
	case errors.Is(err, models.ErrStatementTimeout):
		return Answer{}, fmt.Errorf("%w: %s", ErrTooSlow, r.metric.ID)
	default:
		return Answer{}, fmt.Errorf("ask for %s: %w", r.metric.ID, err)
	}
}

// answer reads what the query asks for and says how.
func (e *Engine) answer(ctx context.Context, tx pgx.Tx, r *resolved, answer *Answer) (*sheet, error) {
	if r.metric.Kind == Watermark {
		return nil, invalid("metric", "unknown_metric", "%s cannot be asked yet", r.metric.ID)
	}
	req := r.request()
	kind := r.metric.Kind
	if kind == Custom {
		var err error
		if kind, err = r.custom(req, e.options.Now()); err != nil {
			return nil, err
		}
	}
	known := newPartials(len(req.terms))
	batch := &pgx.Batch{}
	answer.Plan.Source, answer.Plan.Reason = "rows", req.needsRows()
	answer.Plan.Raw = 1
	answer.Plan.SQL = queueRows(batch, req, nil, known)
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return nil, err
	}
	m := newMeasurer(r, kind, req, known)
	groups := map[string]bool{}
	for c := range m.cells {
		groups[c.group] = true
	}
	return newSheet(r, groups, m.row), nil
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
		req.record = &openEngagements
	default:
	}
	for _, measure := range q.Measures {
		if fraction, ok := percentiles[measure]; ok {
			req.fractions = append(req.fractions, fraction)
		}
	}
	for _, edge := range q.Edges {
		req.edges = append(req.edges, edge*r.metric.scale())
	}
	return req
}

// upToMicrosecond is the first instant from t on that Postgres can store: what it stores lies before t
// if and only if it lies before that.
func upToMicrosecond(t time.Time) time.Time {
	if cut := t.Truncate(time.Microsecond); cut.Before(t) {
		return cut.Add(time.Microsecond)
	}
	return t
}

// needsRows says why only rows can answer; empty if anything can.
func (r *request) needsRows() string {
	switch {
	case r.record == &openEngagements:
		return "what is open now is in the live projection"
	default:
		return "rows"
	}
}
