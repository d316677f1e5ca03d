package scenario

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	historypb "go.temporal.io/api/history/v1"

	"engaged/bench/internal/chat"
	"engaged/bench/internal/ledger"
	"engaged/bench/internal/naive"
	"engaged/bench/internal/openloop"
	"engaged/bench/internal/progress"
)

// Chats plays a few whole chats to both engines at once, undisturbed, and counts from the real histories what
// each cost Temporal. A chat shortened from 25 minutes has the inactivity period shortened alike, so that the
// same timers fire; lifecycle events stay as far apart as they are (2 s and more).
type Chats struct {
	// Name is the organization and prefix of the conversations.
	Name string
	// Each is how many chats are played of each kind.
	Each int
	// Length is how long a chat takes; 25 minutes is the real thing.
	Length time.Duration
}

// ChatCost is what one chat cost on average.
type ChatCost struct {
	// Chat says which chat: its messages and lifecycle events.
	Chat string `json:"chat"`
	// Chats is how many were counted.
	Chats int `json:"chats"`
	// Engine and Naive are sums over all of them.
	Engine ledger.Count `json:"engine"`
	Naive  ledger.Count `json:"naive"`
}

// variant is one of the chats that are compared.
type variant struct {
	label    string
	kind     chat.Kind
	messages int
}

// variants are the chat of the target, the same with twice the messages (its cost should not change), and the
// other chat of the mix.
var variants = []variant{
	{"24 messages, 4 lifecycle events", chat.Straight, chat.Messages},
	{"48 messages, 4 lifecycle events", chat.Straight, 2 * chat.Messages},
	{"24 messages, 8 lifecycle events", chat.Reoffered, chat.Messages},
}

// shortest is the length below which the offers of the last variant take longer than an inactivity period.
const shortest = 100 * time.Second

func (c Chats) variants() []variant {
	if c.Length < shortest {
		return variants[:2]
	}
	return variants
}

// Run plays the chats and counts.
func (c Chats) Run(ctx context.Context, b *Bench) ([]ChatCost, error) {
	period := time.Duration(float64(inactivity) * float64(c.Length) / float64(chat.Length))
	if err := b.Log.ShortenInactivity(ctx, c.Name, period); err != nil {
		return nil, err
	}
	e, err := b.Stack.StartEngine(ctx, c.Name)
	if err != nil {
		return nil, err
	}
	defer e.Stop()
	peer, err := b.Stack.StartNaive(ctx)
	if err != nil {
		return nil, err
	}
	defer peer.Stop()
	events := c.events()
	last := events[len(events)-1].At
	done := progress.Seconds(fmt.Sprintf("%s: %d chats of %v on both engines", c.Name, len(c.variants())*c.Each, c.Length), last+5*time.Second)
	defer done()
	start := time.Now().Add(100 * time.Millisecond)
	sender := &naive.Sender{Temporal: b.Temporal, Inactivity: period}
	driver := b.driver(e, nil)
	driver.Connections = 32
	var (
		both   sync.WaitGroup
		mu     sync.Mutex
		failed error
		tally  openloop.Tally
	)
	both.Go(func() { tally = driver.Run(ctx, start, slices.Values(requestsOf(events, start))) })
	both.Go(func() {
		openloop.Pace(ctx, start, 32, slices.Values(shotsOf(events)), func() func(shot) {
			return func(s shot) {
				if err := sender.Send(ctx, s.event, start.Add(s.at), s.first); err != nil {
					mu.Lock()
					defer mu.Unlock()
					failed = err
				}
			}
		})
	})
	both.Wait()
	if failed != nil {
		return nil, failed
	}
	if tally.Accepted != int64(len(events)) {
		return nil, fmt.Errorf("of %d events %d were accepted: %s", len(events), tally.Accepted, tally.FirstFault)
	}
	if err := c.settle(ctx, b); err != nil {
		return nil, err
	}
	return c.count(ctx, b)
}

// events are those of all chats, in the order of time; the chats begin within five seconds.
func (c Chats) events() []chat.Event {
	var all []chat.Event
	for v, variant := range c.variants() {
		steps := chat.Script(variant.kind, variant.messages, c.Length)
		for n := range c.Each {
			one := &chat.Chat{
				ID: fmt.Sprintf("%s-%d-%07d", c.Name, v, n), Number: n, Kind: variant.kind, Steps: steps,
				Start: time.Duration(n) * 5 * time.Second / time.Duration(c.Each),
			}
			all = append(all, one.Events()...)
		}
	}
	slices.SortStableFunc(all, func(a, b chat.Event) int { return int(a.At - b.At) })
	return all
}

func requestsOf(events []chat.Event, start time.Time) []openloop.Request {
	var all []openloop.Request
	for _, event := range events {
		all = append(all, openloop.Request{At: event.At, Events: 1, Body: body([]chat.Event{event}, start)})
	}
	return all
}

func shotsOf(events []chat.Event) []shot {
	var all []shot
	for _, event := range events {
		all = append(all, shot{event: event, at: event.At, first: event.Index == 0})
	}
	return all
}

// settle waits until all chats are recorded by both.
func (c Chats) settle(ctx context.Context, b *Bench) error {
	limit := time.Now().Add(30 * time.Second)
	for {
		records, _, err := b.Log.Done(ctx, c.Name)
		if err != nil {
			return err
		}
		rows, err := b.naiveRows(ctx, c.Name)
		if err != nil {
			return err
		}
		if want := int64(len(c.variants()) * c.Each); records >= want && rows >= want {
			return nil
		}
		if time.Now().After(limit) {
			return fmt.Errorf("of %d chats %d are recorded by the engine and %d by the peer", len(c.variants())*c.Each, records, rows)
		}
		if err := sleep(ctx, time.Now().Add(200*time.Millisecond)); err != nil {
			return err
		}
	}
}

// count reads the histories. Visibility may lag a little behind, so it looks until every run is listed as
// completed.
func (c Chats) count(ctx context.Context, b *Bench) ([]ChatCost, error) {
	costs := make([]ChatCost, len(c.variants()))
	for v := range costs {
		costs[v].Chat, costs[v].Chats = variants[v].label, c.Each
	}
	for _, queue := range []string{c.Name, naive.TaskQueue} {
		if err := sleep(ctx, time.Now().Add(2*time.Second)); err != nil {
			return nil, err
		}
		runs, err := ledger.Runs(ctx, b.Temporal, fmt.Sprintf("TaskQueue=%q", queue))
		if err != nil {
			return nil, err
		}
		err = ledger.Each(ctx, b.Temporal, runs, func(run ledger.Run, history []*historypb.HistoryEvent) error {
			for v := range c.variants() {
				switch prefix := fmt.Sprintf("%s-%d-", c.Name, v); {
				case strings.HasPrefix(run.WorkflowID, "engagement/"+c.Name+"/"+prefix):
					costs[v].Engine.Add(ledger.Of(history))
				case strings.HasPrefix(run.WorkflowID, "naive/"+prefix):
					costs[v].Naive.Add(ledger.Of(history))
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return costs, nil
}
