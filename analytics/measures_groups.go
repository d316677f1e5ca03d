package analytics

import "slices"

// nest makes the rows of each inner group one value of its outer group. Rows that have none of the
// metric's own attributes are in no group.
func (m *measurer) nest(outer, inner []string) {
	nested := newPartials(1)
	for c, terms := range m.cells {
		values := groupValues(c.group, len(inner))
		known := true
		for i, id := range inner {
			known = known && (values[i] != nil || !slices.Contains(m.metric.Groups, id))
		}
		if known {
			n := float64(terms[0].N)
			c.group = groupKey(values[:len(outer)])
			nested.at(c)[0].Merge(Partial{N: 1, Sum: n, SumSq: n * n, Min: n, Max: n})
		}
	}
	m.cells = nested.cells
}

// addUp counts the rows of a Share in all its groups.
func (m *measurer) addUp(r *resolved) {
	m.totals = map[cell]int64{}
	m.totalOf = func(c cell) cell {
		values := groupValues(c.group, len(r.query.GroupBy))
		for i, id := range r.query.GroupBy {
			if slices.Contains(r.metric.Groups, id) {
				values[i] = nil
			}
		}
		return cell{bucket: c.bucket, group: groupKey(values)}
	}
	for c, terms := range m.cells {
		m.totals[m.totalOf(c)] += terms[0].N
	}
}
