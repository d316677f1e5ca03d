package analytics

import (
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// maxCells is how many combinations of bucket and group a statement may make.
const maxCells = 4 * MaxRows

// queueRows has the batch read the rows of the stretches, of all the request's buckets if they are
// nil, into the partials. It returns the first statement.
func queueRows(batch *pgx.Batch, r *request, stretches []stretch, into *partials) (sql string) {
	if len(r.bounds) == 1 || stretches != nil && len(stretches) == 0 {
		return ""
	}
	s := r.scan(stretches)
	sql = s.aggregateSQL(r)
	batch.Queue(sql, s.args...).Query(func(rows pgx.Rows) error { return readAggregates(rows, r, into) })
	for i, term := range r.terms {
		if r.sketch[i] {
			s := r.scan(stretches)
			counts := s.histogramSQL(term, binSQL(term.number()))
			batch.Queue(counts, s.args...).Query(func(rows pgx.Rows) error {
				return readHistogram(rows, r, into, func(c cell, bin int32, n int64) { into.at(c)[i].Sketch.Add(bin, n) })
			})
		}
	}
	if r.edges != nil {
		s := r.scan(stretches)
		counts := s.histogramSQL(r.terms[0], fmt.Sprintf("width_bucket(%s, %s::double precision[])", r.terms[0].number(), s.bind(r.edges)))
		batch.Queue(counts, s.args...).Query(func(rows pgx.Rows) error {
			return readHistogram(rows, r, into, func(c cell, part int32, n int64) {
				p := &into.at(c)[0]
				if p.shares == nil {
					p.shares = make([]int64, len(r.edges)+1)
				}
				p.shares[part] += n
			})
		})
	}
	return sql
}

// aggregateSQL makes a row for each cell: its keys, and for each term what is wanted of it.
func (s *scan) aggregateSQL(r *request) string {
	keys, grouping := s.keys()
	columns := []string{keys}
	for i, term := range r.terms {
		where := s.splice(term.Where, term.Args)
		filter := ""
		switch {
		case where == "":
		case len(r.terms) == 1:
			s.add(where)
		default:
			filter = " FILTER (WHERE " + where + ")"
		}
		if term.Value == "" {
			columns = append(columns, "count(*)"+filter)
			continue
		}
		columns = append(columns, "count("+term.Value+")"+filter)
		columns = append(columns, s.valueSQL(term, r.wants[i], filter)...)
		if i == 0 && r.fractions != nil {
			columns = append(columns, fmt.Sprintf("percentile_cont(%s::double precision[]) WITHIN GROUP (ORDER BY %s)%s", s.bind(r.fractions), term.number(), filter))
		}
	}
	return fmt.Sprintf("SELECT %s\nFROM %s\nWHERE %s%s\nLIMIT %d", strings.Join(columns, ",\n    "), s.from, s.sql(), grouping, maxCells+1)
}

// valueSQL are the wanted aggregates of a term's values, in the order in which they are read.
func (s *scan) valueSQL(term Term, wants aggregate, filter string) []string {
	var columns []string
	number := term.number()
	if s.part != "" {
		number = fmt.Sprintf(s.part, number)
	}
	for _, column := range []struct {
		of  aggregate
		sql string
	}{
		{sums, "sum(" + number + ")"},
		{squares, "sum(" + number + " * " + number + ")"},
		{extremes, "min(" + number + ")"},
		{extremes, "max(" + number + ")"},
	} {
		if wants&column.of != 0 {
			columns = append(columns, "coalesce("+column.sql+filter+", 0)")
		}
	}
	return columns
}

// readAggregates reads rows of aggregateSQL.
func readAggregates(rows pgx.Rows, r *request, into *partials) error {
	c := newCells(len(r.groupBy))
	read := make([]Partial, len(r.terms))
	targets := c.targets
	for i, term := range r.terms {
		p := &read[i]
		targets = append(targets, &p.N)
		if term.Value == "" {
			continue
		}
		for _, column := range []struct {
			of     aggregate
			target *float64
		}{{sums, &p.Sum}, {squares, &p.SumSq}, {extremes, &p.Min}, {extremes, &p.Max}} {
			if r.wants[i]&column.of != 0 {
				targets = append(targets, column.target)
			}
		}
		if i == 0 && r.fractions != nil {
			targets = append(targets, &p.quantiles)
		}
	}
	_, err := pgx.ForEachRow(rows, targets, func() error {
		known := into.at(c.in(into))
		for i := range read {
			known[i].Merge(read[i])
			read[i].quantiles = nil
		}
		return into.check()
	})
	return err
}

// histogramSQL makes a row for each cell and value of bin: its keys, the bin and the number of values.
func (s *scan) histogramSQL(term Term, bin string) string {
	s.add(term.Value + " IS NOT NULL")
	if term.Where != "" {
		s.add(term.Where, term.Args...)
	}
	keys, grouping := s.keys()
	last := fmt.Sprint(len(s.groups) + 2)
	if grouping == "" {
		grouping = "\nGROUP BY " + last
	} else {
		grouping += ", " + last
	}
	return fmt.Sprintf("SELECT %s, %s, count(*)\nFROM %s\nWHERE %s%s\nLIMIT %d", keys, bin, s.from, s.sql(), grouping, maxBins+1)
}

// maxBins is how many combinations of bucket, group and bin a statement may make.
const maxBins = 10 * maxCells

// readHistogram reads rows of histogramSQL.
func readHistogram(rows pgx.Rows, r *request, into *partials, add func(c cell, bin int32, n int64)) error {
	c := newCells(len(r.groupBy))
	var bin int32
	var n, read int64
	_, err := pgx.ForEachRow(rows, append(c.targets, &bin, &n), func() error {
		if read++; read > maxBins {
			return tooManyGroups()
		}
		add(c.in(into), bin, n)
		return nil
	})
	return err
}
