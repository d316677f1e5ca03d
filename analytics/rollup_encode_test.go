package analytics

import (
	"maps"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// drawValues draws what a term has under some keys.
func drawValues(t *rapid.T) map[int32][]float64 {
	value := rapid.OneOf(
		rapid.Map(rapid.IntRange(-5, 100), func(i int) float64 { return float64(i) }),
		rapid.Map(rapid.Int64Range(0, 1<<50), func(i int64) float64 { return float64(i) }),
		rapid.Float64Range(-1e300, 1e300), rapid.Just(math.Copysign(0, -1)),
	)
	return rapid.MapOfN(rapid.Int32Range(1, math.MaxInt32), rapid.OneOf(
		rapid.SliceOfN(value, 1, 3), rapid.SliceOfN(value, 1, 40),
		rapid.Map(value, func(v float64) []float64 { return slices.Repeat([]float64{v, 3}, maxTallyBins) }),
	), 0, 6).Draw(t, "values")
}

// What is read from a cell is what was taken in, key by key.
func TestCellsReadAsWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		values := drawValues(t)
		stats, sketches := []byte{valuesFormat}, []byte{}
		var last int32
		for _, key := range slices.Sorted(maps.Keys(values)) {
			var made tally
			for _, v := range values[key] {
				made.add(v, binOf(v))
			}
			stats = made.appendStats(stats, key-last, true)
			sketches = made.appendSketch(sketches)
			last = key
		}
		c := newCellReader(stats, sketches)
		for _, key := range slices.Sorted(maps.Keys(values)) {
			require.True(t, c.next())
			require.Equal(t, key, c.key)
			want := Partial{}
			for _, v := range values[key] {
				one := Partial{N: 1, Sum: v, SumSq: v * v, Min: v, Max: v}
				one.Sketch.Add(binOf(v), 1)
				want.Merge(one)
			}
			var sketch Sketch
			c.sketch(&sketch)
			require.NoError(t, c.err)
			require.Equal(t, want.Sketch.bins(), sketch.bins())
			want.Sketch = Sketch{}
			require.Equal(t, want, c.partial)
		}
		require.False(t, c.next())
		require.NoError(t, c.err)
		require.Empty(t, c.sketches)
	})
}

// bins are the counts of a sketch by bin.
func (s *Sketch) bins() map[int32]int64 {
	found := map[int32]int64{}
	for i, n := range s.counts {
		if n != 0 {
			found[s.first+int32(i)] = n
		}
	}
	if s.zero != 0 {
		found[0] = s.zero
	}
	return found
}

func TestCountsReadAsWritten(t *testing.T) {
	t.Parallel()
	stats := []byte{countsFormat}
	for _, n := range []int64{1, 300, 1 << 40} {
		stats = (&tally{n: n}).appendStats(stats, 7, false)
	}
	c := newCellReader(stats, nil)
	for i, n := range []int64{1, 300, 1 << 40} {
		require.True(t, c.next())
		require.Equal(t, int32(7*(i+1)), c.key)
		require.Equal(t, Partial{N: n}, c.partial)
	}
	require.False(t, c.next())
	require.NoError(t, c.err)
}

// Whatever bytes are read as a cell, they end, in values or in an error.
func FuzzCellReader(f *testing.F) {
	var one, two tally
	one.add(1, binOf(1))
	for i := range 10 {
		two.add(float64(i), binOf(float64(i)))
	}
	f.Add(two.appendStats(one.appendStats([]byte{valuesFormat}, 1, true), 2, true), two.appendSketch(one.appendSketch(nil)))
	f.Add(two.appendStats([]byte{countsFormat}, 1, false), []byte(nil))
	f.Add([]byte{}, []byte{1})
	f.Fuzz(func(t *testing.T, stats, sketches []byte) {
		c := newCellReader(stats, sketches)
		keys, last := 0, int32(0)
		for c.next() {
			require.Greater(t, c.key, last)
			require.Positive(t, c.partial.N)
			last = c.key
			if sketches == nil {
				continue
			}
			var s Sketch
			if c.sketch(&s); c.err == nil {
				require.Equal(t, c.partial.N, s.N())
			}
			if keys++; keys > len(stats) {
				t.Fatal("more keys than bytes")
			}
		}
	})
}

// Values lie in the bin whose bounds enclose them.
func TestBinsEncloseTheirValues(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.Float64Range(0.001, 1e15).Draw(t, "value")
		bin := binOf(value)
		require.InEpsilon(t, value, binValue(bin), SketchError*(1+1e-9))
		require.LessOrEqual(t, bin, binOf(value*gamma))
	})
	require.Zero(t, binOf(0))
	require.Zero(t, binOf(-1))
	require.Equal(t, int32(1), binOf(1e-300))
	require.LessOrEqual(t, binOf(math.MaxFloat64), int32(maxBin))
}

func TestDaysAround(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, at, start, end string }{
		{"UTC", "2026-11-21T05:00Z", "2026-11-21T00:00Z", "2026-11-22T00:00Z"},
		{"Europe/Copenhagen", "2025-10-26T12:00Z", "2025-10-25T22:00Z", "2025-10-26T23:00Z"},
		{"Asia/Kathmandu", "2025-10-26T18:15Z", "2025-10-26T18:15Z", "2025-10-27T18:15Z"},
		{"America/Sao_Paulo", "2018-11-04T03:00Z", "2018-11-04T03:00Z", "2018-11-05T02:00Z"},
		// The date of December 30 was skipped.
		{"Pacific/Apia", "2011-12-30T10:00Z", "2011-12-30T10:00Z", "2011-12-31T10:00Z"},
		// Clocks were put back from midnight to 23:00: the new date had begun before it showed again.
		{"America/Havana", "2026-11-01T05:30Z", "2026-11-01T04:00Z", "2026-11-02T05:00Z"},
	} {
		start, end := days{zoneOf(t, c.zone)}.around(instant(t, c.at))
		require.Equal(t, []time.Time{instant(t, c.start), instant(t, c.end)}, []time.Time{start, end}, c.zone)
	}
}
