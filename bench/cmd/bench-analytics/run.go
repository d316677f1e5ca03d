package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"engaged/bench/internal/analytics/dataset"
	"engaged/bench/internal/analytics/duck"
	"engaged/bench/internal/analytics/measure"
	"engaged/bench/internal/analytics/question"
	"engaged/bench/internal/analytics/report"
	"engaged/bench/internal/progress"
	machine "engaged/bench/internal/report"
	"engaged/bench/internal/stack"
)

// runCommand is the benchmark itself.
type runCommand struct {
	Rows      int64         `default:"1000000" placeholder:"N" help:"Engagements in the data set; offers, waits, visits, ratings and closings come with them. Default 1000000."`
	Seed      uint64        `default:"1" placeholder:"N" help:"Seed of the data set. Default 1."`
	Keep      string        `placeholder:"DIR" help:"Keep the loaded data set in DIR and use it again if it is there. By default it is temporary."`
	Questions []string      `placeholder:"TEXT,..." help:"Ask only questions whose name contains one of these."`
	Effort    time.Duration `default:"4s" placeholder:"TIME" help:"How long each question is repeated, between 5 and 400 times. Default 4s."`
	Timeout   time.Duration `default:"60s" placeholder:"TIME" help:"When plain SQL and DuckDB are ended. Default 60s."`
	LoadOnly  bool          `help:"Load, and ask nothing."`
	Against   string        `placeholder:"FILE" help:"JSON result of a run over fewer rows: by how much the latencies have grown since."`
	JSON      string        `name:"json" placeholder:"FILE" help:"Write the result as JSON to FILE too."`
	Markdown  string        `placeholder:"FILE" help:"Write the tables for docs/performance.md to FILE too."`
	Profile   string        `placeholder:"DIR" help:"Write into DIR, for each question, which statements took Postgres's time."`
}

// postgresSettings are for 24 GiB and two cores.
var postgresSettings = []string{
	"shared_buffers=4GB", "effective_cache_size=14GB", "work_mem=64MB", "maintenance_work_mem=512MB",
	"max_wal_size=8GB", "checkpoint_timeout=30min", "random_page_cost=1.1", "effective_io_concurrency=64",
	"max_parallel_workers_per_gather=2", "max_parallel_maintenance_workers=0", "track_io_timing=off",
}

// Run loads the data set, asks the questions and reports.
func (r *runCommand) Run(ctx context.Context) error {
	started := time.Now()
	result := &report.Report{
		Command: r.command(), Date: started, Machine: machine.Here(),
		Settings: append([]string{"fsync=off", "wal_level=minimal"}, postgresSettings...), DuckDB: duck.Settings,
	}
	var before *report.Report
	if r.Against != "" {
		var err error
		if before, err = report.Read(r.Against); err != nil {
			return err
		}
	}
	s, err := stack.StartAlone(ctx, stack.Alone{Dir: r.Keep, Settings: postgresSettings})
	if err != nil {
		return err
	}
	defer s.Stop()
	pool, err := pgxpool.New(ctx, s.DatabaseURL()+"&pool_max_conns=20&timezone=UTC")
	if err != nil {
		return fmt.Errorf("opening the engine's database: %w", err)
	}
	defer pool.Close()
	if err := pool.QueryRow(ctx, "SHOW server_version").Scan(&result.Machine.Postgres); err != nil {
		return fmt.Errorf("asking for the version of Postgres: %w", err)
	}
	peer, err := duck.Open(ctx, s.File("facts.duckdb"))
	if err != nil {
		return err
	}
	defer peer.Close()
	result.DuckDBVersion = peer.Version
	if result.Data, err = r.data(ctx, s, pool, peer); err != nil {
		return err
	}
	var failed error
	if !r.LoadOnly {
		// What has been measured is worth showing even if a later question fails.
		failed = r.ask(ctx, s, pool, peer, result)
	}
	result.Took = time.Since(started).Seconds()
	if before != nil {
		result.Since(before)
	}
	result.Compare()
	if err := result.WriteText(os.Stdout); err != nil {
		return err
	}
	for _, file := range []struct {
		path  string
		write func(string) error
	}{{r.JSON, result.WriteJSON}, {r.Markdown, result.WriteMarkdown}} {
		if file.path == "" {
			continue
		}
		if err := file.write(file.path); err != nil {
			return err
		}
	}
	return failed
}

// command is what to type for the same measurement; where files are kept does not matter.
func (r *runCommand) command() string {
	arguments := fmt.Sprintf("--seed %d --effort %s --timeout %s", r.Seed, r.Effort, r.Timeout)
	if len(r.Questions) > 0 {
		arguments += fmt.Sprintf(" --questions '%s'", strings.Join(r.Questions, ","))
	}
	return fmt.Sprintf("make bench-analytics ROWS=%d ARGS=%q", r.Rows, arguments)
}

// ask starts the API and asks it the questions.
func (r *runCommand) ask(ctx context.Context, s *stack.Stack, pool *pgxpool.Pool, peer *duck.Database, result *report.Report) error {
	questions, err := r.chosen(ctx, pool, result.Data.End)
	if err != nil {
		return err
	}
	nothing, err := question.Nothing(result.Data.End)
	if err != nil {
		return err
	}
	api, err := s.StartAPI(ctx, dataset.Main)
	if err != nil {
		return err
	}
	defer api.Stop()
	bench := &measure.Bench{
		Client: &measure.Client{URL: "http://" + api.Address, Key: stack.Key},
		Plain:  measure.Plain{Pool: pool, Timeout: r.Timeout}, Peer: measure.Peer{DB: peer.DB, Timeout: r.Timeout},
		Effort:  measure.Effort{Least: 5, Most: 400, Time: r.Effort, Peers: 3, PeerTime: 3 * r.Effort},
		Profile: r.Profile,
	}
	bar := progress.Start("asking", "questions", len(questions)+1)
	defer bar.Done()
	if result.Nothing, err = bench.Run(ctx, nothing); err != nil {
		return err
	}
	bar.Add(1)
	for _, q := range questions {
		bar.Say(q.Name)
		answer, err := bench.Run(ctx, q)
		if err != nil {
			return fmt.Errorf("%s: %w", q.Name, err)
		}
		result.Questions = append(result.Questions, answer)
		bar.Add(1)
	}
	return nil
}

// chosen are the questions that are wanted.
func (r *runCommand) chosen(ctx context.Context, pool *pgxpool.Pool, end time.Time) ([]question.Question, error) {
	var ticket, requester string
	// A ticket with several engagements, of a week that is not the newest.
	const example = `
SELECT ticket_id, requester_id FROM engagements
WHERE organization_id = $1 AND agent_type = 'human' AND ended_at >= $2 AND ended_at < $3 ORDER BY ordinal DESC, ended_at, id LIMIT 1`
	middle := end.AddDate(0, -2, 0)
	if err := pool.QueryRow(ctx, example, dataset.Main, middle.AddDate(0, 0, -7), middle).Scan(&ticket, &requester); err != nil {
		return nil, fmt.Errorf("looking for a ticket to ask for: %w", err)
	}
	all, err := question.Set(end, ticket, requester)
	if err != nil || len(r.Questions) == 0 {
		return all, err
	}
	var chosen []question.Question
	for _, q := range all {
		for _, part := range r.Questions {
			if strings.Contains(q.Name, part) {
				chosen = append(chosen, q)
				break
			}
		}
	}
	if len(chosen) == 0 {
		return nil, fmt.Errorf("no question's name contains any of %q", r.Questions)
	}
	return chosen, nil
}
