package analytics

import (
	"encoding/binary"
	"math"
	"slices"
)

// A cell's stats begin with the format; then follows for each key that has rows, by ascending number:
// the distance to the number before, the rows, and of a term with values the value if there is one
// row, else least, greatest, sum and sum of squares. Its sketches hold for the same keys the number of
// values that are not positive; of the others the first bin, the distance of the last, and then the
// bins that are not empty: the distance to the one before, doubled, plus one if a count above one
// follows. All are unsigned varints.
const (
	countsFormat byte = 1
	valuesFormat byte = 2
)

// tally is what a term comes to under one key while its cell is being made.
type tally struct {
	n                       int64
	sum, sumSq, least, most float64
	// bins are those of the values, unordered; what is too much for it is in sketch.
	bins   []int32
	sketch Sketch
}

// maxTallyBins bounds what a tally holds before it counts it.
const maxTallyBins = 1024

// reset empties the tally and keeps its room.
func (t *tally) reset() { *t = tally{bins: t.bins[:0]} }

// add takes in a value and its bin.
func (t *tally) add(value float64, bin int32) {
	if t.n == 0 {
		t.least, t.most = value, value
	}
	t.n++
	t.sum += value
	t.sumSq += value * value
	t.least, t.most = min(t.least, value), max(t.most, value)
	if len(t.bins) == maxTallyBins {
		t.count()
	}
	t.bins = append(t.bins, bin)
}

// count moves the bins into the sketch.
func (t *tally) count() {
	slices.Sort(t.bins)
	if n := len(t.bins); n > 0 && t.bins[n-1] > 0 {
		t.sketch.cover(max(t.bins[0], 1), t.bins[n-1])
	}
	for _, bin := range t.bins {
		t.sketch.Add(bin, 1)
	}
	t.bins = t.bins[:0]
}

// appendStats appends the tally of a key that lies distance after the one before.
func (t *tally) appendStats(b []byte, distance int32, values bool) []byte {
	b = binary.AppendUvarint(b, uint64(distance)) //nolint:gosec // keys ascend
	b = binary.AppendUvarint(b, uint64(t.n))      //nolint:gosec // a count
	switch {
	case !values:
		return b
	case t.n == 1:
		return appendNumber(b, t.sum)
	default:
		b = appendNumber(appendNumber(b, t.least), t.most)
		return appendNumber(appendNumber(b, t.sum), t.sumSq)
	}
}

// appendSketch appends the distribution of the tally's values. It orders bins.
func (t *tally) appendSketch(b []byte) []byte {
	if t.sketch.N() > 0 {
		t.count()
		return t.appendCounted(b)
	}
	slices.Sort(t.bins)
	zero, _ := slices.BinarySearch(t.bins, 1)
	b = binary.AppendUvarint(b, uint64(zero)) //nolint:gosec // a length
	bins := t.bins[zero:]
	if len(bins) == 0 {
		return b
	}
	b = appendWindow(b, bins[0], bins[len(bins)-1])
	last := bins[0]
	for i := 0; i < len(bins); {
		n := i + 1
		for n < len(bins) && bins[n] == bins[i] {
			n++
		}
		b = appendBin(b, bins[i]-last, int64(n-i))
		last, i = bins[i], n
	}
	return b
}

// appendCounted appends a distribution that was counted already.
func (t *tally) appendCounted(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(t.sketch.zero)) //nolint:gosec // a count
	first := slices.IndexFunc(t.sketch.counts, func(n int64) bool { return n > 0 })
	if first < 0 {
		return b
	}
	end := len(t.sketch.counts)
	for t.sketch.counts[end-1] == 0 {
		end--
	}
	b = appendWindow(b, t.sketch.first+int32(first), t.sketch.first+int32(end)-1) //nolint:gosec // at most maxBin
	last := first
	for i := first; i < end; i++ {
		if n := t.sketch.counts[i]; n > 0 {
			b = appendBin(b, int32(i-last), n) //nolint:gosec // at most maxBin
			last = i
		}
	}
	return b
}

// appendWindow appends the first bin and the distance of the last.
func appendWindow(b []byte, first, last int32) []byte {
	b = binary.AppendUvarint(b, uint64(first))         //nolint:gosec // positive
	return binary.AppendUvarint(b, uint64(last-first)) //nolint:gosec // ascending
}

func appendBin(b []byte, distance int32, n int64) []byte {
	if n == 1 {
		return binary.AppendUvarint(b, uint64(distance)<<1) //nolint:gosec // ascending
	}
	b = binary.AppendUvarint(b, uint64(distance)<<1|1) //nolint:gosec // ascending
	return binary.AppendUvarint(b, uint64(n))          //nolint:gosec // a count
}

// maxWhole is up to where whole numbers are written short: all of them are exact.
const maxWhole = 1 << 53

// appendNumber appends a whole number by its size, any other as it is.
func appendNumber(b []byte, value float64) []byte {
	if math.Abs(value) <= maxWhole && value == math.Trunc(value) && !(value == 0 && math.Signbit(value)) {
		n := int64(value)
		return binary.AppendUvarint(b, uint64(n<<1^n>>63)<<1) //nolint:gosec // zigzag
	}
	return binary.LittleEndian.AppendUint64(append(b, 1), math.Float64bits(value))
}

// binOf is the bin of a sketch in which a value lies, as binSQL has it.
func binOf(value float64) int32 {
	if value <= 0 {
		return 0
	}
	return int32(max(1, math.Ceil(math.Log(value)/logGamma)-binOffset))
}

var logGamma = math.Log(gamma)

// maxBin is the bin of the largest number.
const maxBin = 40_000
