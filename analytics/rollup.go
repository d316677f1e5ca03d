package analytics

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"
	"time"

	"engaged/models"
)

// The grains of rollup cells, in minutes. A day is one of the reporting zone, however long it is.
const (
	quarterGrain = 15
	dayGrain     = 1440
)

// rollupFormat counts the encodings of cells; cells of another one are made anew.
const rollupFormat = 1

// rollup is what is kept ready of a record.
type rollup struct {
	record *Record
	// sets are those of the record that can be kept: a row has one value for each of their attributes.
	sets []DimensionSet
	// terms are all that the record's metrics have with their default parameters. The first counts
	// all rows, so that every cell that has rows has an entry for it.
	terms []Term
	// places are the places of the terms by id.
	places map[string]int
	// version is a hash of all of this: cells of another version mean something else.
	version string
}

// rollups are kept for the records of the catalogue, by fact table.
var rollups = sync.OnceValue(func() map[string]*rollup {
	known := map[string]*rollup{}
	for _, record := range Records() {
		if len(record.Rollups) > 0 {
			known[record.Table] = newRollup(record, Metrics())
		}
	}
	return known
})

func newRollup(record *Record, metrics []*Metric) *rollup {
	p := &rollup{record: record, places: map[string]int{}}
	p.add(Term{})
	for _, m := range metrics {
		if m.Record != record.ID || !m.adds() {
			continue
		}
		for _, terms := range []func(Parameters) []Term{m.Terms, m.Business} {
			if terms != nil {
				p.add(terms(m.defaults())...)
			}
		}
	}
	for _, set := range record.Rollups {
		if !slices.ContainsFunc(set.Attributes, func(id string) bool { return !record.single(id) }) {
			p.sets = append(p.sets, set)
		}
	}
	p.version = p.hash()
	return p
}

func (p *rollup) add(terms ...Term) {
	for _, term := range terms {
		if _, known := p.places[term.id()]; !known {
			p.places[term.id()] = len(p.terms)
			p.terms = append(p.terms, term)
		}
	}
}

// hash changes with everything on which the meaning of a cell depends.
func (p *rollup) hash() string {
	h := sha256.New()
	r := p.record
	fmt.Fprintf(h, "%d %s %s %q %t\n", rollupFormat, r.Table, r.Time, r.Humans, r.CanExpire)
	for _, set := range p.sets {
		fmt.Fprintln(h, set.ID, set.DaysOnly)
		for _, id := range set.Attributes {
			sql, _ := r.attributeSQL(id)
			fmt.Fprintf(h, "%s %q\n", id, sql)
		}
	}
	for _, term := range p.terms {
		fmt.Fprintln(h, term.id())
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// id is the same for terms that mean the same.
func (t Term) id() string { return fmt.Sprintf("%q %q %v", t.Value, t.Where, t.Args) }

// adds tells that the metric is computed from terms that add up over disjoint rows, those that are
// kept: without expired legs.
func (m *Metric) adds() bool {
	return !m.IncludesExpired && slices.Contains([]Kind{Counted, Valued, Rate, Ratio, Net, Share, Nested}, m.Kind)
}

// defaults are the metric's parameters where the caller chose none.
func (m *Metric) defaults() Parameters {
	known := Parameters{}
	for _, p := range m.Parameters {
		known[p.ID], _ = p.check(nil) // a default is valid, as the catalogue's test holds
	}
	return known
}

// single tells that every row of the record has one text, perhaps empty, for the attribute.
func (r *Record) single(id string) bool {
	a, known := AttributeByID(id)
	_, has := r.attributeSQL(id)
	return known && has && a.Type != Set && a.Type != Numeric
}

// days cut time into the days of a zone.
type days struct{ zone *time.Location }

// around returns the day in which an instant lies: between the beginnings of two dates.
func (d days) around(at time.Time) (start, end time.Time) {
	today := dateOf(at.In(d.zone))
	start = today.begin(d.zone)
	for n := 1; ; n++ {
		// Where clocks are put back over midnight, the date that they show is not the latest that has
		// begun; a date that the zone skipped begins when the next one does.
		if end = (span{days: 1}).add(today, n).begin(d.zone); end.After(at) {
			return start, end
		}
		start = end
	}
}

// whole tells that a day consists of whole quarter hours: all do since zones have left local mean time.
func whole(start, end time.Time) bool { return onQuarter(start) && onQuarter(end) }

func onQuarter(t time.Time) bool { return t.Truncate(models.RollupCell).Equal(t) }
