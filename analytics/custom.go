package analytics

import (
	"fmt"
	"strings"
	"time"
)

// customQuery is how a metric of the kind Custom is computed: like the metrics of another kind, from
// rows that SQL of its own derives from those of the record.
type customQuery struct {
	// kind is the kind that says how numbers come from terms; levels is one more.
	kind Kind
	// terms are over the columns of the derived rows.
	terms []Term
	// record, where set, is read instead of the metric's.
	record *Record
	// derive turns the scan of the record's rows into one of derived rows.
	derive func(s *scan, r *request)
	// needsPeriod tells that the metric has no meaning for all time.
	needsPeriod bool
}

// customQueries has an entry for each metric of the kind Custom.
var customQueries = map[string]customQuery{
	"tickets_engaged":       {kind: Counted, terms: []Term{{}}, derive: legsOfTickets},
	"legs_per_ticket":       {kind: Valued, terms: []Term{{Value: "number"}}, derive: legsOfTickets},
	"offers_per_engagement": {kind: Valued, terms: []Term{{Value: "nullif(number, 0)"}}, derive: offersOfEngagements},
	"one_touch_rate":        {kind: Rate, terms: []Term{{Where: "counts"}, {}}, derive: solvedTickets},
	"repeat_contact_rate":   {kind: Rate, terms: []Term{{Where: "counts"}, {}}, derive: contacts},
	"concurrency":           {kind: busyLevels, terms: levelTerms, derive: agentLevels},
	"backlog":               {kind: timeLevels, terms: levelTerms, record: withWaiting(queueVisits), derive: queueLevels, needsPeriod: true},
}

// custom makes the request one of derived rows.
func (r *resolved) custom(req *request, now time.Time) (Kind, error) {
	c, ok := customQueries[r.metric.ID]
	if !ok {
		return "", fmt.Errorf("%s has no query", r.metric.ID)
	}
	if c.needsPeriod && len(r.bounds) == 0 {
		return "", invalid("period", "no_period", "%s is measured over a period; give one", r.metric.ID)
	}
	req.terms, req.derive = c.terms, c.derive
	req.sketch = make([]bool, len(c.terms))
	req.wants = wanted(r.query.Measures, len(c.terms))
	req.parameters, req.now = r.query.Parameters, now
	if c.record != nil {
		req.record = c.record
	}
	if c.kind == busyLevels || c.kind == timeLevels {
		req.wants, req.attribution = []aggregate{sums, sums, extremes, 0}, Prorated
	}
	return c.kind, nil
}

// rowsSQL are the rows of the scan with their keys, under names of their own, and further columns.
func (s *scan) rowsSQL(columns ...string) string {
	named := []string{s.bucket + " AS bucket"}
	for i, group := range s.groups {
		named = append(named, fmt.Sprintf("%s AS key_%d", group, i))
	}
	return fmt.Sprintf("SELECT %s\nFROM %s\nWHERE %s", strings.Join(append(named, columns...), ", "), s.from, s.sql())
}

// keyNames are the keys as rowsSQL names them, with further columns.
func (s *scan) keyNames(columns ...string) string {
	names := []string{"bucket"}
	for i := range s.groups {
		names = append(names, fmt.Sprintf("key_%d", i))
	}
	return strings.Join(append(names, columns...), ", ")
}

// over makes the scan one of what a statement returns, which has the keys as rowsSQL names them.
func (s *scan) over(sql string) {
	s.from, s.list, s.part = "("+sql+") AS derived", []string{"true"}, ""
	if s.bucket != "0" {
		s.bucket = "bucket"
	}
	for i := range s.groups {
		s.groups[i] = fmt.Sprintf("key_%d", i)
	}
}

// others is a subquery of the columns of a record's rows that count beside those of the scan, whatever
// their period, their bucket and the other filters.
func (s *scan) others(r *request, table, columns string) string {
	where := "organization_id = " + s.bind(r.organization)
	if r.leavesOutBots() {
		where += " AND " + r.record.Humans
	}
	if !r.includeExpired {
		where += " AND NOT expired"
	}
	return fmt.Sprintf("(SELECT %s FROM %s WHERE %s)", columns, table, where)
}
