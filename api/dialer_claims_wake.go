package api

import (
	"context"
	"sync"
	"time"
)

const (
	// lookForOrders is how often a waiting claim looks without having been woken.
	lookForOrders = 2 * time.Second
	// listenAgain is how long a listener that failed waits.
	listenAgain = time.Second
	// listenOn is how long it listens after the last claim: the next one is usually on its way, and every
	// listener costs a connection of its own.
	listenOn = 10 * time.Second
)

// orderWake tells those who wait for orders that there may be some. It listens while somebody waits, and
// for a while after.
type orderWake struct {
	// listen calls wake for every handing out, until ctx ends or it fails.
	listen func(ctx context.Context, wake func()) error

	mu      sync.Mutex
	waiting int
	// stop ends the listener; nil while there is none. rest does so when nobody has come for a while.
	stop   context.CancelFunc
	rest   *time.Timer
	closed bool
	// changed is closed and replaced at every wake.
	changed chan struct{}
}

func newOrderWake(listen func(ctx context.Context, wake func()) error) *orderWake {
	return &orderWake{listen: listen, changed: make(chan struct{})}
}

// join has it listen until a while after leave was called.
func (o *orderWake) join() (leave func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.waiting++
	if o.rest != nil {
		o.rest.Stop()
	}
	if o.stop == nil {
		var ctx context.Context
		ctx, o.stop = context.WithCancel(context.Background())
		go o.run(ctx)
	}
	return func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.waiting--; o.waiting > 0 {
			return
		}
		if o.closed {
			o.stopListening()
			return
		}
		o.rest = time.AfterFunc(listenOn, func() {
			o.mu.Lock()
			defer o.mu.Unlock()
			if o.waiting == 0 {
				o.stopListening()
			}
		})
	}
}

// close has it listen no longer than somebody waits.
func (o *orderWake) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	if o.waiting == 0 {
		o.stopListening()
	}
}

func (o *orderWake) stopListening() {
	if o.stop != nil {
		o.stop()
		o.stop = nil
	}
}

// news is closed at the next wake.
func (o *orderWake) news() <-chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.changed
}

func (o *orderWake) wake() {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(o.changed)
	o.changed = make(chan struct{})
}

// run listens again where it failed; claims look for themselves meanwhile.
func (o *orderWake) run(ctx context.Context) {
	for ctx.Err() == nil {
		_ = o.listen(ctx, o.wake)
		select {
		case <-ctx.Done():
		case <-time.After(listenAgain):
		}
	}
}
