package workflows

import (
	"fmt"
	"slices"
	"strings"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"engaged/activities"
	"engaged/delivery"
	"engaged/engagement"
	"engaged/models"
)

// deliverySignal is a signal that a dialer or a caller may send to a task's workflow directly.
type deliverySignal struct {
	name string
	// command is what it stands for; empty: it carries a dialer's event.
	command delivery.EventType
}

var deliverySignals = []deliverySignal{
	{"cancel", delivery.TaskCancelled}, {"suspend", delivery.TaskSuspended}, {"resume", delivery.TaskResumed},
	{"reschedule", delivery.TaskRescheduled}, {"opt_out", delivery.ContactOptedOut}, {"call_result", ""}, {"disposition", ""},
}

// deliveryInbox is where signals put what they bring.
type deliveryInbox struct {
	entries workflow.ReceiveChannel
	direct  []workflow.ReceiveChannel
	// named counts the direct signals of each name, so that a task carried out again gives the same ids.
	named map[string]int
}

func (in *deliveryInbox) listen(ctx workflow.Context) {
	in.named = map[string]int{}
	in.entries = workflow.GetSignalChannel(ctx, SignalEntries)
	for _, s := range deliverySignals {
		in.direct = append(in.direct, workflow.GetSignalChannel(ctx, s.name))
	}
}

// channels are all that can wake a run.
func (in *deliveryInbox) channels() []workflow.ReceiveChannel {
	return append([]workflow.ReceiveChannel{in.entries}, in.direct...)
}

// waiting tells that a channel holds what was not taken in.
func (in *deliveryInbox) waiting() bool {
	return slices.ContainsFunc(in.channels(), func(c workflow.ReceiveChannel) bool { return c.Len() > 0 })
}

// takeIn brings the run up to all that was signalled: direct signals go through the log first, a gap is
// read from the log, then everything is folded once.
func (r *deliveryRun) takeIn(ctx workflow.Context) error {
	seen := r.seen
	highest, err := r.appendDirect(ctx)
	if err != nil {
		return err
	}
	var batch models.Batch
	for r.inbox.entries.ReceiveAsync(&batch) {
		r.add(batch)
		highest = max(highest, batch.To)
		batch = models.Batch{}
	}
	if highest > r.seen {
		if err := r.fetch(ctx); err != nil {
			return err
		}
	}
	if r.seen > seen && r.known() {
		r.fold()
	}
	return nil
}

// appendDirect puts what was signalled directly into the log and returns the highest number it got.
func (r *deliveryRun) appendDirect(ctx workflow.Context) (int64, error) {
	var signals []activities.DeliverySignal
	for i, channel := range r.inbox.direct {
		s := deliverySignals[i]
		var value converter.RawValue
		for channel.ReceiveAsync(&value) {
			r.inbox.named[s.name]++
			signals = append(signals, activities.DeliverySignal{
				Signal: s.name, Type: s.command, At: delivery.At(workflow.Now(ctx)),
				ID:      fmt.Sprintf("signal:%s:%s:%d", workflow.GetInfo(ctx).WorkflowExecution.RunID, s.name, r.inbox.named[s.name]),
				Payload: strings.ToValidUTF8(string(value.Payload().GetData()), "\uFFFD"),
			})
			value = converter.RawValue{}
		}
	}
	if len(signals) == 0 || !r.known() {
		return 0, nil
	}
	return activities.AppendDeliverySignals(ctx, activities.DeliverySignalsInput{Subject: r.input.Subject, Signals: signals})
}

// add takes in a batch if it continues what is seen; otherwise the log will be asked.
func (r *deliveryRun) add(batch models.Batch) {
	if batch.From > r.seen+1 || batch.To <= r.seen {
		return
	}
	for _, e := range batch.TaskEntries {
		if e.Number > r.seen {
			r.base.Entries = append(r.base.Entries, e)
		}
	}
	r.seen = batch.To
}

// fetch reads the log from what is seen to its end.
func (r *deliveryRun) fetch(ctx workflow.Context) error {
	for {
		batch, err := activities.FetchEntries(ctx, activities.FetchEntriesInput{Subject: r.input.Subject, After: r.seen})
		if err != nil {
			return err
		}
		r.add(batch)
		if !batch.More {
			return nil
		}
	}
}

// sleep waits for a signal or for an instant of the task's clock. When it has come, time passes through
// the log.
func (r *deliveryRun) sleep(ctx workflow.Context, until delivery.Instant) error {
	due := until.Add(r.folded.Lag).Add(r.skew)
	if due > delivery.At(workflow.Now(ctx)) {
		r.timer.arm(ctx, engagement.Instant(due))
		fired := r.wait(ctx)
		if err := ctx.Err(); err != nil || !fired || due > delivery.At(workflow.Now(ctx)) {
			return err
		}
	}
	reached, err := activities.ReachTime(ctx, activities.ReachTimeInput{
		Subject: r.input.Subject, Seen: r.seen, At: engagement.Instant(until), Lag: engagement.Millis(r.folded.Lag),
	})
	if err != nil {
		return err
	}
	if reached.Batch.Empty() {
		r.skew = max(r.skew, delivery.At(workflow.Now(ctx)).Sub(delivery.Instant(reached.Now))) + 1
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

// wait blocks until anything wakes the run and tells whether it was the timer.
func (r *deliveryRun) wait(ctx workflow.Context) (fired bool) {
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
