package measure

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"engaged/bench/internal/analytics/dataset"
	"engaged/bench/internal/analytics/question"
)

// cursor is what the rows of both databases have in common.
type cursor interface {
	Next() bool
	Scan(into ...any) error
	Err() error
}

// read takes the rows of a statement into an answer.
func read(q question.Question, rows cursor) (Answer, error) {
	zone, err := time.LoadLocation(q.Ask.Timezone)
	if err != nil {
		return nil, fmt.Errorf("loading zone %s: %w", q.Ask.Timezone, err)
	}
	answer := Answer{}
	bucket := sql.NullTime{}
	groups := make([]sql.NullString, len(q.Ask.GroupBy))
	values := make([]sql.NullFloat64, len(q.Ask.Measures))
	var into []any
	if q.Ask.Interval != "" {
		into = append(into, &bucket)
	}
	for i := range groups {
		into = append(into, &groups[i])
	}
	for i := range values {
		into = append(into, &values[i])
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, fmt.Errorf("reading a row: %w", err)
		}
		var parts []string
		if q.Ask.Interval != "" {
			parts = append(parts, strconv.FormatInt(instant(q, bucket.Time, zone).Unix(), 10))
		}
		for _, g := range groups {
			if g.Valid && g.String != "" {
				parts = append(parts, g.String)
			} else {
				parts = append(parts, none)
			}
		}
		answer[key(parts)] = numbers(values)
	}
	return answer, rows.Err()
}

func numbers(values []sql.NullFloat64) []*float64 {
	all := make([]*float64, len(values))
	for i, v := range values {
		if v.Valid {
			all[i] = &v.Float64
		}
	}
	return all
}

// instant is where a bucket begins, not before the period: that of a week or month may lie before it. Days,
// weeks and months come by the wall clock.
func instant(q question.Question, at time.Time, zone *time.Location) time.Time {
	switch q.Ask.Interval {
	case "day", "week", "month":
		at = time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), 0, 0, zone)
	}
	if at.Before(q.Ask.Period.Start) {
		return q.Ask.Period.Start
	}
	return at
}

// Side is a peer's part of a question.
type Side struct {
	// Milliseconds is the median of the repetitions.
	Milliseconds float64 `json:"ms"`
	// Repetitions is how often it was asked, after one to warm up if there was time for it.
	Repetitions int `json:"repetitions"`
	// Failed says why there is no answer.
	Failed string `json:"failed,omitempty"`
}

// Plain asks a question as SQL on the fact tables.
type Plain struct {
	// Pool is of the same Postgres.
	Pool *pgxpool.Pool
	// Timeout bounds one statement.
	Timeout time.Duration
}

// once runs the statement and returns how long it took until the last row was read.
func (p Plain) once(ctx context.Context, q question.Question) (answer Answer, took time.Duration, err error) {
	err = pgx.BeginTxFunc(ctx, p.Pool, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, fmt.Sprintf("SET LOCAL statement_timeout = %d", p.Timeout.Milliseconds())); err != nil {
			return err
		}
		begun := time.Now()
		rows, err := tx.Query(ctx, q.SQL(question.Postgres), dataset.Main, q.Ask.Period.Start, q.Ask.Period.End)
		if err != nil {
			return err
		}
		defer rows.Close()
		answer, err = read(q, rows)
		took = time.Since(begun)
		return err
	})
	return answer, took, err
}

// Peer asks the same of DuckDB.
type Peer struct {
	// DB is its database.
	DB *sql.DB
	// Timeout bounds one statement.
	Timeout time.Duration
}

func (p Peer) once(ctx context.Context, q question.Question) (Answer, time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, p.Timeout)
	defer cancel()
	begun := time.Now()
	rows, err := p.DB.QueryContext(ctx, q.SQL(question.DuckDB), dataset.Main, q.Ask.Period.Start.UTC(), q.Ask.Period.End.UTC())
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	answer, err := read(q, rows)
	return answer, time.Since(begun), errors.Join(err, rows.Err())
}
