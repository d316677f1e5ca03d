package analytics

import "math"

// SketchError is the relative error that a value taken from a Sketch has at most.
const SketchError = 0.01

// gamma is the ratio of neighbouring bins' bounds: (1 + error) / (1 - error), as in DDSketch
// (Masson, Rim, Lee 2019).
const gamma = (1 + SketchError) / (1 - SketchError)

// Sketch counts values by bin of a fixed logarithmic scale, so that sketches of disjoint rows merge
// exactly, in any order. Bin b > 0 holds the values in (gamma^(b-1+binOffset), gamma^(b+binOffset)],
// bin 0 those that are not positive. SQL bins values, see binSQL; Go only merges and reads.
type Sketch map[int32]int64

// binOffset keeps the bins of values from 0.001 up positive.
const binOffset = -346

// Merge returns a sketch with other's counts added; it may reuse s.
func (s Sketch) Merge(other Sketch) Sketch {
	if s == nil && len(other) > 0 {
		s = make(Sketch, len(other))
	}
	for bin, n := range other {
		s[bin] += n
	}
	return s
}

// binValue is the value that stands for a bin: at most SketchError off any value in it.
func binValue(bin int32) float64 {
	if bin <= 0 {
		return 0
	}
	return 2 * math.Pow(gamma, float64(bin+binOffset)) / (gamma + 1)
}
