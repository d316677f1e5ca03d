package analytics

import "math"

// rate is a measure of a part of a whole; null where there is no whole.
func (m *measurer) rate(measure Measure, part, whole int64) *float64 {
	switch measure {
	case Count, Numerator:
		return m.number(float64(part))
	case Denominator:
		return m.number(float64(whole))
	default:
	}
	if whole == 0 {
		return nil
	}
	low, high := wilson(float64(part), float64(whole))
	switch measure {
	case ConfidenceLow:
		return m.number(low)
	case ConfidenceHigh:
		return m.number(high)
	default:
		return m.number(100 * float64(part) / float64(whole))
	}
}

// z95 is the two-sided 95 % quantile of the standard normal distribution.
const z95 = 1.959963984540054

// wilson bounds a percentage: Wilson's score interval (Wilson 1927) without continuity correction.
func wilson(part, whole float64) (low, high float64) {
	p, square := part/whole, z95*z95
	middle := (p + square/(2*whole)) / (1 + square/whole)
	half := z95 / (1 + square/whole) * math.Sqrt(p*(1-p)/whole+square/(4*whole*whole))
	low, high = 100*(middle-half), 100*(middle+half)
	// At its ends the interval touches them exactly, but for rounding.
	if part == 0 {
		low = 0
	}
	if part == whole {
		high = 100
	}
	return low, high
}

// net is 100 x (rows of the first term - rows of the second) / rows of the third.
func (m *measurer) net(measure Measure, terms []Partial) *float64 {
	whole := float64(terms[2].N)
	switch {
	case measure == Count:
		return m.number(whole)
	case whole == 0:
		return nil
	default:
		return m.number(100 * float64(terms[0].N-terms[1].N) / whole)
	}
}
