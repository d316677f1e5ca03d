package api

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"engaged/engagement"
)

// query reads the parameters of a query and collects everything that is wrong with them.
type query struct {
	c     *call
	wrong []InvalidParameter
}

func queryOf(c *call) *query { return &query{c: c} }

// problem returns what is wrong with the parameters read so far, nil if nothing is.
func (q *query) problem() error {
	if len(q.wrong) == 0 {
		return nil
	}
	return invalidQuery(q.wrong)
}

func (q *query) refuse(name, reason string) {
	q.wrong = append(q.wrong, InvalidParameter{Field: name, Code: "query:invalid_value", Reason: reason})
}

// flag reads true or false; absent is false.
func (q *query) flag(name string) bool {
	switch q.c.Query(name) {
	case "", "false", "0":
		return false
	case "true", "1":
		return true
	}
	q.refuse(name, "must be true or false")
	return false
}

// limit reads a page size from 1 to most.
func (q *query) limit(name string, fallback, most int) int {
	text := q.c.Query(name)
	if text == "" {
		return fallback
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		q.refuse(name, "must be 1 to "+strconv.Itoa(most))
		return fallback
	}
	return n
}

// values reads a list: the parameter may be repeated, and hold several values between commas.
func (q *query) values(name string) []string {
	var values []string
	for _, text := range q.c.QueryArray(name) {
		for value := range strings.SplitSeq(text, ",") {
			if value = strings.TrimSpace(value); value != "" {
				values = append(values, value)
			}
		}
	}
	if len(values) > 100 {
		q.refuse(name, "may list at most 100 values")
		return nil
	}
	return values
}

// oneOf reads one of the allowed values, the first of which holds where there is none.
func (q *query) oneOf(name string, allowed ...string) string {
	value := q.c.Query(name)
	if value == "" {
		return allowed[0]
	}
	if !slices.Contains(allowed, value) {
		q.refuse(name, "must be one of "+strings.Join(allowed, ", "))
	}
	return value
}

// instant reads RFC 3339 with a zone, or whole seconds since the epoch; nil where there is none.
func (q *query) instant(name string) *engagement.Instant {
	text := q.c.Query(name)
	if text == "" {
		return nil
	}
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		return q.inRange(name, time.Unix(seconds, 0))
	}
	// A plus sign that was not encoded arrives as a blank.
	t, err := time.Parse(time.RFC3339, strings.Replace(text, " ", "+", 1))
	if err != nil {
		q.refuse(name, "must be a time such as 2026-01-31T09:00:00Z, or seconds since 1970")
		return nil
	}
	return q.inRange(name, t)
}

// inRange refuses times that Postgres cannot hold.
func (q *query) inRange(name string, t time.Time) *engagement.Instant {
	if year := t.UTC().Year(); year < 1 || year > 9999 {
		q.refuse(name, "must lie in the years 1 to 9999")
		return nil
	}
	return new(engagement.At(t))
}

// age reads a duration: whole seconds, or a Go duration, with d for days.
func (q *query) age(name string) *time.Duration {
	text := q.c.Query(name)
	if text == "" {
		return nil
	}
	d, err := parseAge(text)
	if err != nil || d < 0 {
		q.refuse(name, "must be a duration such as 900, 15m, 2h or 14d")
		return nil
	}
	return &d
}

func parseAge(text string) (time.Duration, error) {
	if days, isDays := strings.CutSuffix(text, "d"); isDays {
		n, err := strconv.ParseUint(days, 10, 16)
		return time.Duration(n) * 24 * time.Hour, err
	}
	if seconds, err := strconv.ParseUint(text, 10, 32); err == nil {
		return time.Duration(seconds) * time.Second, nil
	}
	return time.ParseDuration(text)
}

// sortParameters puts them into an order that does not depend on chance.
func sortParameters(list []InvalidParameter) {
	slices.SortStableFunc(list, func(a, b InvalidParameter) int { return strings.Compare(a.Field, b.Field) })
}
