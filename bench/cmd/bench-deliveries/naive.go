package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"go.temporal.io/sdk/log"

	"engaged/bench/internal/naive"
	"engaged/bench/internal/poller"
)

// naiveCommand is the worker of the polling peer, in a process of its own so that its CPU can be told apart.
type naiveCommand struct {
	TemporalAddress string `required:"" help:"Frontend of Temporal."`
	DatabaseURL     string `required:"" help:"Database for the peer's table."`
}

// Run works until it is told to stop; lines on standard output say how many questions were asked.
func (n *naiveCommand) Run(ctx context.Context) error {
	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	temporal, err := naive.Dial(n.TemporalAddress, log.NewStructuredLogger(logger))
	if err != nil {
		return err
	}
	defer temporal.Close()
	return poller.Work(ctx, temporal, n.DatabaseURL, func(polls int64) { fmt.Println(polls) })
}
