package analytics

import (
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"engaged/models"
)

// rollupScan reads facts once for all dimension sets and terms: the database would have to repeat
// each row for each of them.
type rollupScan struct {
	rollup *rollup
	// sets are the columns of each set's attributes.
	sets [][]int
	// columns are those of the terms in a row: -1 for the first term, which counts rows.
	columns []int
	// sql takes the organization and the bounds as its first three arguments.
	sql  string
	args []any
}

func newRollupScan(p *rollup) *rollupScan {
	s := &rollupScan{rollup: p}
	c := &conditions{args: make([]any, 3)}
	selected := []string{p.record.Time}
	dimensions := map[string]int{}
	for _, set := range p.sets {
		var columns []int
		for _, id := range set.Attributes {
			if dimensions[id] == 0 {
				dimensions[id] = len(selected)
				sql, _ := p.record.attributeSQL(id)
				selected = append(selected, "coalesce(("+sql+")::text, '')")
			}
			columns = append(columns, dimensions[id])
		}
		s.sets = append(s.sets, columns)
	}
	for _, term := range p.terms {
		where := c.splice(term.Where, term.Args)
		switch {
		case term.Value == "" && where == "":
			s.columns = append(s.columns, -1)
			continue
		case term.Value == "":
			where = "(" + where + ") IS TRUE"
		case where == "":
			where = term.number()
		default:
			where = "CASE WHEN " + where + " THEN " + term.number() + " END"
		}
		s.columns = append(s.columns, len(selected))
		selected = append(selected, where)
	}
	if p.record.Humans != "" {
		c.add(p.record.Humans)
	}
	if p.record.CanExpire {
		c.add("NOT expired")
	}
	c.list = append(c.list, "organization_id = $1", p.record.Time+" >= $2", p.record.Time+" < $3")
	s.args = c.args
	s.sql = "SELECT " + strings.Join(selected, ", ") + " FROM " + p.record.Table + " WHERE " + c.sql() + " ORDER BY " + p.record.Time
	return s
}

// query returns the statement for the facts of an organization within [start, end) and its arguments.
func (s *rollupScan) query(organization string, start, end time.Time) (sql string, args []any) {
	args = slices.Clone(s.args)
	args[0], args[1], args[2] = organization, start, end
	// All columns in binary: times, numbers and flags are read where they lie.
	return s.sql, slices.Insert(args, 0, any(pgx.QueryResultFormats{pgx.BinaryFormatCode}))
}

// epoch is where Postgres counts its microseconds from.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// factCell is the quarter hour of a fact that was read.
func factCell(raw [][]byte) time.Time {
	microseconds := int64(binary.BigEndian.Uint64(raw[0])) //nolint:gosec // two's complement
	const length = int64(models.RollupCell / time.Microsecond)
	quarter := microseconds / length
	if microseconds%length < 0 {
		quarter--
	}
	return epoch.Add(time.Duration(quarter) * models.RollupCell)
}

// factTerms are what the terms have in a fact: whether it counts, and of terms with values which.
type factTerms struct {
	counts []bool
	values []float64
	bins   []int32
}

// read takes the terms from a row.
func (f *factTerms) read(s *rollupScan, raw [][]byte) {
	for i, column := range s.columns {
		switch {
		case column < 0:
			f.counts[i] = true
		case s.rollup.terms[i].Value == "":
			f.counts[i] = raw[column][0] == 1
		default:
			f.counts[i] = raw[column] != nil
			if f.counts[i] {
				f.values[i] = math.Float64frombits(binary.BigEndian.Uint64(raw[column]))
				f.bins[i] = binOf(f.values[i])
			}
		}
	}
}
