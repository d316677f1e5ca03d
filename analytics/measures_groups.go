package analytics

import "slices"

// nested makes the rows of each inner group one value of its outer group. Rows that have none of the
// metric's own attributes are in no group.
func (m *Metric) nested(known *partials, outer, inner []string) *partials {
	nested := newPartials(1)
	groups := make([]int32, len(known.groups))
	for number, key := range known.groups {
		values := groupValues(key, len(inner))
		groups[number] = nested.group(groupKey(values[:len(outer)]))
		for i, id := range inner {
			if values[i] == nil && slices.Contains(m.Groups, id) {
				groups[number] = -1
			}
		}
	}
	for c, terms := range known.cells {
		if group := groups[c.group]; group >= 0 && !empty(terms) {
			n := float64(terms[0].N)
			nested.at(cell{c.bucket, group})[0].Merge(Partial{N: 1, Sum: n, SumSq: n * n, Min: n, Max: n})
		}
	}
	return nested
}

// addUp counts the rows of a Share in all its groups, by the last term: see countOnce.
func (m *measurer) addUp(r *resolved) {
	wholes := newPartials(0)
	for _, key := range m.known.groups {
		values := groupValues(key, len(r.query.GroupBy))
		for i, id := range r.query.GroupBy {
			if slices.Contains(r.metric.Groups, id) {
				values[i] = nil
			}
		}
		m.wholes = append(m.wholes, wholes.group(groupKey(values)))
	}
	m.totals = map[cell]int64{}
	for c, terms := range m.known.cells {
		m.totals[m.wholeOf(c)] += terms[len(terms)-1].N
	}
}

// wholeOf is the cell of the whole of which a cell is a share.
func (m *measurer) wholeOf(c cell) cell { return cell{c.bucket, m.wholes[c.group]} }
