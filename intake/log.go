package intake

import (
	"context"
	"errors"
	"hash/maphash"
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
	// lanes are the committers' queues. A conversation has its lane, so that committers seldom wait for each
	// other's locks.
	lanes   []*lane
	waiting atomic.Int64
	// slowAt is when events last took long, counted from started.
	slowAt atomic.Int64

	// closing is held for reading while a request is put into the queue, so that Close finds no
	// sender behind its back.
	closing    sync.RWMutex
	closed     bool
	committers sync.WaitGroup
}

// lane is one committer's queue.
type lane struct {
	queue chan *request
	// oldest is when the oldest event that is being written was put into the queue, counted from started; 0
	// while none is.
	oldest atomic.Int64
}

type request struct {
	// at is when it was put into the queue, counted from started.
	at time.Duration
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
	l := &Log{store: store, options: o, lanes: make([]*lane, o.Committers)}
	for i := range l.lanes {
		l.lanes[i] = &lane{queue: make(chan *request, o.MaxWaiting)}
		l.committers.Go(func() { l.commit(l.lanes[i]) })
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
	r := &request{at: time.Since(started), events: events, answer: make(chan answer, 1), gone: func() bool { return ctx.Err() != nil }}
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
	// crowd is the number of waiting events above which it counts how long they wait: what comes alone may be
	// slow for reasons that holding back does not cure, such as a disk that takes long to flush.
	crowd = 16
	// company is the number of waiting requests that makes waiting for more useless.
	company = 64
	// slow is how long an event may take to become durable before intake is busy.
	slow = 20 * time.Millisecond
	// slowLasts is how long it then counts as busy.
	slowLasts = time.Second
)

// started is the zero of slowAt and of a request's instant.
var started = time.Now()

// Busy tells that many events wait to be committed and take long, or did a moment ago: other work on this
// machine had better wait.
func (l *Log) Busy() bool {
	now := time.Since(started)
	for _, lane := range l.lanes {
		if at := time.Duration(lane.oldest.Load()); at > 0 && now-at > slow && l.waiting.Load() > crowd {
			l.slowAt.Store(int64(now))
		}
	}
	at := time.Duration(l.slowAt.Load())
	return at > 0 && now-at < slowLasts
}

// Close refuses further events and returns once those waiting are committed.
func (l *Log) Close() {
	l.closing.Lock()
	if !l.closed {
		l.closed = true
		for _, lane := range l.lanes {
			close(lane.queue)
		}
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
	// The queue has a place for every event that may wait, so this never blocks.
	l.laneOf(r).queue <- r
	return nil
}

// seed spreads conversations over lanes.
var seed = maphash.MakeSeed()

// laneOf is the lane of the request's conversation. Requests of several conversations share the first lane,
// since they would meet each other's locks in any two.
func (l *Log) laneOf(r *request) *lane {
	conversation := r.events[0].Event.ConversationID
	for _, e := range r.events {
		if e.Event.ConversationID != conversation {
			return l.lanes[0]
		}
	}
	return l.lanes[maphash.String(seed, conversation)%uint64(len(l.lanes))]
}

func (l *Log) commit(from *lane) {
	crowded := false
	for first := range from.queue {
		if crowded && len(from.queue) < company && l.options.Linger > 0 {
			time.Sleep(l.options.Linger)
		}
		batch, size := l.gather(first, from.queue)
		crowded = len(batch) > 1
		from.oldest.Store(int64(first.at))
		l.write(batch, size)
		if time.Since(started)-first.at > slow && l.waiting.Load() > crowd {
			l.slowAt.Store(int64(time.Since(started)))
		}
		from.oldest.Store(0)
		l.waiting.Add(-int64(size))
	}
}

// gather takes what waits besides first, up to MaxBatch events.
func (l *Log) gather(first *request, queue <-chan *request) ([]*request, int) {
	batch, size := []*request{first}, len(first.events)
	for size < l.options.MaxBatch {
		select {
		case r, open := <-queue:
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
