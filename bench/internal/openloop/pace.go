package openloop

import (
	"context"
	"iter"
	"sync"
	"time"
)

// Pace hands each item to one of the senders when it is due, counted from start, and waits until all are
// done. Items must come in the order of their times. When every sender is busy the item waits: whoever
// measures latency must measure it from the time that the item was due. It ends early when ctx is done.
func Pace[T interface{ Due() time.Duration }](ctx context.Context, start time.Time, senders int, items iter.Seq[T], sender func() func(T)) {
	due := make(chan T, 1<<16)
	var working sync.WaitGroup
	for range senders {
		send := sender()
		working.Go(func() {
			for item := range due {
				send(item)
			}
		})
	}
	release(ctx, start, items, due)
	close(due)
	working.Wait()
}

func release[T interface{ Due() time.Duration }](ctx context.Context, start time.Time, items iter.Seq[T], due chan<- T) {
	for item := range items {
		if wait := time.Until(start.Add(item.Due())); wait > 0 {
			select {
			case <-ctx.Done():
				return
			case <-time.After(wait):
			}
		}
		select {
		case <-ctx.Done():
			return
		case due <- item:
		}
	}
}
