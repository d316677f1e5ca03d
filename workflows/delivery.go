package workflows

import (
	"fmt"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"engaged/activities"
	"engaged/delivery"
	"engaged/models"
)

// Delivery is the run of a delivery task: it takes in entries of the event log, folds them, has the
// next attempt wait for its dial token, sleeps until the next deadline, and ends when the task is over
// and recorded. Waiting costs nothing but the timer.
func Delivery(ctx workflow.Context, in DeliveryInput) error {
	if in.Kind != models.KindDelivery || workflow.GetInfo(ctx).WorkflowExecution.ID != DeliveryWorkflowID(in.Subject) {
		return temporal.NewNonRetryableApplicationError(
			fmt.Sprintf("start the workflow of a delivery task as %q", DeliveryWorkflowID(in.Subject)), "delivery:workflow_id", nil)
	}
	r := &deliveryRun{input: in}
	r.inbox.listen(ctx)
	if err := r.load(ctx); err != nil {
		return err
	}
	return r.drive(ctx)
}

// deliveryRun is the state of one run. Only drive changes what is folded.
type deliveryRun struct {
	input DeliveryInput
	inbox deliveryInbox
	timer deadlineTimer
	// skew is how far the log's clock has been seen behind the server's.
	skew delivery.Millis

	// base is what the run builds on: plan, carry, entries since, record count.
	base models.DeliveryRun
	// seen is the highest entry number up to which entries are complete.
	seen int64
	// folded is the fold of base.Carry and base.Entries.
	folded delivery.Folded
	// shown is what the task's rows show.
	shown deliveryView
}

// load takes in what the log holds; it is also the way back after another run has recorded.
func (r *deliveryRun) load(ctx workflow.Context) error {
	base, err := activities.LoadDelivery(ctx, r.input.Subject)
	if err != nil {
		return err
	}
	r.base, r.seen = base, base.Seen
	if base.More {
		if err := r.fetch(ctx); err != nil {
			return err
		}
	}
	if r.known() {
		r.fold()
	}
	r.shown = deliveryView{}
	if base.Shown >= r.seen {
		r.shown = r.view()
	}
	return nil
}

// known tells that there is such a task.
func (r *deliveryRun) known() bool { return r.base.Plan.Task.ID != "" }

func (r *deliveryRun) fold() {
	r.folded = delivery.Fold(&r.base.Plan, r.base.Carry, r.base.Entries, 0)
}

// drive turns until the task is over and nothing is left to take in.
func (r *deliveryRun) drive(ctx workflow.Context) error {
	for {
		if err := r.takeIn(ctx); err != nil {
			return err
		}
		if !r.known() {
			return nil
		}
		step := r.folded.Next()
		var err error
		switch step.Kind {
		case delivery.StepRecord:
			err = r.record(ctx, step.At)
		case delivery.StepEnd:
			if len(r.base.Entries) == 0 && !r.inbox.waiting() {
				return nil
			}
			// Entries after the end may still have changed an attempt.
			err = r.record(ctx, r.folded.Clock)
		case delivery.StepDial, delivery.StepWait:
			if r.tooLong(ctx) {
				return workflow.NewContinueAsNewError(ctx, DeliveryWorkflow, r.input)
			}
			err = r.idle(ctx, step)
		}
		if err != nil {
			return err
		}
	}
}

// idle shows how the task stands and waits for something to happen. An attempt that has asked for its
// token does not wake by itself before it expires: who grants tokens tells it.
func (r *deliveryRun) idle(ctx workflow.Context, step delivery.Step) error {
	if err := r.show(ctx); err != nil {
		return err
	}
	until := step.At
	if r.folded.Dial != nil && len(r.folded.Ended) == 0 {
		until = r.folded.Deadline.At
	}
	return r.sleep(ctx, until)
}

// tooLong tells that the history has grown long enough to begin afresh: the next run reads what it needs
// from the log.
func (r *deliveryRun) tooLong(ctx workflow.Context) bool {
	return workflow.GetInfo(ctx).GetContinueAsNewSuggested() && !r.inbox.waiting()
}
