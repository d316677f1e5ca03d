package analytics

import "math"

// SketchError is the relative error that a value taken from a Sketch has at most.
const SketchError = 0.01

// gamma is the ratio of neighbouring bins' bounds: (1 + error) / (1 - error), as in DDSketch
// (Masson, Rim, Lee 2019).
const gamma = (1 + SketchError) / (1 - SketchError)

// binOffset keeps the bins of values from 0.001 up positive.
const binOffset = -346

// Sketch counts values by bin of a fixed logarithmic scale, so that sketches of disjoint rows merge
// exactly, in any order. Bin b > 0 holds the values in (gamma^(b-1+binOffset), gamma^(b+binOffset)],
// bin 0 those that are not positive. SQL bins values, see binSQL; Go only merges and reads. The zero
// value is empty.
type Sketch struct {
	// zero counts bin 0, which lies far from the others.
	zero int64
	// counts are those of the bins from first on.
	first  int32
	counts []int64
}

// Add counts n more values in a bin.
func (s *Sketch) Add(bin int32, n int64) {
	if bin <= 0 {
		s.zero += n
		return
	}
	s.cover(bin, bin)
	s.counts[bin-s.first] += n
}

// Merge adds other's counts.
func (s *Sketch) Merge(other Sketch) {
	s.zero += other.zero
	if len(other.counts) == 0 {
		return
	}
	s.cover(other.first, other.first+int32(len(other.counts))-1)
	at := s.counts[other.first-s.first:]
	for i, n := range other.counts {
		at[i] += n
	}
}

// cover makes room for the bins from least to most.
func (s *Sketch) cover(least, most int32) {
	if len(s.counts) == 0 {
		s.first, s.counts = least, make([]int64, most-least+1)
		return
	}
	if last := s.first + int32(len(s.counts)) - 1; least < s.first || most > last {
		first := min(least, s.first)
		counts := make([]int64, max(most, last)-first+1)
		copy(counts[s.first-first:], s.counts)
		s.first, s.counts = first, counts
	}
}

// N is the number of values.
func (s *Sketch) N() int64 {
	n := s.zero
	for _, count := range s.counts {
		n += count
	}
	return n
}

// Quantile estimates what percentile_cont takes from the values: it interpolates between the two
// around rank fraction x (n - 1). least and most are the smallest and the largest value, which are
// known exactly. It needs at least one value.
func (s *Sketch) Quantile(fraction, least, most float64) float64 {
	last := s.N() - 1
	rank := fraction * float64(last)
	below := int64(math.Floor(rank))
	at := func(k int64) float64 {
		switch {
		case k <= 0:
			return least
		case k >= last:
			return most
		default:
			return min(max(s.value(k), least), most)
		}
	}
	low, part := at(below), rank-float64(below)
	if part == 0 {
		return low
	}
	return low + part*(at(below+1)-low)
}

// value is the value that stands for the bin in which the k-th value lies, counted from 0.
func (s *Sketch) value(k int64) float64 {
	if k -= s.zero; k < 0 {
		return 0
	}
	for i, n := range s.counts {
		if k -= n; k < 0 {
			return binValue(s.first + int32(i))
		}
	}
	return math.Inf(1)
}

// binValue is the value that stands for a bin: at most SketchError off any value in it.
func binValue(bin int32) float64 {
	if bin <= 0 {
		return 0
	}
	return 2 * math.Pow(gamma, float64(bin+binOffset)) / (gamma + 1)
}
