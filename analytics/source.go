package analytics

import "time"

// request is what the sources of partials are asked for: a query after it was checked.
type request struct {
	organization string
	record       *Record
	// terms are what is aggregated; sketch tells for each whether its distribution is needed.
	terms  []Term
	sketch []bool
	// filters hold stored values and known operators only.
	filters []Filter
	// conversations, where set, keeps the rows of these.
	conversations []string
	groupBy       []string
	// bounds are the ascending bounds of the buckets: bucket i is [bounds[i], bounds[i+1]). Without
	// an interval there is one bucket, the period. Without a period it is empty: all time.
	bounds []time.Time
	// includeExpired counts legs that ran into the open limit.
	includeExpired bool
}

// cell names one row of the answer: a bucket and a value for each attribute of groupBy.
type cell struct {
	bucket int
	// group joins the values, see groupKey.
	group string
}

// partials collects what the sources know, by cell and term.
type partials struct {
	terms int
	cells map[cell][]Partial
}

func newPartials(terms int) *partials {
	return &partials{terms: terms, cells: map[cell][]Partial{}}
}

// at returns the terms of a cell, to merge into.
func (p *partials) at(c cell) []Partial {
	terms, ok := p.cells[c]
	if !ok {
		terms = make([]Partial, p.terms)
		p.cells[c] = terms
	}
	return terms
}
