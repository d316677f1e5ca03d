package scenario

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	historypb "go.temporal.io/api/history/v1"

	"engaged/bench/internal/chat"
	"engaged/bench/internal/ledger"
	"engaged/bench/internal/naive"
	"engaged/bench/internal/openloop"
	"engaged/bench/internal/progress"
	"engaged/bench/internal/stack"
)

// Saturated drives the naive peer as fast as it goes: a closed loop of senders over a pool of open chats, each
// chat getting its next event when all others have had theirs.
type Saturated struct {
	// Name is the prefix of its conversations.
	Name string
	// Open is the size of the pool. Where it is large, the events of one chat lie seconds apart, as at real
	// tempo, and each costs a workflow task. Where it equals Senders, they follow each other at once, and Temporal
	// hands several to one task: the peer's best case.
	Open int
	// Senders is how many signals are on their way at once.
	Senders int
	// Ahead is how many signals may be sent that no workflow has taken in yet. Without it the signals, which
	// Temporal takes more cheaply than workflow tasks, would only pile up.
	Ahead int
	// Warm is the time before the window.
	Warm, Window time.Duration
}

// NaiveResult is what came of it.
type NaiveResult struct {
	// Idle is what five seconds without any load and without open chats cost; only known at real tempo.
	Idle Cost `json:"idle,omitzero"`
	// Open is how many chats were open.
	Open int `json:"open_chats"`
	// Window is what the window cost; its events are the signals applied in it, or acknowledged at real tempo.
	Window Cost `json:"window"`
	// EngagementsPerSecond is the number of rows written a second.
	EngagementsPerSecond float64 `json:"engagements_per_second"`
	// Acknowledgement is the time a signal takes; in the closed loop from its sending, at real tempo from its
	// intended sending.
	Acknowledgement openloop.Latency `json:"acknowledgement"`
	// Applied is the time from a lifecycle signal's receipt to the completion of the workflow task that took it.
	Applied openloop.Latency `json:"lifecycle_received_to_applied"`
	// EngineBefore and EngineOpen are the worker's resident bytes before and with the open chats, and
	// BytesPerOpen what one open chat adds.
	EngineBefore int64   `json:"engine_resident_before"`
	EngineOpen   int64   `json:"engine_resident_open"`
	BytesPerOpen float64 `json:"engine_bytes_per_open"`
	// Failed counts signals that failed.
	Failed int64 `json:"failed"`
}

// slot is one place in the pool: an open chat and its next event.
type slot struct {
	chat  *chat.Chat
	next  int
	first bool
}

// pool hands out new chats.
type pool struct {
	prefix  string
	scripts [2][]chat.Step
	number  atomic.Int64
}

func newPool(prefix string) *pool {
	return &pool{prefix: prefix, scripts: [2][]chat.Step{
		chat.Straight:  chat.Script(chat.Straight, chat.Messages, chat.Length),
		chat.Reoffered: chat.Script(chat.Reoffered, chat.Messages, chat.Length),
	}}
}

func (p *pool) open() slot {
	n := int(p.number.Add(1))
	kind := chat.Kind(n % 2)
	c := &chat.Chat{ID: fmt.Sprintf("%s-%07d", p.prefix, n), Number: n, Kind: kind, Steps: p.scripts[kind]}
	return slot{chat: c, first: true}
}

// loop is one run of Saturated.
type loop struct {
	Saturated
	engine    *stack.Engine
	sender    *naive.Sender
	pool      *pool
	slots     chan slot
	stop      atomic.Bool
	measuring atomic.Bool
	// sent counts all signals sent, the warm-up's included.
	sent      atomic.Int64
	failed    atomic.Int64
	histogram *openloop.Histogram
}

// Run warms up, measures the window and throws the open chats away.
func (s Saturated) Run(ctx context.Context, b *Bench) (NaiveResult, error) {
	result := NaiveResult{Open: s.Open}
	e, err := b.Stack.StartNaive(ctx)
	if err != nil {
		return result, err
	}
	defer e.Stop()
	l := &loop{
		Saturated: s, engine: e, sender: &naive.Sender{Temporal: b.Temporal, Inactivity: inactivity}, pool: newPool(s.Name),
		slots: make(chan slot, s.Open), histogram: openloop.NewHistogram(),
	}
	random := rand.New(rand.NewPCG(3, 1)) //nolint:gosec // traffic, not secrets
	for range s.Open {
		one := l.pool.open()
		if s.Open > s.Senders {
			one.next = random.IntN(len(one.chat.Steps))
		}
		l.slots <- one
	}
	var senders sync.WaitGroup
	for range s.Senders {
		senders.Go(func() { l.send(ctx) })
	}
	err = l.measure(ctx, b, e, &result)
	l.stop.Store(true)
	senders.Wait()
	if err != nil {
		return result, err
	}
	return result, b.closeNaive(ctx, e)
}

func (l *loop) send(ctx context.Context) {
	for !l.stop.Load() && ctx.Err() == nil {
		if l.sent.Load()-l.engine.Applied() >= int64(l.Ahead) {
			time.Sleep(5 * time.Millisecond)
			continue
		}
		l.sent.Add(1)
		s := <-l.slots
		begun := time.Now()
		err := l.sender.Send(ctx, chat.Event{Chat: s.chat, Index: s.next}, begun, s.first)
		switch {
		case err != nil:
			l.failed.Add(1)
		case l.measuring.Load():
			l.histogram.Record(time.Since(begun))
		}
		s.first = false
		if s.next++; s.next == len(s.chat.Steps) {
			s = l.pool.open()
		}
		l.slots <- s
	}
}

func (l *loop) measure(ctx context.Context, b *Bench, e *stack.Engine, result *NaiveResult) error {
	done := progress.Seconds(fmt.Sprintf("%s: naive peer at saturation, %d open chats", l.Name, l.Open), l.Warm+l.Window)
	defer done()
	if err := sleep(ctx, time.Now().Add(l.Warm)); err != nil {
		return err
	}
	b.hold(l.Name, e)
	from, err := b.mark(ctx, e)
	if err != nil {
		return err
	}
	rows, err := b.naiveRows(ctx, l.Name)
	if err != nil {
		return err
	}
	applied := l.engine.Applied()
	l.measuring.Store(true)
	if err := sleep(ctx, from.usage.At.Add(l.Window)); err != nil {
		return err
	}
	l.measuring.Store(false)
	applied = l.engine.Applied() - applied
	to, err := b.mark(ctx, e)
	if err != nil {
		return err
	}
	finished, err := b.naiveRows(ctx, l.Name)
	if err != nil {
		return err
	}
	result.Window = from.cost(to, applied)
	result.EngagementsPerSecond = float64(finished-rows) / result.Window.Seconds
	result.Acknowledgement = l.histogram.Latency()
	result.Failed = l.failed.Load()
	result.Applied, err = b.naiveApplied(ctx, l.Name, from.usage.At, to.usage.At)
	return err
}

// naiveRows counts what the peer has recorded of the conversations with a prefix.
func (b *Bench) naiveRows(ctx context.Context, prefix string) (int64, error) {
	var n int64
	err := b.Log.Pool.QueryRow(ctx, `SELECT count(*) FROM naive_engagements WHERE conversation_id LIKE $1 || '-%'`, prefix).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("counting the peer's rows: %w", err)
	}
	return n, nil
}

// closeNaive stops the peer's worker and throws away what is open.
func (b *Bench) closeNaive(ctx context.Context, e *stack.Engine) error {
	if err := e.Ended(); err != nil {
		return err
	}
	e.Stop()
	return b.discard(ctx, naive.TaskQueue)
}

// sampled is how many histories of the peer are read.
const sampled = 1500

// naiveApplied measures lifecycle signals of a sample of workflows, from their receipt by Temporal.
func (b *Bench) naiveApplied(ctx context.Context, prefix string, from, until time.Time) (openloop.Latency, error) {
	runs, err := ledger.Runs(ctx, b.Temporal, fmt.Sprintf("TaskQueue=%q", naive.TaskQueue))
	if err != nil {
		return openloop.Latency{}, err
	}
	var wanted []ledger.Run
	for _, run := range runs {
		if strings.HasPrefix(run.WorkflowID, "naive/"+prefix+"-") {
			wanted = append(wanted, run)
		}
	}
	random := rand.New(rand.NewPCG(4, 1)) //nolint:gosec // a sample
	random.Shuffle(len(wanted), func(i, j int) { wanted[i], wanted[j] = wanted[j], wanted[i] })
	histogram := openloop.NewHistogram()
	err = ledger.Each(ctx, b.Temporal, wanted[:min(len(wanted), sampled)], func(_ ledger.Run, history []*historypb.HistoryEvent) error {
		for _, signal := range ledger.Signals(history) {
			if signal.Signaled.Before(from) || !signal.Signaled.Before(until) || !naive.Lifecycle(signal.Payload) {
				continue
			}
			histogram.Record(signal.Applied.Sub(signal.Signaled))
		}
		return nil
	})
	return histogram.Latency(), err
}
