package analytics

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// scan is the part that all statements over rows have in common: which rows they read, and under which
// bucket and groups each row counts.
type scan struct {
	conditions
	// from is the table with what it is joined with.
	from string
	// bucket is the SQL of the bucket's index; groups that of each value to group by.
	bucket string
	groups []string
	// part is the format of the part of a value that counts in its bucket; empty: all of it does.
	part string
}

// scan says which rows answer the request: those of the stretches, of all its buckets if they are nil.
func (r *request) scan(stretches []stretch) *scan {
	s := &scan{from: r.record.Table, bucket: "0"}
	s.add("organization_id = ?", r.organization)
	switch {
	case stretches != nil:
		s.inStretches(r.record.Time, stretches)
	case len(r.bounds) == 0:
	case r.attribution == Prorated:
		s.overBuckets(r.record, r.bounds)
	case r.attribution == AtStart:
		s.inBuckets("("+r.record.Start+")", r.bounds)
		// Nothing ends before it starts: partitions before the period need not be looked at.
		s.add(r.record.Time+" >= ?", r.bounds[0])
	default:
		s.inBuckets(r.record.Time, r.bounds)
	}
	s.keep(r)
	s.groupBy(r)
	if r.derive != nil {
		r.derive(s, r)
	}
	return s
}

// inBuckets keeps the rows with an instant within the bounds.
func (s *scan) inBuckets(instant string, bounds []time.Time) {
	s.add(instant+" >= ? AND "+instant+" < ?", bounds[0], bounds[len(bounds)-1])
	if len(bounds) > 2 {
		s.bucket = fmt.Sprintf("width_bucket(%s, %s::timestamptz[]) - 1", instant, s.bind(bounds))
	}
}

// inStretches keeps the rows with an instant in one of the stretches, each of which is looked up in
// the index.
func (s *scan) inStretches(instant string, stretches []stretch) {
	var starts, ends []time.Time
	var buckets []int32
	for _, stretch := range stretches {
		starts, ends = append(starts, stretch.start), append(ends, stretch.end)
		buckets = append(buckets, int32(stretch.bucket)) //nolint:gosec // at most MaxBuckets
	}
	s.from = fmt.Sprintf("unnest(%s::timestamptz[], %s::timestamptz[], %s::int[]) AS stretch (stretch_start, stretch_end, stretch_bucket)\nJOIN %s ON %s >= stretch_start AND %[5]s < stretch_end",
		s.bind(starts), s.bind(ends), s.bind(buckets), s.from, instant)
	s.bucket = "stretch_bucket"
}

// overBuckets makes a row for each bucket that a row of the record lasts into, with its part there. A
// row without length lies in the bucket of its instant.
func (s *scan) overBuckets(record *Record, bounds []time.Time) {
	marks := s.bind(bounds)
	s.from += fmt.Sprintf(`
JOIN LATERAL (
    SELECT number - 1 AS part_bucket, greatest(%[1]s, (%[3]s::timestamptz[])[number]) AS part_start, least(%[2]s, (%[3]s::timestamptz[])[number + 1]) AS part_end
    FROM generate_series(greatest(width_bucket(%[1]s, %[3]s::timestamptz[]), 1), least(width_bucket(%[2]s, %[3]s::timestamptz[]), %[4]d)) AS number
) AS part ON part_start < part_end OR %[1]s = %[2]s`, record.Start, record.Time, marks, len(bounds)-1)
	s.add(record.Time+" >= ? AND "+record.Start+" < ?", bounds[0], bounds[len(bounds)-1])
	s.bucket = "part_bucket"
	// Divided first: a value that is the row's length is then multiplied by 1, without rounding.
	s.part = fmt.Sprintf("CASE WHEN %[1]s = %[2]s THEN %%[1]s ELSE %%[1]s / (extract(epoch FROM %[2]s - %[1]s) * 1000)::double precision * (extract(epoch FROM part_end - part_start) * 1000)::double precision END",
		record.Start, record.Time)
}

// keep adds what the request filters by.
func (s *scan) keep(r *request) {
	for _, f := range r.filters {
		a, _ := AttributeByID(f.Attribute) // resolve has found both
		sql, _ := r.record.attributeSQL(f.Attribute)
		s.filter(a, sql, f)
	}
	if r.conversations != nil {
		s.add(r.record.inConversations(), r.organization, r.conversations)
	}
	if r.leavesOutBots() {
		s.add(r.record.Humans)
	}
	if r.record.CanExpire && !r.includeExpired {
		s.add("NOT expired")
	}
}

// leavesOutBots tells that only rows of humans count: nobody has asked for a type of agent.
func (r *request) leavesOutBots() bool {
	return r.record.Humans != "" && !slices.Contains(r.groupBy, "agent_type") &&
		!slices.ContainsFunc(r.filters, func(f Filter) bool { return f.Attribute == "agent_type" })
}

// groupBy adds the values to group by. A row counts under each element of a set.
func (s *scan) groupBy(r *request) {
	for i, id := range r.groupBy {
		a, _ := AttributeByID(id) // resolve has found both
		sql, _ := r.record.attributeSQL(id)
		switch a.Type {
		case Set:
			s.from += fmt.Sprintf("\nLEFT JOIN LATERAL unnest(nullif(array_remove(%s, ''), '{}')) WITH ORDINALITY AS element_%d (group_%[2]d, place_%[2]d) ON true", sql, i)
			sql = fmt.Sprintf("group_%d", i)
		case Numeric:
			sql = "(" + sql + ")::text"
		case Enumerated, Identifier, Text, Flag:
		}
		s.groups = append(s.groups, sql)
	}
}

// keys are the columns that name a cell, and the clause that groups by those that vary.
func (s *scan) keys() (columns, grouping string) {
	columns = s.bucket
	var numbers []string
	if s.bucket != "0" {
		numbers = append(numbers, "1")
	}
	for i, group := range s.groups {
		columns += ", " + group
		numbers = append(numbers, fmt.Sprint(i+2))
	}
	if len(numbers) > 0 {
		grouping = "\nGROUP BY " + strings.Join(numbers, ", ")
	}
	return columns, grouping
}
