package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"engaged/activities"
	"engaged/delivery"
	"engaged/models"
)

// record writes what is final at the cut and carries the state on from there. It is not done if the log
// holds entries that the run has not folded; the run takes them in and decides anew.
func (r *deliveryRun) record(ctx workflow.Context, cut delivery.Instant) error {
	through, after := delivery.UpTo(r.base.Entries, cut)
	part := delivery.Fold(&r.base.Plan, r.base.Carry, through, cut)
	rest := delivery.Fold(&r.base.Plan, part.State, after, 0)
	info := workflow.GetInfo(ctx)
	update := r.update(ctx, rest)
	// The attempts of the rest are written as they are by then, those before it as they ended.
	update.Attempts = append(part.Attempts, rest.Attempts...)
	recorded, err := activities.RecordDelivery(ctx, models.DeliveryRecord{
		DeliveryUpdate: update,
		Token:          fmt.Sprintf("%s/%d/%d", info.WorkflowExecution.RunID, cut, r.seen),
		Cut:            cut,
		Tail:           deliveryNumbers(after),
		State:          part.State,
		Outcomes:       part.Outcomes,
	})
	switch {
	case err != nil:
		return err
	case recorded.Overtaken:
		return r.load(ctx)
	case recorded.Done:
		r.base.Carry, r.base.Entries = part.State, after
		r.base.RecordCount++
		r.folded = rest
		r.shown = r.view()
		return nil
	}
	r.add(recorded.Batch)
	if recorded.Batch.More {
		if err := r.fetch(ctx); err != nil {
			return err
		}
	}
	r.fold()
	return nil
}

// update is what the task's rows are to show of a fold.
func (r *deliveryRun) update(ctx workflow.Context, f delivery.Folded) models.DeliveryUpdate {
	info := workflow.GetInfo(ctx)
	return models.DeliveryUpdate{
		Subject: r.input.Subject, RecordCount: r.base.RecordCount, Seen: r.seen, Attempts: f.Attempts, Task: f.Task,
		Suspended: f.State.Suspended, Windows: f.State.Windows, Dial: models.NewDialRequest(&r.base.Plan, f, r.base.Jitter),
		WorkflowID: info.WorkflowExecution.ID, RunID: info.WorkflowExecution.RunID,
	}
}

// deliveryView is what the rows of a task show of a fold, as far as a change of it is worth a write.
type deliveryView struct {
	status, attempt delivery.Status
	seq             int
	suspended       bool
	// past is the latest entry that changed an attempt which was over.
	past int64
	// dial tells that the attempt waits for a token, asked the entry up to which the request holds.
	dial  bool
	due   delivery.Instant
	asked int64
}

func (r *deliveryRun) view() deliveryView {
	f := &r.folded
	v := deliveryView{status: f.Task.Status, suspended: f.State.Suspended}
	for i := range f.State.Past {
		v.past = max(v.past, f.State.Past[i].LastEntry)
	}
	if a := f.State.Current; a != nil {
		v.attempt, v.seq = a.Status, a.Seq
	}
	if request := models.NewDialRequest(&r.base.Plan, *f, r.base.Jitter); request != nil {
		v.dial, v.due, v.asked = true, request.DueAt, r.seen
	}
	return v
}

// show writes how the task stands if its rows do not show it yet. That an attempt was handed out, which
// its token and its row tell already, needs no write.
func (r *deliveryRun) show(ctx workflow.Context) error {
	view := r.view()
	known := r.shown
	if a := r.folded.State.Current; a != nil && a.Order != nil {
		known.dial, known.due, known.asked = false, 0, 0
	}
	if view == known {
		r.shown = view
		return nil
	}
	if err := activities.ProjectDelivery(ctx, r.update(ctx, r.folded)); err != nil {
		return err
	}
	r.shown = view
	return nil
}

func deliveryNumbers(entries []delivery.Entry) []int64 {
	var n []int64
	for _, e := range entries {
		n = append(n, e.Number)
	}
	return n
}
