package intake

import (
	"context"
	"log/slog"
	"time"
)

// SweepStore is what a sweeper needs of Postgres; *models.Store has it.
type SweepStore interface {
	// SweepDeliveries asks some waiting attempts about a rule that was written; false if there is none.
	SweepDeliveries(ctx context.Context, lease time.Duration) (bool, error)
}

// SweeperOptions bound a sweeper; zero fields take the defaults.
type SweeperOptions struct {
	// Lease is how long a claim holds; default 1 min. A sweeper that dies loses its claim after it.
	Lease time.Duration
	// Poll is the pause where there is nothing to do; default 500 ms.
	Poll time.Duration
	// Logger takes warnings; default slog.Default().
	Logger *slog.Logger
}

// Sweeper cancels what waits to be dialed and is forbidden by a policy, consent or do-not-contact entry that was
// written since. Any number of them may run, in any number of processes.
type Sweeper struct {
	store   SweepStore
	options SweeperOptions
}

// NewSweeper returns a sweeper; Run makes it work.
func NewSweeper(store SweepStore, options SweeperOptions) *Sweeper {
	if options.Lease == 0 {
		options.Lease = time.Minute
	}
	if options.Poll == 0 {
		options.Poll = 500 * time.Millisecond
	}
	if options.Logger == nil {
		options.Logger = slog.Default()
	}
	return &Sweeper{store: store, options: options}
}

// Run sweeps until ctx ends.
func (s *Sweeper) Run(ctx context.Context) {
	for ctx.Err() == nil {
		found, err := s.store.SweepDeliveries(ctx, s.options.Lease)
		if err != nil && ctx.Err() == nil {
			s.options.Logger.WarnContext(ctx, "waiting deliveries cannot be asked about a new rule", "error", err)
		}
		if !found {
			pause(ctx, s.options.Poll)
		}
	}
}
