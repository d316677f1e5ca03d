package api

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"time"

	"engaged/analytics"
	"engaged/models"
)

// queryReports is POST /v1/reports/query: one query or several named ones.
func (s *Server) queryReports(c *call) (any, error) {
	format, err := reportFormat(c.Request.Header.Get("Accept"))
	if err != nil {
		return nil, err
	}
	questions, several, err := s.readReports(c)
	if err != nil {
		return nil, err
	}
	if format == csvFormat && len(questions) > 1 {
		return nil, invalidReport(InvalidParameter{Field: "queries", Code: "report:one_query_only",
			Reason: "must hold one query for CSV; ask for application/json or application/x-ndjson"})
	}
	answers, err := s.askAll(c.ctx(), questions)
	if err != nil {
		return nil, err
	}
	l := newLabels()
	for _, a := range answers {
		a.want(l)
	}
	if err := l.look(c.ctx(), s.deps.Store, c.principal.organization); err != nil {
		return nil, err
	}
	// Whoever reads has gone away if a write fails; that is no failure of ours.
	_ = writeReports(c, format, answers, l, several)
	return reply{written: true}, nil
}

// readReports reads the queries of the body and gives each its share of the rows that one request
// may have.
func (s *Server) readReports(c *call) (questions []question, several bool, err error) {
	if kind := c.mediaType(); kind != "" && kind != "application/json" {
		return nil, false, unsupported(kind, "application/json")
	}
	body, err := c.body()
	if err != nil {
		return nil, false, err
	}
	zone := sync.OnceValues(func() (*time.Location, error) { return s.reportingZone(c) })
	questions, several, err = readQuestions(body, clock{now: s.now(), zone: zone})
	if err != nil {
		return nil, several, err
	}
	most := analytics.MaxRows / len(questions)
	for i := range questions {
		q := &questions[i]
		q.query.Organization = c.principal.organization
		switch {
		case q.query.Limit == 0:
			q.query.Limit = most
		case q.query.Limit > most:
			q.from.refuse("limit", "invalid_limit", "must be at most "+strconv.Itoa(most)+": the queries of a request share "+strconv.Itoa(analytics.MaxRows)+" rows")
			return nil, several, invalidReport(*q.from.wrong...)
		}
	}
	return questions, several, nil
}

// reportingZone is the zone for queries that name none: the organization's, else UTC.
func (s *Server) reportingZone(c *call) (*time.Location, error) {
	name, err := s.deps.Store.ReportingZone(c.ctx(), c.principal.organization)
	if errors.Is(err, models.ErrNotFound) {
		return time.UTC, nil
	}
	if err != nil {
		return nil, unavailable(err)
	}
	zone, err := analytics.LoadZone(name)
	if err != nil {
		// The settings check zones by their own rule; days of UTC are better than none.
		return time.UTC, nil //nolint:nilerr // not the caller's fault
	}
	return zone, nil
}

// askAll answers the questions in order. All are answered before anything is sent, so that a status
// says how it went.
func (s *Server) askAll(ctx context.Context, questions []question) ([]*report, error) {
	var answers []*report
	for _, q := range questions {
		a, err := s.ask(ctx, q)
		if err != nil {
			return nil, q.problem(err)
		}
		answers = append(answers, a)
	}
	return answers, nil
}

// problem says in the caller's terms why a question has no answer.
func (q question) problem(err error) error {
	var wrong *analytics.InvalidQuery
	if errors.As(err, &wrong) {
		// Parameters of the wire, which the query calls by other words.
		reason := strings.NewReplacer("least and most", "min and max", "least or most", "min or max", "least is greater than most", "min is greater than max").Replace(wrong.Reason)
		return invalidReport(InvalidParameter{Field: q.from.path(wrong.Field), Code: "report:" + wrong.Code, Reason: reason})
	}
	return askProblem(err)
}

// ask answers one question, and the same for the period that it is compared with.
func (s *Server) ask(ctx context.Context, q question) (*report, error) {
	a := &report{question: q}
	var err error
	if a.answer, err = s.deps.Analytics.Ask(ctx, q.query); err != nil {
		return nil, err
	}
	if q.compare == "" {
		return a, nil
	}
	return a, s.askBefore(ctx, a)
}

// askBefore finds the rows of the other period that belong to the answer's: by group, and by the
// number of the bucket. The order of the answer and its page mean nothing there, so all of them are
// read, in pages, and those that belong are kept.
func (s *Server) askBefore(ctx context.Context, a *report) error {
	q := a.query
	q.Period, q.OrderBy, q.Ascending, q.After, q.Limit = a.other, "", false, "", analytics.MaxRows
	wanted := make(map[rowKey]bool, len(a.answer.Rows))
	for _, row := range a.answer.Rows {
		wanted[keyOf(row, a.answer.Bounds)] = true
	}
	a.before = make(map[rowKey]analytics.Row, len(wanted))
	for {
		page, err := s.deps.Analytics.Ask(ctx, q)
		if err != nil {
			return err
		}
		for _, row := range page.Rows {
			if key := keyOf(row, page.Bounds); wanted[key] {
				a.before[key] = row
			}
		}
		if page.Next == "" {
			return nil
		}
		q.After = page.Next
	}
}
