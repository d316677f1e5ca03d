package webhooks

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"engaged/delivery"
	"engaged/models"
)

// Outbox is what a dispatcher needs of Postgres; *models.Store has it.
type Outbox interface {
	// ClaimWebhooks takes messages that are due, for the length of a lease.
	ClaimWebhooks(ctx context.Context, most, perEndpoint int, lease time.Duration) ([]models.WebhookClaim, error)
	// EndWebhookAttempt keeps what became of one.
	EndWebhookAttempt(ctx context.Context, claim models.WebhookClaim, result models.WebhookResult) (models.WebhookStatus, error)
	// NextWebhook returns how long it is until another message is due.
	NextWebhook(ctx context.Context) (time.Duration, error)
	// ListenWebhooks calls wake whenever there is something to send.
	ListenWebhooks(ctx context.Context, wake func()) error
}

// Options say how messages are sent; zero fields take the defaults.
type Options struct {
	// Guard says which addresses may be called; default public ones over https.
	Guard Guard
	// Keyring opens the secrets; default none, for secrets that are not sealed.
	Keyring Keyring
	// Senders is how many messages this dispatcher sends at once; default 128: endpoints that hang hold theirs
	// for as long as an attempt may take.
	Senders int
	// PerEndpoint is how many messages to one endpoint are under way at once, in all processes; default 8.
	PerEndpoint int
	// DisableAfter is for how long an endpoint may fail before it is disabled; default 5 days.
	DisableAfter time.Duration
	// Lease is how long a claim holds; default 30 s, twice as long as an attempt may take. What a dispatcher
	// that died was sending is sent again after it.
	Lease time.Duration
	// Poll is the longest pause between two looks; default 2 s.
	Poll time.Duration
	// Logger takes warnings; default slog.Default(). They hold ids, never URLs, bodies or secrets.
	Logger *slog.Logger
}

// Dispatcher sends what the outbox holds. Any number of them may run, in any number of processes.
type Dispatcher struct {
	outbox  Outbox
	options Options
	sender  *Sender
	wake    chan struct{}
}

// NewDispatcher returns a dispatcher; Run makes it work.
func NewDispatcher(outbox Outbox, o Options) *Dispatcher {
	if o.Senders == 0 {
		o.Senders = 128
	}
	if o.PerEndpoint == 0 {
		o.PerEndpoint = 8
	}
	if o.DisableAfter == 0 {
		o.DisableAfter = 5 * 24 * time.Hour
	}
	if o.Lease == 0 {
		o.Lease = 2 * timeout
	}
	if o.Poll == 0 {
		o.Poll = 2 * time.Second
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	return &Dispatcher{outbox: outbox, options: o, sender: NewSender(o.Guard, time.Now), wake: make(chan struct{}, 1)}
}

// Run sends messages until ctx ends, and waits for those that are under way then.
func (d *Dispatcher) Run(ctx context.Context) {
	var running sync.WaitGroup
	defer running.Wait()
	running.Go(func() { d.listen(ctx) })
	free := make(chan struct{}, d.options.Senders)
	for range d.options.Senders {
		free <- struct{}{}
	}
	for ctx.Err() == nil {
		var claims []models.WebhookClaim
		if most := len(free); most > 0 {
			var err error
			claims, err = d.outbox.ClaimWebhooks(ctx, most, d.options.PerEndpoint, d.options.Lease)
			d.warn(ctx, "webhooks cannot be claimed", err)
		}
		for _, claim := range claims {
			<-free
			running.Go(func() {
				d.deliver(context.WithoutCancel(ctx), claim)
				free <- struct{}{}
				// Its endpoint may have another one.
				d.rouse()
			})
		}
		if len(claims) == 0 || len(free) == 0 {
			d.sleep(ctx)
		}
	}
}

// deliver tries once to deliver a message and keeps what became of it. Where that cannot be kept, the
// message is sent again when its lease is over: its receiver knows it by its id.
func (d *Dispatcher) deliver(ctx context.Context, claim models.WebhookClaim) {
	secrets, err := d.secrets(claim)
	if err != nil {
		// It is no fault of the endpoint: the message waits for its lease, and for the key.
		d.warn(ctx, "a webhook cannot be signed", err, "message", claim.MessageID, "endpoint", claim.EndpointID)
		return
	}
	at := delivery.At(time.Now())
	attempt := d.sender.Send(ctx, Message{ID: claim.MessageID, URL: claim.URL, Secrets: secrets, Body: []byte(claim.Body)})
	result := models.WebhookResult{
		Attempt: models.WebhookAttempt{
			At: at, TookMS: attempt.Took.Milliseconds(), Outcome: string(attempt.Outcome), Status: attempt.Status, Error: attempt.Error, Answer: attempt.Answer,
		},
		Delivered: attempt.Outcome == Delivered, Gone: attempt.Outcome == Gone, DisableAfter: d.options.DisableAfter,
	}
	if delay, more := NextDelay(claim.Tries+1, rand.Float64(), attempt.RetryAfter); more && !result.Delivered && !result.Gone {
		result.Retry = &delay
	}
	_, err = d.outbox.EndWebhookAttempt(ctx, claim, result)
	d.warn(ctx, "a webhook's attempt cannot be kept", err, "message", claim.MessageID, "endpoint", claim.EndpointID)
}

// secrets are those that sign a message, the present one first.
func (d *Dispatcher) secrets(claim models.WebhookClaim) ([]Secret, error) {
	var secrets []Secret
	for _, stored := range [][]byte{claim.Secret, claim.PreviousSecret} {
		if stored == nil {
			continue
		}
		secret, err := d.options.Keyring.Open(stored, claim.EndpointID)
		if err != nil {
			return nil, err
		}
		secrets = append(secrets, secret)
	}
	return secrets, nil
}

func (d *Dispatcher) warn(ctx context.Context, what string, err error, about ...any) {
	if err != nil && ctx.Err() == nil {
		d.options.Logger.WarnContext(ctx, what, append(about, "error", err)...)
	}
}

func (d *Dispatcher) rouse() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// listen keeps a connection that is told of messages; without one the poll finds them.
func (d *Dispatcher) listen(ctx context.Context) {
	for ctx.Err() == nil {
		err := d.outbox.ListenWebhooks(ctx, d.rouse)
		d.warn(ctx, "webhooks listen again", err)
		d.pause(ctx, d.options.Poll, nil)
	}
}

// sleep waits for a notification or for what is due next.
func (d *Dispatcher) sleep(ctx context.Context) {
	next, err := d.outbox.NextWebhook(ctx)
	if err != nil {
		d.warn(ctx, "webhooks cannot see what is due", err)
		next = d.options.Poll
	}
	d.pause(ctx, min(next, d.options.Poll), d.wake)
}

func (d *Dispatcher) pause(ctx context.Context, length time.Duration, wake <-chan struct{}) {
	timer := time.NewTimer(length)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-wake:
	case <-timer.C:
	}
}
