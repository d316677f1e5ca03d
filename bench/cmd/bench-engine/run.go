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

	"engaged/bench/internal/eventlog"
	"engaged/bench/internal/naive"
	"engaged/bench/internal/profile"
	"engaged/bench/internal/report"
	"engaged/bench/internal/scenario"
	"engaged/bench/internal/stack"
)

// runCommand is the benchmark itself.
type runCommand struct {
	Scenario    []string      `default:"chats,intake,batch,naive,tempo,open" enum:"chats,bare,intake,batch,naive,tempo,open" placeholder:"NAME,..." help:"Which scenarios to run, by default all but bare."`
	Quick       bool          `help:"A small version of everything in about 3 minutes, to see that it works: shorter, less load. Its figures are rough."`
	Rate        float64       `default:"5000" placeholder:"N" help:"Requests a second of the intake, one event each. Default 5000."`
	Duration    time.Duration `placeholder:"TIME" help:"Length of the intake's measured window. Default 60s, quick 10s."`
	TempoRate   float64       `default:"50" placeholder:"N" help:"Events a second at real tempo. Default 50."`
	ChatLength  time.Duration `placeholder:"TIME" help:"How long the single chats take, with the inactivity period to scale. 25m is the real thing. Default 100s, quick 60s."`
	Connections int           `default:"256" placeholder:"N" help:"Requests that may be on their way at once. Default 256."`
	JSON        string        `name:"json" placeholder:"FILE" help:"Write the result as JSON to FILE too."`
	Dir         string        `placeholder:"DIR" help:"Keep data and logs in DIR, a new directory. By default a temporary one that is removed."`
	Profile     string        `placeholder:"DIR" help:"Record eight seconds of each scenario into DIR: functions by perf, which must be installed, and statements by pg_stat_statements. Costs a few percent."`
}

// Run starts the stack, runs the scenarios and reports.
func (r *runCommand) Run(ctx context.Context) error {
	started := time.Now()
	result := &report.Report{
		Command: "make bench-engine ARGS=" + fmt.Sprintf("%q", strings.Join(os.Args[1:], " ")), Date: started, Machine: report.Here(),
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
	defer bench.Log.Pool.Close()
	if result.Machine.Postgres, result.Machine.Temporal, err = s.Versions(ctx, bench.Log.Pool, bench.Temporal); err != nil {
		return err
	}
	// What has been measured is worth showing even if a later scenario fails.
	failed := r.scenarios(ctx, bench, result)
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

func (r *runCommand) connect(ctx context.Context, s *stack.Stack) (*scenario.Bench, error) {
	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	temporal, err := naive.Dial(s.Temporal.Address(), log.NewStructuredLogger(logger))
	if err != nil {
		return nil, err
	}
	pool, err := pgxpool.New(ctx, s.DatabaseURL())
	if err != nil {
		return nil, fmt.Errorf("opening the engine's database: %w", err)
	}
	b := &scenario.Bench{Stack: s, Temporal: temporal, Log: &eventlog.Log{Pool: pool}, Connections: r.Connections}
	if r.Profile != "" {
		profiler, err := profile.New(r.Profile, pool)
		if err != nil {
			return nil, err
		}
		b.Hold = func(name string, _ *stack.Engine) {
			if err := profiler.Watch(ctx, name); err != nil {
				fmt.Fprintln(os.Stderr, "bench-engine:", err)
			}
		}
	}
	return b, nil
}

// scenarios runs what was asked for, in an order in which one does not disturb the next.
func (r *runCommand) scenarios(ctx context.Context, b *scenario.Bench, result *report.Report) error {
	p := r.plan()
	for _, one := range []struct {
		name string
		run  func() error
	}{
		{"chats", func() (err error) {
			result.ChatLength = p.chats.Length.Seconds()
			result.Chats, err = p.chats.Run(ctx, b)
			return err
		}},
		{"bare", func() (err error) {
			result.Bare, err = pointer(p.bare.Run(ctx, b))
			return err
		}},
		{"intake", func() (err error) {
			result.Asked = p.intake.Requests
			result.Intake, err = pointer(p.intake.Run(ctx, b))
			return err
		}},
		{"batch", func() (err error) {
			result.Batch, err = pointer(p.batch.Run(ctx, b))
			return err
		}},
		{"naive", func() (err error) {
			if result.Spread, err = pointer(p.spread.Run(ctx, b)); err != nil {
				return err
			}
			result.Burst, err = pointer(p.burst.Run(ctx, b))
			return err
		}},
		{"tempo", func() (err error) {
			if result.NaiveTempo, err = pointer(p.tempo.RunNaive(ctx, b)); err != nil {
				return err
			}
			result.Tempo, err = pointer(p.tempo.Run(ctx, b))
			return err
		}},
		{"open", func() (err error) {
			result.Open, err = pointer(p.open.Run(ctx, b))
			return err
		}},
	} {
		if !r.wants(one.name) {
			continue
		}
		if err := one.run(); err != nil {
			return fmt.Errorf("scenario %s: %w", one.name, err)
		}
		if err := b.Log.Checkpoint(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (r *runCommand) wants(name string) bool {
	for _, wanted := range r.Scenario {
		if wanted == name {
			return true
		}
	}
	return false
}

// pointer keeps a result only if there is one.
func pointer[T any](result T, err error) (*T, error) {
	if err != nil {
		return nil, err
	}
	return &result, nil
}
