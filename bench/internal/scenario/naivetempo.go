package scenario

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"engaged/bench/internal/chat"
	"engaged/bench/internal/naive"
	"engaged/bench/internal/openloop"
	"engaged/bench/internal/progress"
	"engaged/bench/internal/stack"
	"engaged/bench/internal/usage"
)

// shot is one signal of the naive peer at real tempo.
type shot struct {
	event chat.Event
	at    time.Duration
	first bool
}

// Due returns when to send it.
func (s shot) Due() time.Duration { return s.at }

// RunNaive plays the same chats at the same tempo to the naive peer. A chat that began before is brought to
// where it would be by one signal, which arms the timer anew.
func (t Tempo) RunNaive(ctx context.Context, b *Bench) (NaiveResult, error) {
	open := t.Rate / chat.MeanEvents * chat.Length.Seconds()
	result := NaiveResult{Open: int(open)}
	e, err := b.Stack.StartNaive(ctx)
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
	result.EngineBefore = before.Resident[usage.Engine]
	fill := time.Duration(open/t.FillRate*float64(time.Second)) + 10*time.Second
	begin := time.Now().Add(fill)
	done := progress.Seconds(fmt.Sprintf("%s: naive peer, %.0f open chats, then %.0f events/s at real tempo for %v", t.Name, open, t.Rate, t.Window), fill+t.Window)
	defer done()
	sender := &naive.Sender{Temporal: b.Temporal, Inactivity: inactivity}
	histogram := openloop.NewHistogram()
	var failed, sent atomic.Int64
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		openloop.Pace(ctx, begin, 64, slices.Values(t.shots(fill)), func() func(shot) {
			return func(s shot) {
				err := sender.Send(ctx, s.event, begin.Add(s.at), s.first)
				switch {
				case err != nil:
					failed.Add(1)
				case s.at >= 0:
					histogram.Record(time.Since(begin.Add(s.at)))
					sent.Add(1)
				}
			}
		})
	}()
	from, to, err := t.measureNaive(ctx, b, e, begin, &result)
	<-finished
	if err != nil {
		return result, err
	}
	result.Window = from.cost(to, sent.Load())
	result.EngineOpen = from.usage.Resident[usage.Engine]
	result.BytesPerOpen = float64(result.EngineOpen-result.EngineBefore) / max(open, 1)
	result.Acknowledgement, result.Failed = histogram.Latency(), failed.Load()
	return result, b.closeNaive(ctx, e)
}

func (t Tempo) measureNaive(ctx context.Context, b *Bench, e *stack.Engine, begin time.Time, result *NaiveResult) (from, to mark, err error) {
	if err = sleep(ctx, begin); err != nil {
		return from, to, err
	}
	if from, err = b.mark(ctx, e); err != nil {
		return from, to, err
	}
	rows, err := b.naiveRows(ctx, t.Name)
	if err != nil {
		return from, to, err
	}
	b.hold(t.Name+"-naive", e)
	if err = sleep(ctx, begin.Add(t.Window)); err != nil {
		return from, to, err
	}
	if to, err = b.mark(ctx, e); err != nil {
		return from, to, err
	}
	finished, err := b.naiveRows(ctx, t.Name)
	if err != nil {
		return from, to, err
	}
	result.EngagementsPerSecond = float64(finished-rows) / t.Window.Seconds()
	result.Applied, err = b.naiveApplied(ctx, t.Name, begin, begin.Add(t.Window))
	return from, to, err
}

// shots are one signal for each chat that began before, and the events after, in the order of time.
func (t Tempo) shots(fill time.Duration) []shot {
	traffic := chat.Traffic{Prefix: t.Name, Rate: t.Rate, Scale: 1, From: -chat.Length, Until: t.Window, Seed: 2}
	var all []shot
	filling, position := fill-5*time.Second, 0.0
	past := t.Rate / chat.MeanEvents * chat.Length.Seconds()
	for c := range traffic.Chats() {
		from := -filling - 5*time.Second + time.Duration(position/past*float64(filling))
		position++
		if c.Start >= from {
			from = c.Start - 1
		}
		first := true
		events := c.Events()
		if c.Start < from {
			i := slices.IndexFunc(events, func(e chat.Event) bool { return e.At > from })
			if i < 0 {
				continue // it is over
			}
			all = append(all, shot{event: events[i-1], at: from, first: true})
			first = false
		}
		for _, event := range events {
			if event.At > from && event.At < t.Window {
				all = append(all, shot{event: event, at: event.At, first: first})
				first = false
			}
		}
	}
	slices.SortStableFunc(all, func(a, b shot) int { return cmp.Compare(a.at, b.at) })
	return all
}
