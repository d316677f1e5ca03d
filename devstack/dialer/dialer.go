package dialer

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// Options say how a dialer works; zero fields take the defaults.
type Options struct {
	// URL is the engine's, Key a key of it with deliveries:write.
	URL, Key string
	// Name is the dialer's, and the source of its events; default simulated.
	Name string
	// Seed draws the fates, World is what is drawn from; default Realistic.
	Seed  uint64
	World World
	// Calls is how many orders it carries out at once; default 50.
	Calls int
	// Agents are the agents of each queue. What they do is reported every Report, default 1 s.
	Agents map[string]int
	Report time.Duration
	// HoldOn is how long a customer waits for an agent; default 3 s.
	HoldOn time.Duration
	// Wait is how long a claim waits for orders, default 5 s; Lease its length, default 10 s.
	Wait, Lease time.Duration
	// AtEnd has it tell of a call in one request when it is over; default: when it is answered, and when
	// it ends.
	AtEnd bool
	// Patience is how long events are sent again until they are acknowledged; default 2 min.
	Patience time.Duration
	// Now is the clock by which events are stamped; default time.Now.
	Now func() time.Time
	// Client makes the requests; default one with a connection for each call.
	Client *http.Client
}

// Dialer carries out orders.
type Dialer struct {
	options Options
	journal Journal
	queues  map[string]*agents
}

// New returns a dialer; Run makes it work.
func New(o Options) *Dialer {
	if o.Name == "" {
		o.Name = "simulated"
	}
	if o.World.Shares == nil {
		o.World = Realistic()
	}
	if o.Calls == 0 {
		o.Calls = 50
	}
	for _, d := range []struct {
		field    *time.Duration
		standard time.Duration
	}{
		{&o.Report, time.Second}, {&o.HoldOn, 3 * time.Second}, {&o.Wait, 5 * time.Second}, {&o.Lease, 10 * time.Second}, {&o.Patience, 2 * time.Minute},
	} {
		if *d.field == 0 {
			*d.field = d.standard
		}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Client == nil {
		o.Client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: o.Calls + 2}, Timeout: time.Minute}
	}
	d := &Dialer{options: o, queues: map[string]*agents{}}
	for queue, n := range o.Agents {
		d.queues[queue] = newAgents(n)
	}
	return d
}

// Journal is what the dialer remembers.
func (d *Dialer) Journal() *Journal { return &d.journal }

// Run claims orders and carries them out until ctx ends, and then brings the calls under way to their end.
func (d *Dialer) Run(ctx context.Context) {
	var working sync.WaitGroup
	defer working.Wait()
	if len(d.queues) > 0 {
		working.Go(func() { d.reportAgents(ctx) })
	}
	// Calls that are under way are not cut off.
	calls := context.WithoutCancel(ctx)
	lines := make(chan struct{}, d.options.Calls)
	for {
		free := takeAll(ctx, lines)
		if free == 0 {
			return
		}
		orders, err := d.claim(ctx, free)
		for range free - len(orders) {
			<-lines
		}
		if err != nil {
			sleep(ctx, 200*time.Millisecond)
		}
		for _, o := range orders {
			call := d.journal.open(o, d.options.World.Draw(d.options.Seed, o.name(), o.Seq), d.now())
			working.Go(func() {
				defer func() { <-lines }()
				d.carryOut(calls, call)
			})
		}
	}
}

// takeAll waits for a free line and takes those that are free with it, as many as one claim may ask for.
func takeAll(ctx context.Context, lines chan struct{}) (taken int) {
	select {
	case lines <- struct{}{}:
		taken++
	case <-ctx.Done():
	}
	if ctx.Err() != nil {
		return 0
	}
	for taken < 100 {
		select {
		case lines <- struct{}{}:
			taken++
		default:
			return taken
		}
	}
	return taken
}

func (d *Dialer) reportAgents(ctx context.Context) {
	tick := time.NewTicker(d.options.Report)
	defer tick.Stop()
	for {
		for queue, a := range d.queues {
			ready, busy := a.count()
			d.report(ctx, queue, ready, busy)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
