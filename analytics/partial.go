package analytics

// Partial is what is known of one term in one group and bucket. Partials of disjoint rows merge in
// any order.
type Partial struct {
	// N is the number of rows; of rows that have a value, where the term has one.
	N int64
	// Sum, SumSq, Min and Max are of the values; zero while N is.
	Sum, SumSq, Min, Max float64
	// Sketch holds the values' distribution; empty if it was not asked for.
	Sketch Sketch
	// shares counts the values between the edges of a Distribution; nil if it was not asked for.
	shares []int64
	// quantiles are exact percentiles for the request's fractions. They do not merge: they are asked
	// for only where one statement reads all rows.
	quantiles []float64
}

// Merge adds other's rows.
func (p *Partial) Merge(other Partial) {
	if other.N == 0 {
		return
	}
	p.mergeNumbers(&other)
	p.Sketch.Merge(other.Sketch)
	p.quantiles = other.quantiles
}

// mergeNumbers adds the numbers of other's rows, of which there is one at least, and leaves the rest.
func (p *Partial) mergeNumbers(other *Partial) {
	if p.N == 0 {
		p.Min, p.Max = other.Min, other.Max
	}
	p.Min, p.Max = min(p.Min, other.Min), max(p.Max, other.Max)
	p.N += other.N
	p.Sum += other.Sum
	p.SumSq += other.SumSq
}
