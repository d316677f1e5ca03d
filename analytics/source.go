package analytics

import "time"

// request is what the sources of partials are asked for: a query after it was checked.
type request struct {
	organization string
	record       *Record
	// terms are what is aggregated; wants tells for each what of its values is needed, sketch whether
	// their distribution is.
	terms  []Term
	wants  []aggregate
	sketch []bool
	// fractions are the percentiles that rows compute exactly; edges the inner bounds of the ranges in
	// which they count values, as stored. Both only where rows alone answer, both of Terms[0].
	fractions, edges []float64
	// filters hold stored values and known operators only.
	filters []Filter
	// conversations, where set, keeps the rows of these.
	conversations []string
	groupBy       []string
	// bounds are the ascending bounds of the buckets: bucket i is [bounds[i], bounds[i+1]). Without
	// an interval there is one bucket, the period. Without a period it is empty: all time.
	bounds []time.Time
	// attribution says in which bucket a row counts.
	attribution Attribution
	// includeExpired counts legs that ran into the open limit.
	includeExpired bool
	// derive, where set, makes of the record's rows those that the terms are over; parameters and now
	// are what it may need.
	derive     func(s *scan, r *request)
	parameters Parameters
	now        time.Time
}

// aggregate is a set of what may be asked of a term's values besides their number.
type aggregate uint8

// The aggregates: Sum, SumSq, and Min with Max.
const (
	sums aggregate = 1 << iota
	squares
	extremes
)

// stretch is a part of a period within one bucket.
type stretch struct {
	start, end time.Time
	bucket     int
}

// cell names one row of the answer: a bucket and a group, by its number.
type cell struct{ bucket, group int32 }

// partials collects what the sources know, by cell and term.
type partials struct {
	terms int
	cells map[cell][]Partial
	// groups are the keys of the groups by number, see groupKey; numbers are the numbers by key.
	groups  []string
	numbers map[string]int32
	// room holds the terms of cells to come.
	room []Partial
}

func newPartials(terms int) *partials {
	return &partials{terms: terms, cells: map[cell][]Partial{}, numbers: map[string]int32{}}
}

// group returns the number of a group.
func (p *partials) group(key string) int32 {
	number, known := p.numbers[key]
	if !known {
		number = int32(len(p.groups)) //nolint:gosec // a number of groups
		p.groups, p.numbers[key] = append(p.groups, key), number
	}
	return number
}

// at returns the terms of a cell, to merge into.
func (p *partials) at(c cell) []Partial {
	terms, ok := p.cells[c]
	if !ok {
		if len(p.room) < p.terms {
			p.room = make([]Partial, p.terms*min(len(p.cells)+1, 1024))
		}
		terms, p.room = p.room[:p.terms:p.terms], p.room[p.terms:]
		p.cells[c] = terms
	}
	return terms
}

// dropEmpty drops the cells that have no rows, and tells by number which groups have any.
func (p *partials) dropEmpty() (present []bool) {
	present = make([]bool, len(p.groups))
	for c, terms := range p.cells {
		if empty(terms) {
			delete(p.cells, c)
		} else {
			present[c.group] = true
		}
	}
	return present
}

func empty(terms []Partial) bool {
	for i := range terms {
		if terms[i].N > 0 {
			return false
		}
	}
	return true
}
