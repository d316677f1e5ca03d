package intake

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"engaged/models"
)

// Appender appends events in one transaction; *models.Store is one.
type Appender interface {
	// Append answers each event in order; an error means that nothing was appended.
	Append(ctx context.Context, events []models.Submission) ([]models.Receipt, error)
}

var (
	// ErrBacklog tells that more events wait to be committed than the log holds: try again later.
	ErrBacklog = errors.New("the event log has a backlog")
	// ErrClosed tells that the log no longer takes events.
	ErrClosed = errors.New("the event log is closed")
)

// LogOptions bound the group commit; zero fields take the defaults.
type LogOptions struct {
	// MaxBatch is the number of events after which a transaction takes no further request; default
	// 2,000.
	MaxBatch int
	// MaxWaiting is the number of events that may wait for a transaction; default 20,000.
	MaxWaiting int
	// Committers is the number of transactions at once; default 2.
	Committers int
	// Linger is how long a transaction waits for company if the one before it had any; default 5 ms,
	// negative: not at all. A transaction costs more than the events in it, so under load fewer and
	// larger ones leave the machine to others; a request that comes alone never waits.
	Linger time.Duration
}

func (o LogOptions) withDefaults() LogOptions {
	if o.MaxBatch == 0 {
		o.MaxBatch = 2_000
	}
	if o.MaxWaiting == 0 {
		o.MaxWaiting = 20_000
	}
	if o.Committers == 0 {
		o.Committers = 2
	}
	if o.Linger == 0 {
		o.Linger = 5 * time.Millisecond
	}
	return o
}

// Log is the event log as callers see it: concurrent appends share transactions. While one commits,
// the next gathers, so batches grow with the load and an idle log answers at once.
type Log struct {
	store   Appender
	options LogOptions
	queue   chan *request
	waiting atomic.Int64
	// crowdedAt is when many events last waited, by the clock of the process.
	crowdedAt atomic.Int64

	// closing is held for reading while a request is put into the queue, so that Close finds no
	// sender behind its back.
	closing    sync.RWMutex
	closed     bool
	committers sync.WaitGroup
}

type request struct {
	// gone tells that the caller no longer waits.
	gone   func() bool
	events []models.Submission
	answer chan answer
}

type answer struct {
	receipts []models.Receipt
	err      error
}

// NewLog starts the group commit over a store; Close ends it.
func NewLog(store Appender, options LogOptions) *Log {
	o := options.withDefaults()
	l := &Log{store: store, options: o, queue: make(chan *request, o.MaxWaiting)}
	for range o.Committers {
		l.committers.Go(l.commit)
	}
	return l
}

// Append returns when the events are durable, with a receipt for each in order. An error means that
// none of them is: ErrBacklog, ErrClosed, or the store's. When ctx ends first its error is
// returned, and the events may or may not become durable.
func (l *Log) Append(ctx context.Context, events []models.Submission) ([]models.Receipt, error) {
	if len(events) == 0 {
		return nil, nil
	}
	r := &request{events: events, answer: make(chan answer, 1), gone: func() bool { return ctx.Err() != nil }}
	if err := l.enqueue(r); err != nil {
		return nil, err
	}
	select {
	case a := <-r.answer:
		return a.receipts, a.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Waiting is the number of events that wait for a transaction or are in one.
func (l *Log) Waiting() int { return int(l.waiting.Load()) }

const (
	// crowd is the number of waiting events above which intake is busy.
	crowd = 32
	// crowdLasts is how long it then counts as busy. The number falls to nothing with each commit, so
	// one look at it tells little.
	crowdLasts = 250 * time.Millisecond
)

// started is the zero of crowdedAt.
var started = time.Now()

// Busy tells that many events wait to be committed, or did a moment ago: other work on this machine
// had better wait.
func (l *Log) Busy() bool {
	at := time.Duration(l.crowdedAt.Load())
	return at > 0 && time.Since(started)-at < crowdLasts
}

// Close refuses further events and returns once those waiting are committed.
func (l *Log) Close() {
	l.closing.Lock()
	if !l.closed {
		l.closed = true
		close(l.queue)
	}
	l.closing.Unlock()
	l.committers.Wait()
}

func (l *Log) enqueue(r *request) error {
	l.closing.RLock()
	defer l.closing.RUnlock()
	if l.closed {
		return ErrClosed
	}
	n := int64(len(r.events))
	if l.waiting.Add(n) > int64(l.options.MaxWaiting) {
		l.waiting.Add(-n)
		return ErrBacklog
	}
	if l.waiting.Load() > crowd {
		l.crowdedAt.Store(int64(time.Since(started)))
	}
	// The queue has a place for every event that may wait, so this never blocks.
	l.queue <- r
	return nil
}

func (l *Log) commit() {
	crowded := false
	for first := range l.queue {
		if crowded && l.options.Linger > 0 {
			time.Sleep(l.options.Linger)
		}
		batch, size := l.gather(first)
		crowded = len(batch) > 1
		l.write(batch, size)
		l.waiting.Add(-int64(size))
	}
}

// gather takes what waits besides first, up to MaxBatch events.
func (l *Log) gather(first *request) ([]*request, int) {
	batch, size := []*request{first}, len(first.events)
	for size < l.options.MaxBatch {
		select {
		case r, open := <-l.queue:
			if !open {
				return batch, size
			}
			batch, size = append(batch, r), size+len(r.events)
		default:
			return batch, size
		}
	}
	return batch, size
}

// write appends a batch. If the transaction fails and Postgres is there, each request is tried
// alone, so that one that cannot be appended takes nobody with it.
func (l *Log) write(batch []*request, size int) {
	// Nobody was told that these are durable, and nobody will be.
	batch = slices.DeleteFunc(batch, func(r *request) bool { return r.gone() })
	if len(batch) == 0 {
		return
	}
	events := make([]models.Submission, 0, size)
	for _, r := range batch {
		events = append(events, r.events...)
	}
	// A caller who goes away now must not spoil the others: the transaction has no caller's context.
	receipts, err := l.store.Append(context.Background(), events)
	switch {
	case err == nil:
		for _, r := range batch {
			r.answer <- answer{receipts: receipts[:len(r.events):len(r.events)]}
			receipts = receipts[len(r.events):]
		}
	case len(batch) == 1 || models.Unavailable(err):
		for _, r := range batch {
			r.answer <- answer{err: err}
		}
	default:
		for _, r := range batch {
			own, err := l.store.Append(context.Background(), r.events)
			r.answer <- answer{receipts: own, err: err}
		}
	}
}
