package scenario

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"engaged/bench/internal/chat"
	"engaged/bench/internal/openloop"
	"engaged/bench/internal/progress"
	"engaged/bench/internal/stack"
	"engaged/bench/internal/usage"
)

// inactivity is the engine's default inactivity period.
const inactivity = 10 * time.Minute

// Tempo plays chats at real tempo. A chat takes 25 minutes and so do the timers in it, but a run need not: it
// takes a slice out of the steady state. Chats begin at random over the 25 minutes before the slice; each is
// brought to where it would be, with its timer armed where it would be (see prefill), and played on from there.
type Tempo struct {
	// Name is the organization and prefix of its conversations.
	Name string
	// Rate is the mean number of events a second.
	Rate float64
	// Window is the measured time.
	Window time.Duration
	// FillRate is how many open chats a second are brought to where they would be.
	FillRate float64
}

// TempoResult is what came of it.
type TempoResult struct {
	// Idle is what five seconds without any load and without open chats cost.
	Idle Cost `json:"idle"`
	// Open is how many chats are open on average.
	Open int `json:"open_chats"`
	// Undispatched is how many conversations still waited for dispatch when the window began. Where it is more
	// than a few, filling was not over, and the figures hold its cost too.
	Undispatched int64 `json:"undispatched_before"`
	// Window is what the window cost; its events are those acknowledged in it.
	Window Cost `json:"window"`
	// Sent is what was acknowledged, filling included; the latencies are those of the window.
	Sent openloop.Tally `json:"sent"`
	// Applied is the time from receipt to applied of the lifecycle events received in the window.
	Applied openloop.Latency `json:"lifecycle_received_to_applied"`
	// Unapplied counts lifecycle events of the window that no workflow task had taken in at its end.
	Unapplied int `json:"lifecycle_unapplied"`
	// EngineBefore and EngineOpen are the engine's resident bytes before and with the open chats, and
	// BytesPerOpen what one open chat adds.
	EngineBefore int64   `json:"engine_resident_before"`
	EngineOpen   int64   `json:"engine_resident_open"`
	BytesPerOpen float64 `json:"engine_bytes_per_open"`
}

// Run fills, lets things settle, measures and finds out when what was applied.
func (t Tempo) Run(ctx context.Context, b *Bench) (TempoResult, error) {
	var result TempoResult
	e, err := b.Stack.StartEngine(ctx, t.Name)
	if err != nil {
		return result, err
	}
	defer e.Stop()
	before, err := e.Usage()
	if err != nil {
		return result, err
	}
	if result.Idle, err = b.idle(ctx, e); err != nil {
		return result, err
	}
	begin, err := t.play(ctx, b, e, &result)
	if err != nil {
		return result, err
	}
	result.EngineBefore = before.Resident[usage.Engine]
	result.BytesPerOpen = float64(result.EngineOpen-result.EngineBefore) / float64(max(result.Open, 1))
	// A lifecycle event received at the very end has a moment to be applied.
	if err := sleep(ctx, begin.Add(t.Window+3*time.Second)); err != nil {
		return result, err
	}
	notef("%s: reading histories", t.Name)
	result.Applied, result.Unapplied, err = b.applied(ctx, t.Name, begin, begin.Add(t.Window))
	e.Stop()
	if err == nil {
		err = b.discard(ctx, t.Name)
	}
	return result, err
}

// play sends filling and live events and returns when the window began.
func (t Tempo) play(ctx context.Context, b *Bench, e *stack.Engine, result *TempoResult) (time.Time, error) {
	open := t.Rate / chat.MeanEvents * chat.Length.Seconds()
	fill := time.Duration(open/t.FillRate*float64(time.Second)) + 15*time.Second
	traffic := chat.Traffic{Prefix: t.Name, Rate: t.Rate, Scale: 1, From: -chat.Length, Until: t.Window, Seed: 2}
	begin := time.Now().Add(fill) // the window's start
	requests := t.requests(traffic, begin, fill)
	done := progress.Seconds(fmt.Sprintf("%s: %.0f open chats, then %.0f events/s at real tempo for %v", t.Name, open, t.Rate, t.Window), fill+t.Window)
	defer done()
	sent := make(chan openloop.Tally, 1)
	go func() { sent <- b.driver(e, nil).Run(ctx, begin, slices.Values(requests)) }()
	result.Open = int(open)
	var from, to mark
	err := sleep(ctx, begin)
	if err == nil {
		from, err = b.mark(ctx, e)
	}
	if err == nil {
		_, result.Undispatched, err = b.Log.Done(ctx, t.Name)
	}
	if err == nil {
		result.EngineOpen = from.usage.Resident[usage.Engine]
		b.hold(t.Name, e)
		err = sleep(ctx, begin.Add(t.Window))
	}
	if err == nil {
		to, err = b.mark(ctx, e)
	}
	result.Sent = <-sent
	if err != nil {
		return begin, err
	}
	result.Window = from.cost(to, result.Sent.Measured)
	return begin, e.Ended()
}

// requests are the fillings of all chats that began before, and the events after.
func (t Tempo) requests(traffic chat.Traffic, begin time.Time, fill time.Duration) []openloop.Request {
	var all []openloop.Request
	filling, position := fill-15*time.Second, 0.0
	past := t.Rate / chat.MeanEvents * chat.Length.Seconds()
	for c := range traffic.Chats() {
		// Events after from are sent one by one.
		from := -filling - 10*time.Second + time.Duration(position/past*float64(filling))
		position++
		if c.Start < from {
			all = append(all, prefill(c, from, begin)...)
		} else {
			from = -fill
		}
		for _, event := range c.Events() {
			if event.At > from && event.At < t.Window {
				all = append(all, openloop.Request{
					At: event.At, Events: 1, Measured: event.At >= 0, Body: body([]chat.Event{event}, begin),
				})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b openloop.Request) int { return cmp.Compare(a.At, b.At) })
	return all
}

// prefill brings a chat to where it would be at a time. The workflow of a live chat saw the log when its timer
// last fired, or at the last lifecycle event; since then messages have only been logged. So the first request
// holds the events up to that instant (and a status event of now, without effect, that tells that the source is
// live), and the second, five seconds later, the messages since.
func prefill(c *chat.Chat, at time.Duration, begin time.Time) []openloop.Request {
	var seen, since []chat.Event
	for _, event := range c.Events() {
		switch {
		case event.At > at:
		case event.At <= lastLook(c, at):
			seen = append(seen, event)
		default:
			since = append(since, event)
		}
	}
	if len(c.Steps) == len(seen)+len(since) { // it is over
		return nil
	}
	now := chat.Event{Chat: &chat.Chat{ID: c.ID, Number: c.Number, Steps: []chat.Step{{Type: "status.changed", Status: "open"}}}, At: at}
	first := func(b []byte) []byte {
		b = array(b, seen, begin)
		b = append(b[:len(b)-1], ',')
		b = append(b, `{"source":"live",`...)
		raw := now.Append(nil, begin.Add(at))
		return append(append(b, raw[1:]...), ']')
	}
	requests := []openloop.Request{{At: at, Events: len(seen) + 1, Body: first}}
	if len(since) > 0 {
		requests = append(requests, openloop.Request{At: at + 5*time.Second, Events: len(since), Body: body(since, begin)})
	}
	return requests
}

// lastLook is when the workflow of a chat last read the log before a time: at its last lifecycle event, or when
// its inactivity timer fired and was armed again because the customer had written meanwhile.
func lastLook(c *chat.Chat, at time.Duration) time.Duration {
	look := c.Start
	for _, event := range c.Events() {
		if event.At <= at && event.Step().Lifecycle() {
			look = event.At
		}
	}
	for {
		anchor := look
		for _, event := range c.Events() {
			if event.At <= look && event.Step().Type == "customer.message" && event.At > c.Start+time.Minute {
				anchor = event.At
			}
		}
		if next := anchor + inactivity; next <= at && next > look {
			look = next
			continue
		}
		return look
	}
}
