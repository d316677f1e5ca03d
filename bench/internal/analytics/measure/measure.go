package measure

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/jackc/pgx/v5/pgxpool"

	"engaged/bench/internal/analytics/question"
)

// Effort says how often a question is asked.
type Effort struct {
	// Least and Most are repetitions of our API; Time ends them in between.
	Least, Most int
	Time        time.Duration
	// Peers are repetitions of a peer, PeerTime ends them after the first.
	Peers    int
	PeerTime time.Duration
}

// Result is one question's.
type Result struct {
	// Name is the question's, Rows and Yearly are what it is.
	Name   string `json:"name"`
	Rows   bool   `json:"needs_rows"`
	Yearly bool   `json:"a_year_by_day"`
	// Source and Reason are the plan of our answer.
	Source string `json:"source"`
	Reason string `json:"reason"`
	// Cells and Bytes are the size of our answer.
	Cells int `json:"cells"`
	Bytes int `json:"bytes"`
	// P50 and P95 are of our API, in milliseconds, over Repetitions.
	P50         float64 `json:"p50_ms"`
	P95         float64 `json:"p95_ms"`
	Repetitions int     `json:"repetitions"`
	// InPostgres is the time that Postgres spent on one of our answers, planning and executing, by its own
	// statistics, in milliseconds; a mean. Statements is how many statements that were.
	InPostgres float64 `json:"in_postgres_ms"`
	Statements float64 `json:"statements"`
	// Failed says why our API gave no answer, FailedCode is the problem's.
	Failed     string `json:"failed,omitempty"`
	FailedCode string `json:"failed_code,omitempty"`
	// Plain is SQL on the fact tables, Peer the same in DuckDB.
	Plain Side `json:"plain_sql"`
	Peer  Side `json:"duckdb"`
	// Wrong are the first differences of our answer from the peers'; Compared are the peers that answered.
	Wrong    []string `json:"wrong,omitempty"`
	Compared int      `json:"compared"`
}

// Bench is what questions are asked of.
type Bench struct {
	Client *Client
	Plain  Plain
	Peer   Peer
	Effort Effort
	// Profile, where set, is a directory for what Postgres spent its time on, a file for each question.
	Profile string
}

// Run asks one question of all three and compares the answers.
func (b *Bench) Run(ctx context.Context, q question.Question) (Result, error) {
	r := Result{Name: q.Name, Rows: q.Rows, Yearly: q.Yearly}
	ours, err := b.ours(ctx, q, &r)
	if err != nil {
		return r, err
	}
	for _, peer := range []struct {
		name string
		side *Side
		once func(context.Context, question.Question) (Answer, time.Duration, error)
	}{{"plain SQL", &r.Plain, b.Plain.once}, {"DuckDB", &r.Peer, b.Peer.once}} {
		theirs := b.side(ctx, q, peer.side, peer.once)
		if ctx.Err() != nil {
			return r, ctx.Err()
		}
		if theirs == nil || r.Failed != "" {
			continue
		}
		r.Compared++
		for _, wrong := range Differences(q, ours, theirs) {
			if len(r.Wrong) < 5 {
				r.Wrong = append(r.Wrong, peer.name+": "+wrong)
			}
		}
	}
	return r, nil
}

// ours asks our API until it is enough.
func (b *Bench) ours(ctx context.Context, q question.Question, r *Result) (Answer, error) {
	body, err := encode(q.Ask, true)
	if err != nil {
		return nil, fmt.Errorf("encoding %s: %w", q.Name, err)
	}
	text, took, err := b.Client.post(ctx, body)
	if r.refused(err, took) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	answer, reply, err := decode(q, text)
	if err != nil {
		return nil, err
	}
	r.Source, r.Reason, r.Cells = reply.Plan.Source, reply.Plan.Reason, len(answer)
	if body, err = encode(q.Ask, false); err != nil {
		return nil, fmt.Errorf("encoding %s: %w", q.Name, err)
	}
	return answer, b.repeat(ctx, body, r)
}

// refused notes that our API did not answer but said why, in the first request or in a later one: a
// question that takes about as long as it may is answered now and refused then.
func (r *Result) refused(err error, took time.Duration) bool {
	var problem *Problem
	if !errors.As(err, &problem) {
		return false
	}
	r.Failed, r.FailedCode, r.P50, r.P95, r.Repetitions = problem.Error(), problem.Code, ms(took), ms(took), 1
	return true
}

// repeat takes the latencies, one request after the other.
func (b *Bench) repeat(ctx context.Context, body []byte, r *Result) error {
	for range 3 { // plans of prepared statements, caches
		text, took, err := b.Client.post(ctx, body)
		if r.refused(err, took) {
			return nil
		}
		if err != nil {
			return err
		}
		r.Bytes = len(text)
		if took > b.Effort.Time/10 {
			break
		}
	}
	if err := forget(ctx, b.Plain.Pool); err != nil {
		return err
	}
	latencies := hdrhistogram.New(1, time.Hour.Microseconds(), 4)
	begun := time.Now()
	for n := range b.Effort.Most {
		if n >= b.Effort.Least && time.Since(begun) > b.Effort.Time {
			break
		}
		_, took, err := b.Client.post(ctx, body)
		if r.refused(err, took) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := latencies.RecordValue(max(1, took.Microseconds())); err != nil {
			return fmt.Errorf("keeping a latency of %s: %w", took, err)
		}
		r.Repetitions++
	}
	r.P50 = float64(latencies.ValueAtQuantile(50)) / 1000
	r.P95 = float64(latencies.ValueAtQuantile(95)) / 1000
	return b.statements(ctx, r)
}

func forget(ctx context.Context, pool *pgxpool.Pool) error {
	if _, err := pool.Exec(ctx, "SELECT pg_stat_statements_reset()"); err != nil {
		return fmt.Errorf("resetting the statistics of statements: %w", err)
	}
	return nil
}

const spentSQL = `
SELECT coalesce(sum(total_exec_time + total_plan_time), 0), coalesce(sum(calls), 0)::float8 FROM pg_stat_statements
WHERE query NOT LIKE '%pg_stat_statements%'`

func (b *Bench) statements(ctx context.Context, r *Result) error {
	if err := b.Plain.Pool.QueryRow(ctx, spentSQL).Scan(&r.InPostgres, &r.Statements); err != nil {
		return fmt.Errorf("reading the statistics of statements: %w", err)
	}
	r.InPostgres /= float64(r.Repetitions)
	r.Statements /= float64(r.Repetitions)
	if b.Profile == "" {
		return nil
	}
	return profile(ctx, b.Plain.Pool, b.Profile, r.Name)
}

// side asks a peer a few times.
func (b *Bench) side(ctx context.Context, q question.Question, s *Side, once func(context.Context, question.Question) (Answer, time.Duration, error)) Answer {
	answer, first, err := once(ctx, q)
	if err != nil {
		s.Failed = err.Error()
		return nil
	}
	times := []time.Duration{first}
	spent := first
	for len(times) <= b.Effort.Peers && spent < b.Effort.PeerTime {
		_, took, err := once(ctx, q)
		if err != nil {
			s.Failed = err.Error()
			return nil
		}
		times = append(times, took)
		spent += took
	}
	if len(times) > 1 {
		times = times[1:] // the first warmed up
	}
	slices.Sort(times)
	s.Milliseconds, s.Repetitions = ms(times[len(times)/2]), len(times)
	return answer
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
