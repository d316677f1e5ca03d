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

// slack is how much later than a deadline its timer may fire. The lag is the smallest seen, so nearly
// every new entry moves all deadlines some milliseconds earlier; what time a deadline has does not
// depend on when its timer fires.
const slack = engagement.Millis(100)

// arm makes sure that the timer fires no later than slack after due.
func (t *deadlineTimer) arm(ctx workflow.Context, due engagement.Instant) {
	if t.future != nil {
		if t.due <= due.Add(slack) {
			return
		}
		t.cancel()
	}
	timerCtx, cancel := workflow.WithCancel(ctx)
	wait := due.Sub(engagement.At(workflow.Now(ctx)))
	t.future, t.cancel, t.due = workflow.NewTimer(timerCtx, max(wait, 1).Duration()), cancel, due
}

// soon is how near a deadline must be for a timer that fires before it to ask the log at once: what it
// finds mostly moves the deadline, and a timer for the rest would be one more.
const soon = engagement.Millis(60_000)

// sleep waits for a signal, an update or the deadline, given in the conversation's clock. When the
// deadline is due, time passes through the log.
func (r *run) sleep(ctx workflow.Context, until engagement.Instant) error {
	due := until.Add(r.result.Lag).Add(r.skew)
	if due > engagement.At(workflow.Now(ctx)) {
		r.timer.arm(ctx, r.wakeBy(ctx, due))
		fired := r.wait(ctx)
		if err := ctx.Err(); err != nil || !fired || due.Sub(engagement.At(workflow.Now(ctx))) > soon {
			return err
		}
	}
	return r.reach(ctx, until, due)
}

// wakeBy is when to wake for a deadline. What a conversation without a leg waits for lies 14 days
// ahead, but a leg and its inactivity deadline mostly come soon: a timer one inactivity period ahead
// then serves for both. Where no leg comes, each next one is armed twice as far ahead.
func (r *run) wakeBy(ctx workflow.Context, due engagement.Instant) engagement.Instant {
	if r.result.Open != nil {
		return due
	}
	period := engagement.DefaultInactivityPeriod
	if n := len(r.base.Settings); n > 0 && r.base.Settings[n-1].Defaults.InactivityPeriod != nil {
		period = *r.base.Settings[n-1].Defaults.InactivityPeriod
	}
	now := engagement.At(workflow.Now(ctx))
	return min(due, now.Add(max(period, now.Sub(r.began))))
}

// wait blocks until anything wakes the run and tells whether it was the timer.
func (r *run) wait(ctx workflow.Context) (fired bool) {
	selector := workflow.NewSelector(ctx)
	selector.AddFuture(r.timer.future, func(workflow.Future) { fired = true })
	for _, channel := range r.inbox.channels() {
		selector.AddReceive(channel, func(workflow.ReceiveChannel, bool) {})
	}
	selector.Select(ctx)
	if fired {
		r.timer.future = nil
	}
	return fired
}

// reach asks the log whether time has come to an instant of the conversation's clock: entries that
// the run has not seen come back, or a clock mark. Where the log's clock is behind the server's, by
// which the instant is due, the run learns by how much and sleeps that much longer.
func (r *run) reach(ctx workflow.Context, at, due engagement.Instant) error {
	reached, err := activities.ReachTime(ctx, activities.ReachTimeInput{Subject: r.input.Subject, Seen: r.seen, At: at, Lag: r.result.Lag})
	if err != nil {
		return err
	}
	if len(reached.Batch.Entries) == 0 {
		if due > engagement.At(workflow.Now(ctx)) {
			return nil
		}
		r.skew = max(r.skew, engagement.At(workflow.Now(ctx)).Sub(reached.Now)) + 1
		return nil
	}
	r.add(reached.Batch)
	if reached.Batch.More {
		if err := r.fetch(ctx); err != nil {
			return err
		}
	}
	r.fold()
	return nil
}

// channels are all that can wake a run. They are only watched here: drain receives.
func (in *inbox) channels() []workflow.ReceiveChannel {
	return append([]workflow.ReceiveChannel{in.entries, in.events, in.wake}, in.aliases...)
}
