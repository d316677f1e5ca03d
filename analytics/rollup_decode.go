package analytics

import (
	"encoding/binary"
	"errors"
	"math"
)

// errCell says that a cell is not what this program writes.
var errCell = errors.New("a rollup cell cannot be read")

// cellReader reads what the tallies of a cell were written as, key by key, without allocating.
type cellReader struct {
	stats, sketches []byte
	values          bool
	// key is the number of the key that was read last, partial what its term comes to.
	key     int32
	partial Partial
	err     error
}

// newCellReader reads a cell; sketches may be nil if nobody asks for them.
func newCellReader(stats, sketches []byte) cellReader {
	if len(stats) == 0 || stats[0] != countsFormat && stats[0] != valuesFormat {
		return cellReader{err: errCell}
	}
	return cellReader{stats: stats[1:], sketches: sketches, values: stats[0] == valuesFormat}
}

// next reads the next key; false at the end, or with err.
func (c *cellReader) next() bool {
	if len(c.stats) == 0 || c.err != nil {
		return false
	}
	distance := c.uvarint(&c.stats)
	n := c.uvarint(&c.stats)
	if distance == 0 || distance > math.MaxInt32-uint64(c.key) || n == 0 || n > maxWhole { //nolint:gosec // a key is positive
		c.err = errCell
	}
	if c.err != nil {
		return false
	}
	c.key += int32(distance) //nolint:gosec // checked
	p := &c.partial
	p.N = int64(n) //nolint:gosec // checked
	switch {
	case !c.values:
	case n == 1:
		p.Sum = c.number()
		p.SumSq, p.Min, p.Max = p.Sum*p.Sum, p.Sum, p.Sum
	default:
		p.Min, p.Max = c.number(), c.number()
		p.Sum, p.SumSq = c.number(), c.number()
	}
	return c.err == nil
}

// sketch adds the distribution of the key that was read last to a sketch, or passes over it if that
// is nil. It is called once for each key, in a cell that has sketches.
func (c *cellReader) sketch(into *Sketch) {
	left := uint64(c.partial.N) //nolint:gosec // a count
	zero := c.uvarint(&c.sketches)
	if zero > left {
		c.err = errCell
	}
	if into != nil && c.err == nil {
		into.zero += int64(zero) //nolint:gosec // checked
	}
	if left -= zero; left == 0 || c.err != nil {
		return
	}
	bin, width := c.uvarint(&c.sketches), c.uvarint(&c.sketches)
	if c.err != nil || bin == 0 || bin > maxBin || width > maxBin {
		c.err = errCell
		return
	}
	last := bin + width
	if into != nil {
		into.cover(int32(bin), int32(last)) //nolint:gosec // checked
	}
	for left > 0 {
		n := uint64(1)
		var step uint64
		if b := c.sketches; len(b) > 0 && b[0] < 0x80 { // nearly always
			step, c.sketches = uint64(b[0]), b[1:]
		} else {
			step = c.uvarint(&c.sketches)
		}
		if step&1 == 1 {
			n = c.uvarint(&c.sketches)
		}
		if step>>1 > last-bin || n == 0 || n > left || c.err != nil {
			c.err = errCell
			return
		}
		bin += step >> 1
		left -= n
		if into != nil {
			into.counts[int32(bin)-into.first] += int64(n) //nolint:gosec // checked
		}
	}
}

// number reads what appendNumber wrote.
func (c *cellReader) number() float64 {
	n := c.uvarint(&c.stats)
	if n&1 == 0 {
		n >>= 1
		return float64(int64(n>>1) ^ -int64(n&1)) //nolint:gosec // zigzag
	}
	if len(c.stats) < 8 {
		c.err = errCell
		return 0
	}
	value := math.Float64frombits(binary.LittleEndian.Uint64(c.stats))
	c.stats = c.stats[8:]
	return value
}

func (c *cellReader) uvarint(b *[]byte) uint64 {
	n, length := binary.Uvarint(*b)
	if length <= 0 {
		c.err = errCell
		return 0
	}
	*b = (*b)[length:]
	return n
}
