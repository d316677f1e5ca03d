package dataset

import (
	"math"
	"math/rand/v2"
	"sort"
)

// weighted draws an index by weight.
type weighted struct{ sums []float64 }

func newWeighted(weights []float64) weighted {
	w := weighted{sums: make([]float64, len(weights))}
	sum := 0.0
	for i, weight := range weights {
		sum += weight
		w.sums[i] = sum
	}
	return w
}

func (w weighted) draw(r *rand.Rand) int {
	return sort.SearchFloat64s(w.sums, r.Float64()*w.sums[len(w.sums)-1])
}

// lognormal draws milliseconds from a lognormal distribution by its median in seconds.
func lognormal(r *rand.Rand, median, sigma float64) int64 {
	return int64(1000*median*math.Exp(sigma*r.NormFloat64())) + 1
}

// chance is true with a probability.
func chance(r *rand.Rand, p float64) bool { return r.Float64() < p }

// uniform draws milliseconds from least to most seconds.
func uniform(r *rand.Rand, least, most float64) int64 {
	return int64(1000 * (least + (most-least)*r.Float64()))
}
