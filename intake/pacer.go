package intake

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"engaged/models"
)

// PacingStore is what a pacer needs of Postgres; *models.Store has it.
type PacingStore interface {
	// ClaimPacing takes configurations whose pacing is due, for the length of a lease.
	ClaimPacing(ctx context.Context, limit int, lease time.Duration) ([]models.PacingClaim, error)
	// ListenPacing calls wake whenever pacing has become due.
	ListenPacing(ctx context.Context, wake func()) error
	// LoseClaims ends claims whose lease has run out without a start.
	LoseClaims(ctx context.Context, most int) (int, error)
	// NextPacing returns how long it is until pacing is due.
	NextPacing(ctx context.Context) (time.Duration, error)
	// PostponePacing gives a claim back to be tried again after a while.
	PostponePacing(ctx context.Context, claim models.PacingClaim, wait time.Duration) error
	// Pace grants the tokens that a configuration's queue has to give.
	Pace(ctx context.Context, claim models.PacingClaim) (int, error)
}

// PacerOptions bound a pacer; zero fields take the defaults.
type PacerOptions struct {
	// Lease is how long a claim holds; default 5 s. A pacer that dies loses its claims after it.
	Lease time.Duration
	// Poll is the longest pause between two looks; default 500 ms.
	Poll time.Duration
	// Logger takes warnings; default slog.Default().
	Logger *slog.Logger
}

// Pacer grants dial tokens. Any number of them may run, in any number of processes: whoever claims a
// configuration's row decides for it.
type Pacer struct {
	store   PacingStore
	options PacerOptions
	wake    chan struct{}
}

// NewPacer returns a pacer; Run makes it work.
func NewPacer(store PacingStore, options PacerOptions) *Pacer {
	if options.Lease == 0 {
		options.Lease = 5 * time.Second
	}
	if options.Poll == 0 {
		options.Poll = 500 * time.Millisecond
	}
	if options.Logger == nil {
		options.Logger = slog.Default()
	}
	return &Pacer{store: store, options: options, wake: make(chan struct{}, 1)}
}

// The most that is taken at once.
const (
	pacedAtOnce = 8
	lostAtOnce  = 100
	// shortest keeps a row that was woken a moment ago from being looked at without end.
	shortest = 5 * time.Millisecond
)

// Run grants tokens until ctx ends.
func (p *Pacer) Run(ctx context.Context) {
	var running sync.WaitGroup
	defer running.Wait()
	running.Go(func() { p.listen(ctx) })
	for ctx.Err() == nil {
		paced := p.pace(ctx)
		lost, err := p.store.LoseClaims(ctx, lostAtOnce)
		p.warn(ctx, "lost claims cannot be ended", err)
		if paced == 0 && lost < lostAtOnce {
			p.sleep(ctx)
		}
	}
}

// pace paces what is due, one configuration after another, and returns how many there were.
func (p *Pacer) pace(ctx context.Context) int {
	claims, err := p.store.ClaimPacing(ctx, pacedAtOnce, p.options.Lease)
	p.warn(ctx, "pacing cannot be claimed", err)
	for _, claim := range claims {
		ctx := context.WithoutCancel(ctx)
		if _, err := p.store.Pace(ctx, claim); err != nil {
			p.warn(ctx, "tokens cannot be granted", err)
			// If that fails too, the claim is due again when its lease is over.
			p.warn(ctx, "pacing cannot be given back", p.store.PostponePacing(ctx, claim, p.options.Poll))
		}
	}
	return len(claims)
}

func (p *Pacer) warn(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		p.options.Logger.WarnContext(ctx, what, "error", err)
	}
}

// listen keeps a connection that is told of pacing that is due; without one the poll finds it.
func (p *Pacer) listen(ctx context.Context) {
	for ctx.Err() == nil {
		err := p.store.ListenPacing(ctx, func() {
			select {
			case p.wake <- struct{}{}:
			default:
			}
		})
		p.warn(ctx, "pacing listens again", err)
		if err != nil {
			pause(ctx, p.options.Poll)
		}
	}
}

// sleep waits for a notification or for what is due next.
func (p *Pacer) sleep(ctx context.Context) {
	next, err := p.store.NextPacing(ctx)
	if err != nil {
		p.warn(ctx, "pacing cannot see what is due", err)
		next = p.options.Poll
	}
	timer := time.NewTimer(min(max(next, shortest), p.options.Poll))
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-p.wake:
	case <-timer.C:
	}
}
