package analytics

import (
	"slices"
	"time"
)

// board makes the cells of one dimension set at one instant and grain.
type board struct {
	set, grain int16
	start      time.Time
	terms      []Term
	// rows are the places of keys in tallies, by number; 0: the key has none yet.
	rows []int32
	// keys are the numbers of the keys that have tallies, in the order of these.
	keys    []int32
	tallies []tally
}

// add takes in a fact under a key.
func (b *board) add(key int32, f *factTerms) {
	for int(key) >= len(b.rows) {
		b.rows = append(b.rows, make([]int32, len(b.rows)+64)...)
	}
	if b.rows[key] == 0 {
		b.keys = append(b.keys, key)
		b.rows[key] = int32(len(b.keys)) //nolint:gosec // a number of keys
		if need := len(b.keys) * len(b.terms); need > len(b.tallies) {
			b.tallies = append(b.tallies, make([]tally, need)...)
		}
	}
	first := (int(b.rows[key]) - 1) * len(b.terms)
	tallies := b.tallies[first : first+len(b.terms)]
	for i := range tallies {
		switch {
		case !f.counts[i]:
		case b.terms[i].Value == "":
			tallies[i].n++
		default:
			tallies[i].add(f.values[i], f.bins[i])
		}
	}
}

// cellRow is a row of rollup_cells.
type cellRow struct {
	set, grain, term int16
	start            time.Time
	stats, sketches  []byte
}

// flush appends the rows of the board's cells and empties it.
func (b *board) flush(into []cellRow) []cellRow {
	slices.Sort(b.keys)
	for i, term := range b.terms {
		row := cellRow{set: b.set, grain: b.grain, term: int16(i), start: b.start} //nolint:gosec // a place in a list
		values := term.Value != ""
		format := countsFormat
		if values {
			format = valuesFormat
			row.sketches = []byte{}
		}
		row.stats = append(row.stats, format)
		last := int32(0)
		for _, key := range b.keys {
			t := &b.tallies[(int(b.rows[key])-1)*len(b.terms)+i]
			if t.n == 0 {
				continue
			}
			row.stats = t.appendStats(row.stats, key-last, values)
			if values {
				row.sketches = t.appendSketch(row.sketches)
			}
			last = key
		}
		if last > 0 {
			into = append(into, row)
		}
	}
	for i := range len(b.keys) * len(b.terms) {
		b.tallies[i].reset()
	}
	for _, key := range b.keys {
		b.rows[key] = 0
	}
	b.keys = b.keys[:0]
	return into
}
