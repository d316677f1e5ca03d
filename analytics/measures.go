package analytics

import (
	"math"
	"time"
)

// percentiles are the measures that take a fraction of the sorted values.
var percentiles = map[Measure]float64{Median: 0.5, P75: 0.75, P90: 0.9, P95: 0.95, P99: 0.99}

// wanted says what of the values of each term the measures need.
func wanted(measures []Measure, terms int) []aggregate {
	wants := make([]aggregate, terms)
	for _, measure := range measures {
		var want aggregate
		switch measure {
		case Sum, Average, Value:
			want = sums
		case Min, Max:
			want = extremes
		case StdDev:
			want = sums | squares | extremes
		default:
		}
		for i := range wants {
			wants[i] |= want
		}
	}
	return wants
}

// measurer turns what is known of cells into numbers.
type measurer struct {
	metric    *Metric
	kind      Kind
	measures  []Measure
	fractions []float64
	ranges    int
	known     *partials
	// none is what is known of a cell without data.
	none []Partial
	// room holds numbers that rows will point at.
	room []float64
	// counted tells for each term that it counts rows and has no value.
	counted []bool
	// totals are the rows in all groups of a Share, by bucket and the groups that are not its own;
	// wholes numbers these by the number of the group.
	totals map[cell]int64
	wholes []int32
	// bounds and now are what an average over time is over.
	bounds []time.Time
	now    time.Time
}

// newMeasurer takes the partials over. The kind is the metric's, or that of a custom query.
func newMeasurer(r *resolved, kind Kind, req *request, known *partials) *measurer {
	m := &measurer{
		metric: r.metric, kind: kind, bounds: req.bounds, now: req.now, measures: r.query.Measures, known: known,
		fractions: req.fractions, ranges: len(r.query.Edges) + 1,
	}
	for _, term := range req.terms {
		m.counted = append(m.counted, term.Value == "")
	}
	switch kind {
	case Nested:
		m.known = r.metric.nested(known, r.query.GroupBy, req.groupBy)
	case Share:
		m.addUp(r)
	default:
	}
	m.none = make([]Partial, m.known.terms)
	return m
}

// row writes the numbers of a cell, which may have no data, and returns how many rows or values are
// behind them.
func (m *measurer) row(c cell, numbers []Number) (sample int64) {
	terms, ok := m.known.cells[c]
	if !ok {
		terms = m.none
	}
	for i, measure := range m.measures {
		switch m.kind {
		case Rate:
			numbers[i].Value = m.rate(measure, terms[0].N, terms[1].N)
		case Share:
			numbers[i].Value = m.rate(measure, terms[0].N, m.totals[m.wholeOf(c)])
		case Net:
			numbers[i].Value = m.net(measure, terms)
		case Ratio:
			numbers[i].Value = m.ratio(measure, terms)
		case busyLevels, timeLevels:
			numbers[i].Value = m.level(measure, c.bucket, terms)
		default:
			numbers[i] = m.valued(measure, &terms[0])
		}
	}
	switch m.kind {
	case Share:
		return m.totals[m.wholeOf(c)]
	case Nested:
		return int64(terms[0].Sum)
	default:
		return terms[len(terms)-1].N
	}
}

// valued is a measure of a term's values.
func (m *measurer) valued(measure Measure, p *Partial) Number {
	switch measure {
	case Count:
		return Number{Value: m.number(float64(p.N))}
	case Sum:
		return Number{Value: m.scaled(p.Sum)}
	case Distribution:
		if p.shares == nil {
			return Number{Shares: make([]int64, m.ranges)}
		}
		return Number{Shares: p.shares}
	default:
	}
	if p.N == 0 {
		return Number{}
	}
	switch measure {
	case Average, Value:
		return Number{Value: m.scaled(p.Sum / float64(p.N))}
	case Min:
		return Number{Value: m.scaled(p.Min)}
	case Max:
		return Number{Value: m.scaled(p.Max)}
	case StdDev:
		return Number{Value: m.scaled(p.deviation())}
	default:
		return m.percentile(percentiles[measure], p)
	}
}

// percentile is exact where rows computed it, else it comes from the sketch.
func (m *measurer) percentile(fraction float64, p *Partial) Number {
	for i, known := range m.fractions {
		if known == fraction {
			return Number{Value: m.scaled(p.quantiles[i])}
		}
	}
	return Number{Value: m.scaled(p.Sketch.Quantile(fraction, p.Min, p.Max)), Approximate: true, Error: SketchError}
}

// deviation is the standard deviation of the population.
func (p *Partial) deviation() float64 {
	if p.Min == p.Max {
		return 0 // without the rounding of the difference below
	}
	mean := p.Sum / float64(p.N)
	return math.Sqrt(max(p.SumSq/float64(p.N)-mean*mean, 0))
}

// number keeps a number for a row to point at: thousands of them are one piece of memory each otherwise.
func (m *measurer) number(n float64) *float64 {
	if len(m.room) == 0 {
		m.room = make([]float64, 512)
	}
	kept := &m.room[0]
	m.room, *kept = m.room[1:], n
	return kept
}

// scaled is a stored number in the metric's unit.
func (m *measurer) scaled(stored float64) *float64 { return m.number(stored / m.metric.scale()) }

// scale is how much of what is stored makes one of the metric's unit: seconds are stored in
// milliseconds.
func (m *Metric) scale() float64 {
	if m.Unit == Seconds {
		return 1000
	}
	return 1
}

// ratio is the sum of the first term over the sum of the second.
func (m *measurer) ratio(measure Measure, terms []Partial) *float64 {
	if measure == Count {
		return m.number(float64(terms[1].N))
	}
	above, below := m.total(terms, 0), m.total(terms, 1)
	if below == 0 {
		return nil
	}
	return m.scaled(above / below)
}

// total is the sum of a term; of its rows, where it has no value.
func (m *measurer) total(terms []Partial, term int) float64 {
	if m.counted[term] {
		return float64(terms[term].N)
	}
	return terms[term].Sum
}
