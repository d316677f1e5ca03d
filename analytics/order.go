package analytics

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// sheet is the rows of an answer before they are cut into pages: each bucket has each group.
type sheet struct {
	query *Query
	// starts are where the buckets begin; one zero instant without an interval.
	starts []time.Time
	// lines are the groups in the order of the rows.
	lines []line
	// compare orders lines.
	compare func(a, b line) int
	// numbers makes the rows' numbers.
	numbers *measurer
}

// line is a group and the order's measure of it, where the query orders by one.
type line struct {
	// group is the group's key, known its number among what is known, values what the key joins.
	group  string
	known  int32
	values []*string
	number *float64
}

// newSheet lays out the cells: those that have data, and in each bucket those of the groups that have
// data in another one.
func newSheet(r *resolved, numbers *measurer) *sheet {
	s := &sheet{query: &r.query, starts: []time.Time{{}}, numbers: numbers}
	s.compare = s.comparison()
	if r.query.Interval != "" {
		s.starts = r.bounds[:len(r.bounds)-1]
	}
	known := numbers.known
	if len(r.query.GroupBy) == 0 {
		s.lines = []line{{known: known.group("")}}
		return s
	}
	ordering := slices.Index(r.query.Measures, Measure(r.query.OrderBy))
	for number, present := range known.dropEmpty() {
		if !present {
			continue
		}
		l := line{group: known.groups[number], known: int32(number)} //nolint:gosec // a number of groups
		l.values = groupValues(l.group, len(r.query.GroupBy))
		if ordering >= 0 {
			row := make([]Number, len(r.query.Measures))
			numbers.row(cell{group: l.known}, row)
			l.number = row[ordering].Value
		}
		s.lines = append(s.lines, l)
	}
	slices.SortFunc(s.lines, s.compare)
	return s
}

// comparison is the order that the query asks for; ties go by group.
func (s *sheet) comparison() func(a, b line) int {
	q := s.query
	if i := slices.Index(q.GroupBy, q.OrderBy); i >= 0 {
		attribute, _ := AttributeByID(q.OrderBy) // resolve has found it
		return func(a, b line) int {
			return cmp.Or(attribute.compare(a.values[i], b.values[i]), strings.Compare(a.group, b.group))
		}
	}
	return func(a, b line) int {
		return cmp.Or(byNumber(a.number, b.number, q.Ascending), strings.Compare(a.group, b.group))
	}
}

// byNumber compares two numbers; null comes last.
func byNumber(a, b *float64, ascending bool) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	case ascending:
		return cmp.Compare(*a, *b)
	default:
		return cmp.Compare(*b, *a)
	}
}

// compare compares two values of the attribute; none comes first.
func (a *Attribute) compare(x, y *string) int {
	switch {
	case x == nil && y == nil:
		return 0
	case x == nil:
		return -1
	case y == nil:
		return 1
	case a.Type == Numeric:
		m, _ := strconv.ParseFloat(*x, 64) // both come from a numeric column
		n, _ := strconv.ParseFloat(*y, 64)
		return cmp.Compare(m, n)
	default:
		return strings.Compare(*x, *y)
	}
}

// page returns the rows after a place, and the place of the last of them if there are more.
func (s *sheet) page(after *place) (rows []Row, last *place) {
	from := 0
	if after != nil {
		from = s.beyond(after)
	}
	end := min(from+s.query.Limit, len(s.starts)*len(s.lines))
	if from >= end {
		return nil, nil
	}
	rows = make([]Row, end-from)
	width := len(s.query.Measures)
	numbers := make([]Number, len(rows)*width)
	for i := range rows {
		bucket, place := (from+i)/len(s.lines), (from+i)%len(s.lines)
		l, values := &s.lines[place], numbers[i*width:(i+1)*width:(i+1)*width]
		sample := s.numbers.row(cell{int32(bucket), l.known}, values) //nolint:gosec // at most MaxBuckets
		rows[i] = Row{Bucket: s.starts[bucket], Group: l.values, Line: place, Values: values, SampleSize: sample}
	}
	if end < len(s.starts)*len(s.lines) {
		l := s.lines[(end-1)%len(s.lines)]
		last = &place{Bucket: s.starts[(end-1)/len(s.lines)].UnixMicro(), Group: l.group, Number: l.number}
	}
	return rows, last
}

// beyond is the index of the first row after a place, whose own row may be gone.
func (s *sheet) beyond(after *place) int {
	bucket, _ := slices.BinarySearchFunc(s.starts, after.Bucket, func(start time.Time, at int64) int {
		return cmp.Compare(start.UnixMicro(), at)
	})
	at, found := slices.BinarySearchFunc(s.lines, line{group: after.Group, values: groupValues(after.Group, len(s.query.GroupBy)), number: after.Number}, s.compare)
	if found {
		at++
	}
	return bucket*len(s.lines) + at
}
