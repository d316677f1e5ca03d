package scenario

import (
	"context"
	"fmt"
	"iter"
	"time"

	"engaged/bench/internal/chat"
	"engaged/bench/internal/openloop"
	"engaged/bench/internal/progress"
	"engaged/bench/internal/stack"
)

// Intake says how hard events are sent.
type Intake struct {
	// Name is the organization and prefix of its conversations.
	Name string
	// Requests is the mean number of requests a second, Batch how many events each holds.
	Requests float64
	Batch    int
	// Window is the measured time.
	Window time.Duration
	// Chat is how long a chat takes, shortened from 25 minutes; before the window the load rises for that long
	// and after it falls, since every chat is played to its end.
	Chat time.Duration
	// Bare leaves out dispatch, so that nothing is drained: what acknowledging alone costs.
	Bare bool
	// Patience is how long the backlog may take to drain.
	Patience time.Duration
}

// IntakeResult is what came of it.
type IntakeResult struct {
	// Sent is what was acknowledged, ramps included; its latencies are those of the window.
	Sent openloop.Tally `json:"sent"`
	// RequestsPerSecond is how many of the window's requests were acknowledged a second. Where the last of them
	// was acknowledged more than a second after the window, the time that it took counts.
	RequestsPerSecond float64 `json:"requests_per_second"`
	// Window is what the window cost.
	Window Cost `json:"window"`
	// Backlog counts entries not yet applied when the last event was acknowledged.
	Backlog int64 `json:"backlog"`
	// Drain is what applying the backlog took; its events are the entries applied.
	Drain Cost `json:"drain"`
	// DrainEngagements is how many engagements were recorded in it.
	DrainEngagements int64 `json:"drain_engagements"`
	// Whole is all of it, from the first event to the last record.
	Whole Cost `json:"whole"`
	// Engagements is how many records there are in the end.
	Engagements int64 `json:"engagements"`
	// Checks hold that nothing was lost.
	Checks []Check `json:"checks"`
}

// Run sends the load, waits until the backlog is drained and checks that nothing was lost.
func (i Intake) Run(ctx context.Context, b *Bench) (IntakeResult, error) {
	var result IntakeResult
	var further []string
	if i.Bare {
		further = []string{"--dispatchers", "0"}
	}
	e, err := b.Stack.StartEngine(ctx, i.Name, further...)
	if err != nil {
		return result, err
	}
	defer e.Stop()
	before, err := b.mark(ctx, e)
	if err != nil {
		return result, err
	}
	if err := i.load(ctx, b, e, &result); err != nil {
		return result, err
	}
	if i.Bare {
		return result, nil
	}
	if err := i.drain(ctx, b, e, &result); err != nil {
		return result, err
	}
	after, err := b.mark(ctx, e)
	if err != nil {
		return result, err
	}
	result.Whole = before.cost(after, result.Sent.Events)
	return result, i.check(ctx, b, &result)
}

func (i Intake) traffic() chat.Traffic {
	return chat.Traffic{
		Prefix: i.Name, Rate: i.Requests * float64(i.Batch), Scale: float64(i.Chat) / float64(chat.Length),
		From: -i.Chat, Until: i.Window, Seed: 1,
	}
}

// load sends everything and measures the window.
func (i Intake) load(ctx context.Context, b *Bench, e *stack.Engine, result *IntakeResult) error {
	start := time.Now().Add(i.Chat + 100*time.Millisecond) // the window's start
	total := int(i.Requests * float64(i.Batch) * (i.Window + i.Chat).Seconds())
	bar := progress.Start(fmt.Sprintf("%s: %.0f requests/s of %d events for %v", i.Name, i.Requests, i.Batch, i.Window), "events", total)
	defer bar.Done()
	type window struct {
		begin, end mark
		err        error
	}
	measured := make(chan window, 1)
	go func() {
		var w window
		if w.err = sleep(ctx, start); w.err == nil {
			b.hold(i.Name, e)
			w.begin, w.err = b.mark(ctx, e)
		}
		if w.err == nil {
			w.err = sleep(ctx, start.Add(i.Window))
		}
		if w.err == nil {
			w.end, w.err = b.mark(ctx, e)
		}
		measured <- w
	}()
	result.Sent = b.driver(e, bar.Add).Run(ctx, start, i.requests(start))
	w := <-measured
	if w.err != nil {
		return w.err
	}
	events := result.Sent.Measured * int64(i.Batch)
	result.Window = w.begin.cost(w.end, events)
	result.RequestsPerSecond = float64(result.Sent.Measured) / max(i.Window.Seconds(), result.Sent.Finished-1)
	return ctx.Err()
}

// requests puts the traffic's events into requests, each sent when its last event happens.
func (i Intake) requests(start time.Time) iter.Seq[openloop.Request] {
	return func(yield func(openloop.Request) bool) {
		var batch []chat.Event
		flush := func() bool {
			last := batch[len(batch)-1].At
			r := openloop.Request{At: last, Events: len(batch), Measured: last >= 0 && last < i.Window, Body: body(batch, start)}
			batch = nil
			return yield(r)
		}
		for event := range i.traffic().Events() {
			batch = append(batch, event)
			if len(batch) == i.Batch && !flush() {
				return
			}
		}
		if len(batch) > 0 {
			flush()
		}
	}
}

// body writes one event, or an array of several.
func body(events []chat.Event, start time.Time) func([]byte) []byte {
	return func(b []byte) []byte {
		if len(events) == 1 {
			return events[0].Append(b, start.Add(events[0].At))
		}
		return array(b, events, start)
	}
}

func array(b []byte, events []chat.Event, start time.Time) []byte {
	separator := byte('[')
	for _, event := range events {
		b = event.Append(append(b, separator), start.Add(event.At))
		separator = ','
	}
	return append(b, ']')
}

// drain waits until every conversation that has anything to record is recorded.
func (i Intake) drain(ctx context.Context, b *Bench, e *stack.Engine, result *IntakeResult) error {
	begin, err := b.Log.State(ctx, i.Name, i.Name)
	if err != nil {
		return err
	}
	from, err := b.mark(ctx, e)
	if err != nil {
		return err
	}
	result.Backlog = begin.Unapplied
	b.hold(i.Name+"-drain", e)
	bar := progress.Start(fmt.Sprintf("%s: draining %d entries", i.Name, begin.Unapplied), "entries", int(begin.Unapplied))
	defer bar.Done()
	limit := time.Now().Add(i.Patience)
	for {
		if err := sleep(ctx, time.Now().Add(time.Second)); err != nil {
			return err
		}
		if err := e.Ended(); err != nil {
			return err
		}
		left, err := b.Log.Unapplied(ctx, i.Name, i.Name)
		if err != nil {
			return err
		}
		bar.Set(int(begin.Unapplied - left))
		records, claims, err := b.Log.Done(ctx, i.Name)
		if err != nil {
			return err
		}
		if records >= begin.Conversations && claims == 0 || time.Now().After(limit) {
			to, err := b.mark(ctx, e)
			result.Drain = from.cost(to, begin.Unapplied-left)
			result.DrainEngagements = records - begin.Engagements
			return err
		}
	}
}

// check compares what the log and the records hold with what was acknowledged.
func (i Intake) check(ctx context.Context, b *Bench, result *IntakeResult) error {
	s, err := b.Log.State(ctx, i.Name, i.Name)
	if err != nil {
		return err
	}
	var chats, messages int64
	for c := range i.traffic().Chats() {
		chats++
		for _, step := range c.Steps {
			if !step.Lifecycle() {
				messages++
			}
		}
	}
	sent := result.Sent
	result.Engagements = s.Engagements
	result.Checks = []Check{
		{"requests given up", 0, sent.Lost},
		{"events rejected", 0, sent.Rejected},
		{"entries in the log = events acknowledged", sent.Accepted + sent.Late, s.Entries},
		{"conversations", chats, s.Conversations},
		{"one engagement a conversation", chats, s.Engagements},
		{"messages in records = messages sent, less late ones", messages - s.LateMessages, s.Messages},
		{"conversations waiting for dispatch", 0, s.Claims},
		{"dead letters", 0, s.DeadLetters},
	}
	return nil
}
