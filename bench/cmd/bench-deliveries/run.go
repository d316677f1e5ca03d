package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.temporal.io/sdk/log"

	"engaged/bench/internal/deliveries"
	"engaged/bench/internal/naive"
	"engaged/bench/internal/profile"
	"engaged/bench/internal/report"
	"engaged/bench/internal/stack"
)

// runCommand is the benchmark itself.
type runCommand struct {
	Quick      bool          `help:"A small version of everything in about 2 minutes, to see that it works: fewer tasks, less time. Its figures are rough."`
	Tasks      int           `placeholder:"N" help:"Tasks that wait for one window. Default 100000, quick 5000."`
	Max        int           `default:"200" placeholder:"N" help:"Most calls at once, 1 to 500. Default 200."`
	PeerTasks  int           `default:"-1" placeholder:"N" help:"Tasks of the polling peer; 0 leaves it out. Default 1000, quick 300."`
	PeerEvery  time.Duration `default:"30s" placeholder:"TIME" help:"How often each of the peer's tasks asks. Default 30s."`
	Dial       time.Duration `placeholder:"TIME" help:"How long is dialed. Default 60s, quick 15s."`
	CreateRate int           `default:"600" placeholder:"N" help:"Tasks a second that are created at least: the window begins so much later. Default 600."`
	JSON       string        `name:"json" placeholder:"FILE" help:"Write the result as JSON to FILE too."`
	Dir        string        `placeholder:"DIR" help:"Keep data and logs in DIR, a new directory. By default a temporary one that is removed."`
	Profile    string        `placeholder:"DIR" help:"Record eight seconds of each phase into DIR: functions by perf, which must be installed, and statements by pg_stat_statements. Costs a few percent."`
}

// plan returns the full run, or the small one.
func (r *runCommand) plan() deliveries.Plan {
	p := deliveries.Plan{
		Tasks: 100_000, Max: r.Max, Starting: 60 * time.Second, Idle: 60 * time.Second, Dial: 60 * time.Second,
		CreateRate: r.CreateRate, CachedRuns: 150,
		Peer: deliveries.Peer{Tasks: 1000, Max: r.Max, Every: r.PeerEvery, Empty: 10 * time.Second, Idle: 60 * time.Second},
	}
	if r.Quick {
		p.Tasks, p.Starting, p.Idle, p.Dial, p.CachedRuns = 5000, 15*time.Second, 20*time.Second, 15*time.Second, 50
		p.Peer.Tasks, p.Peer.Empty, p.Peer.Idle = 300, 5*time.Second, 20*time.Second
		p.Peer.Every = min(p.Peer.Every, 10*time.Second)
	}
	if r.Tasks > 0 {
		p.Tasks = r.Tasks
	}
	if r.PeerTasks >= 0 {
		p.Peer.Tasks = r.PeerTasks
	}
	if r.Dial > 0 {
		p.Dial = r.Dial
	}
	return p
}

// Run starts the stack, goes through the phases and reports.
func (r *runCommand) Run(ctx context.Context) error {
	started := time.Now()
	result := &deliveries.Result{
		Command: "make bench-deliveries ARGS=" + fmt.Sprintf("%q", strings.Join(os.Args[1:], " ")), Date: started, Machine: report.Here(),
	}
	s, err := stack.Start(ctx, r.Dir, r.Profile != "")
	if err != nil {
		return err
	}
	defer s.Stop()
	bench, err := r.connect(ctx, s)
	if err != nil {
		return err
	}
	defer bench.Temporal.Close()
	defer bench.Pool.Close()
	if result.Machine.Postgres, result.Machine.Temporal, err = s.Versions(ctx, bench.Pool, bench.Temporal); err != nil {
		return err
	}
	// What has been measured is worth showing even if a later phase fails.
	failed := r.plan().Run(ctx, bench, result)
	result.Took = time.Since(started).Seconds()
	result.Compare()
	if err := result.WriteText(os.Stdout); err != nil {
		return err
	}
	if r.JSON != "" {
		if err := result.WriteJSON(r.JSON); err != nil {
			return err
		}
	}
	return failed
}

func (r *runCommand) connect(ctx context.Context, s *stack.Stack) (*deliveries.Bench, error) {
	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	temporal, err := naive.Dial(s.Temporal.Address(), log.NewStructuredLogger(logger))
	if err != nil {
		return nil, err
	}
	pool, err := pgxpool.New(ctx, s.DatabaseURL())
	if err != nil {
		return nil, fmt.Errorf("opening the engine's database: %w", err)
	}
	b := &deliveries.Bench{Stack: s, Temporal: temporal, Pool: pool}
	if r.Profile != "" {
		profiler, err := profile.New(r.Profile, pool)
		if err != nil {
			return nil, err
		}
		b.Hold = func(name string) {
			if err := profiler.Watch(ctx, name); err != nil {
				fmt.Fprintln(os.Stderr, "bench-deliveries:", err)
			}
		}
	}
	return b, nil
}
