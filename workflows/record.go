package workflows

import (
	"fmt"
	"slices"

	"go.temporal.io/sdk/workflow"

	"engaged/activities"
	"engaged/engagement"
	"engaged/models"
)

// record writes what is final at the cut. It is not done if the log holds entries or settings that
// the run has not folded; the run takes them in and decides anew.
func (r *run) record(ctx workflow.Context, cut engagement.Instant) (bool, error) {
	if r.seen == 0 {
		// Somebody started a run for a conversation of which the log knows nothing.
		return true, nil
	}
	through, after := engagement.UpTo(r.base.Entries, cut)
	part := engagement.Fold(r.base.Settings, r.base.Carry, through, cut)
	rest := engagement.Fold(r.base.Settings, part.State, after, 0)
	r.goesOn = leavesWork(rest, after)
	if !r.goesOn {
		after = messages(after)
	}
	return r.write(ctx, cut, part, after)
}

// write has a result recorded, with the entries after it as the tail for the next run.
func (r *run) write(ctx workflow.Context, cut engagement.Instant, part engagement.Result, after []engagement.Entry) (bool, error) {
	info := workflow.GetInfo(ctx)
	recorded, err := activities.RecordResult(ctx, models.Record{
		Subject:         r.input.Subject,
		Token:           fmt.Sprintf("%s/%d/%d", info.WorkflowExecution.RunID, cut, r.seen),
		RecordCount:     r.base.RecordCount,
		Seen:            r.seen,
		SettingsVersion: knownSettings(r.base.Settings),
		Tail:            numbers(after),
		Cut:             cut,
		Result:          part,
		WorkflowID:      info.WorkflowExecution.ID,
		RunID:           info.WorkflowExecution.RunID,
	})
	switch {
	case err != nil:
		return false, err
	case recorded.Done:
		return true, nil
	case recorded.Overtaken:
		return false, r.load(ctx)
	default:
		return false, r.catchUp(ctx, recorded)
	}
}

// catchUp takes in what kept a record from being written.
func (r *run) catchUp(ctx workflow.Context, recorded models.Recorded) error {
	r.add(recorded.Batch)
	r.base.Settings = append(r.base.Settings, recorded.Settings...)
	if recorded.Batch.More {
		if err := r.fetch(ctx); err != nil {
			return err
		}
	}
	r.fold()
	return nil
}

// leavesWork tells whether the entries after a cut are for a next run: an entry that is dispatched
// at once, or anything that is or becomes live or that a clock mark among them has decided, such as
// a wrap-up left open. Messages alone wait in the log.
func leavesWork(rest engagement.Result, after []engagement.Entry) bool {
	for _, e := range after {
		if e.Lifecycle() && e.Type != engagement.ClockReached {
			return true
		}
	}
	rows := len(rest.Legs) + len(rest.Offers) + len(rest.Visits) + len(rest.Ratings) + len(rest.Closings) + len(rest.Amendments)
	return rest.Open != nil || rows > 0 || rest.Deadline != nil
}

func messages(entries []engagement.Entry) []engagement.Entry {
	return slices.DeleteFunc(slices.Clone(entries), func(e engagement.Entry) bool { return e.Lifecycle() })
}

func numbers(entries []engagement.Entry) []int64 {
	var n []int64
	for _, e := range entries {
		n = append(n, e.Number)
	}
	return n
}
