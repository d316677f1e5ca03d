package intake

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"engaged/models"
)

// Deliverer tells a conversation's workflow of entries; workflows.Client is one.
type Deliverer interface {
	// Deliver returns once the workflow is certain to be told. An error with a method Permanent()
	// bool that returns true says that trying again is of no use.
	Deliver(ctx context.Context, subject models.Subject, batch models.Batch) error
}

// DispatchStore is what a dispatcher needs of Postgres; *models.Store has it.
type DispatchStore interface {
	// ClaimDispatch takes conversations that are due, for the length of a lease.
	ClaimDispatch(ctx context.Context, limit int, lease time.Duration) ([]models.Claim, error)
	// DeadLetter sets the undelivered entries of a claim aside and clears it.
	DeadLetter(ctx context.Context, claim models.Claim, reason string) error
	// FetchEntries reads the entries after a number.
	FetchEntries(ctx context.Context, subject models.Subject, after int64) (models.Batch, error)
	// ListenDispatch calls wake whenever something to dispatch was appended.
	ListenDispatch(ctx context.Context, wake func()) error
	// MarkDelivered notes what was delivered and gives the claim back.
	MarkDelivered(ctx context.Context, claim models.Claim, through int64) error
	// Postpone gives a claim back to be tried again after a while.
	Postpone(ctx context.Context, claim models.Claim, wait time.Duration) error
}

// DispatchOptions bound a dispatcher; zero fields take the defaults.
type DispatchOptions struct {
	// Parallel is the number of deliveries at once; default 16.
	Parallel int
	// Lease is how long a claim holds; default 10 s. A dispatcher that dies loses its claims after
	// it, never before.
	Lease time.Duration
	// Poll is how often the log is looked at without being woken; default 1 s.
	Poll time.Duration
	// MaxAttempts is the number of permanent failures in a row after which a conversation's
	// undelivered entries become dead letters; default 10.
	MaxAttempts int
	// Yield tells whether intake is so busy that dispatch should hold back; default never.
	Yield func() bool
	// Logger takes warnings; default slog.Default().
	Logger *slog.Logger
}

func (o DispatchOptions) withDefaults() DispatchOptions {
	if o.Parallel == 0 {
		o.Parallel = 16
	}
	if o.Lease == 0 {
		o.Lease = 10 * time.Second
	}
	if o.Poll == 0 {
		o.Poll = time.Second
	}
	if o.MaxAttempts == 0 {
		o.MaxAttempts = 10
	}
	if o.Yield == nil {
		o.Yield = func() bool { return false }
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	return o
}

// Dispatcher hands lifecycle entries on to workflows. Any number of them may run, in any number of
// processes: claims keep them out of each other's way, and a delivery made twice changes nothing.
type Dispatcher struct {
	store     DispatchStore
	deliverer Deliverer
	options   DispatchOptions
	wake      chan struct{}
}

// NewDispatcher returns a dispatcher; Run makes it work.
func NewDispatcher(store DispatchStore, deliverer Deliverer, options DispatchOptions) *Dispatcher {
	return &Dispatcher{store: store, deliverer: deliverer, options: options.withDefaults(), wake: make(chan struct{}, 1)}
}

// Run dispatches until ctx ends, then waits for the deliveries under way.
func (d *Dispatcher) Run(ctx context.Context) {
	var running sync.WaitGroup
	defer running.Wait()
	running.Go(func() { d.listen(ctx) })
	slots := make(chan struct{}, d.options.Parallel)
	allowed := d.options.Parallel // deliveries at once
	for ctx.Err() == nil {
		if d.options.Yield() {
			pause(ctx, yieldPause)
			allowed = 1
		} else {
			allowed = min(allowed+1, d.options.Parallel)
		}
		slots <- struct{}{}
		free := max(1, 1+allowed-len(slots))
		claims, err := d.store.ClaimDispatch(ctx, free, d.options.Lease)
		if err != nil && ctx.Err() == nil {
			d.options.Logger.WarnContext(ctx, "dispatch cannot claim", "error", err)
		}
		for i, claim := range claims {
			if i > 0 {
				slots <- struct{}{}
			}
			running.Go(func() {
				defer func() { <-slots }()
				d.deliver(context.WithoutCancel(ctx), claim)
			})
		}
		if len(claims) == 0 {
			<-slots
			d.sleep(ctx)
		}
	}
}

const (
	// yieldPause is how long dispatch holds back before each conversation while intake is busy: a
	// delivery costs far more than a commit, yet dispatch must still move. Afterwards it takes up one
	// delivery more at a time, so that it finds out how much there is room for.
	yieldPause = 250 * time.Millisecond
	// deliveryTimeout bounds one call of the deliverer, well within a lease.
	deliveryTimeout = 5 * time.Second
	maxBackoff      = time.Minute
)

// deliver hands on what the claim covers, one batch after another.
func (d *Dispatcher) deliver(ctx context.Context, claim models.Claim) {
	after := claim.Delivered
	for after < claim.Wanted {
		batch, err := d.store.FetchEntries(ctx, claim.Subject, after)
		if err == nil && !batch.Empty() {
			err = d.send(ctx, claim.Subject, batch)
		}
		if err != nil {
			d.failed(ctx, claim, err)
			return
		}
		if batch.Empty() {
			break
		}
		after = batch.To
	}
	if err := d.store.MarkDelivered(ctx, claim, max(after, claim.Wanted)); err != nil {
		// The lease runs out and the entries are delivered again, which changes nothing.
		d.options.Logger.WarnContext(ctx, "dispatch cannot mark as delivered", "error", err)
	}
}

func (d *Dispatcher) send(ctx context.Context, subject models.Subject, batch models.Batch) error {
	ctx, cancel := context.WithTimeout(ctx, deliveryTimeout)
	defer cancel()
	return d.deliverer.Deliver(ctx, subject, batch)
}

// failed postpones a claim with growing pauses, or sets it aside if it will never be delivered.
func (d *Dispatcher) failed(ctx context.Context, claim models.Claim, cause error) {
	var permanent interface{ Permanent() bool }
	var err error
	if errors.As(cause, &permanent) && permanent.Permanent() && claim.Attempts >= d.options.MaxAttempts {
		d.options.Logger.ErrorContext(ctx, "entries became dead letters", "organization", claim.OrganizationID, "attempts", claim.Attempts, "error", cause)
		err = d.store.DeadLetter(ctx, claim, cause.Error())
	} else {
		wait := min(100*time.Millisecond<<min(claim.Attempts, 12), maxBackoff)
		d.options.Logger.WarnContext(ctx, "dispatch failed", "organization", claim.OrganizationID, "attempt", claim.Attempts, "retry_in", wait, "error", cause)
		err = d.store.Postpone(ctx, claim, wait)
	}
	if err != nil {
		d.options.Logger.WarnContext(ctx, "dispatch cannot give a claim back", "error", err)
	}
}

// listen keeps a connection that is told of appends; without one the poll finds them.
func (d *Dispatcher) listen(ctx context.Context) {
	for ctx.Err() == nil {
		err := d.store.ListenDispatch(ctx, func() {
			select {
			case d.wake <- struct{}{}:
			default:
			}
		})
		if err != nil && ctx.Err() == nil {
			d.options.Logger.WarnContext(ctx, "dispatch listens again", "error", err)
			pause(ctx, d.options.Poll)
		}
	}
}

func (d *Dispatcher) sleep(ctx context.Context) {
	timer := time.NewTimer(d.options.Poll)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-d.wake:
	case <-timer.C:
	}
}

func pause(ctx context.Context, wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
