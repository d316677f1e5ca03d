package workflows

import (
	"go.temporal.io/sdk/workflow"

	"engaged/activities"
	"engaged/engagement"
)

// deadlineTimer is the one timer of a run. A deadline that moves later leaves it alone: it fires,
// and what it finds decides whether it is armed again.
type deadlineTimer struct {
	future workflow.Future
	cancel workflow.CancelFunc
	// due is the instant of the server's clock at which the timer fires.
	due engagement.Instant
}

// arm makes sure that the timer fires no later than due.
func (t *deadlineTimer) arm(ctx workflow.Context, due engagement.Instant) {
	if t.future != nil {
		if t.due <= due {
			return
		}
		t.cancel()
	}
	timerCtx, cancel := workflow.WithCancel(ctx)
	wait := due.Sub(engagement.At(workflow.Now(ctx)))
	t.future, t.cancel, t.due = workflow.NewTimer(timerCtx, max(wait, 1).Duration()), cancel, due
}

// sleep waits for a signal, an update or the deadline, given in the conversation's clock. When the
// deadline is due, time passes through the log: unseen entries come back, or a clock mark.
func (r *run) sleep(ctx workflow.Context, until engagement.Instant) error {
	lag := r.result.Lag
	r.timer.arm(ctx, until.Add(lag))
	fired := false
	selector := workflow.NewSelector(ctx)
	selector.AddFuture(r.timer.future, func(workflow.Future) { fired = true })
	for _, channel := range r.inbox.channels() {
		selector.AddReceive(channel, func(workflow.ReceiveChannel, bool) {})
	}
	selector.Select(ctx)
	if err := ctx.Err(); err != nil {
		return err
	}
	if !fired {
		return nil
	}
	r.timer.future = nil
	if engagement.At(workflow.Now(ctx)) < until.Add(lag) {
		return nil
	}
	reached, err := activities.ReachTime(ctx, activities.ReachTimeInput{Subject: r.input.Subject, Seen: r.seen, At: until, Lag: lag})
	if err != nil {
		return err
	}
	seen := r.seen
	r.add(reached.Batch)
	if reached.Batch.More {
		if err := r.fetch(ctx); err != nil {
			return err
		}
	}
	if r.seen > seen {
		r.fold()
	}
	return nil
}

// channels are all that can wake a run. They are only watched here: drain receives.
func (in *inbox) channels() []workflow.ReceiveChannel {
	return append([]workflow.ReceiveChannel{in.entries, in.events, in.wake}, in.aliases...)
}
