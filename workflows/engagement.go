package workflows

import (
	"fmt"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"engaged/activities"
	"engaged/engagement"
	"engaged/models"
)

// Engagement is one run of a conversation: it takes in entries of the event log, folds them, sleeps
// until the next deadline and ends when what it holds is recorded. If more than its leg is left, it
// continues as new; the next run reads what it needs from the log, so nothing is carried here.
func Engagement(ctx workflow.Context, in EngagementInput) error {
	r, err := newRun(ctx, in)
	if err != nil {
		return err
	}
	// A conversation has one workflow only if there is one form of its id.
	want := WorkflowID(in.Subject, r.base.HashedIDs)
	if id := workflow.GetInfo(ctx).WorkflowExecution.ID; id != want {
		return temporal.NewNonRetryableApplicationError(
			fmt.Sprintf("workflow id %q does not belong to the conversation in its input; start it as %q", id, want),
			"engagement:workflow_id", nil)
	}
	return r.drive(ctx)
}

// run is the state of one run. Only drive changes what is folded; handlers put things into inbox,
// direct and wanted, and wait.
type run struct {
	input EngagementInput
	inbox inbox
	timer deadlineTimer
	// began is when the run did, by the server's clock.
	began engagement.Instant
	// skew is how far the log's clock has been seen behind the server's.
	skew engagement.Millis

	// base is what the run builds on: carry, entries loaded, settings, record count.
	base models.Conversation
	// seen is the highest entry number up to which entries are complete.
	seen int64
	// taken is the highest entry number that is folded, or that the log was asked for and has not.
	taken int64
	// newestSettings is the newest settings version that anything has told of.
	newestSettings int
	// result is the fold of base.Carry and base.Entries.
	result engagement.Result
	// shown is what the live projection holds.
	shown liveView
	// goesOn tells that the record leaves something for a next run.
	goesOn bool
}

func newRun(ctx workflow.Context, in EngagementInput) (*run, error) {
	r := &run{input: in, began: engagement.At(workflow.Now(ctx))}
	if err := r.listen(ctx); err != nil {
		return nil, err
	}
	return r, r.load(ctx)
}

// load takes in what the log holds; it is also the way back after another run has recorded.
func (r *run) load(ctx workflow.Context) error {
	base, err := activities.LoadConversation(ctx, r.input.Subject)
	if err != nil {
		return err
	}
	r.base, r.seen = base, base.Seen
	if base.More {
		if err := r.fetch(ctx); err != nil {
			return err
		}
	}
	r.shown = viewOf(engagement.Fold(r.base.Settings, r.base.Carry, nil, 0))
	r.fold()
	return nil
}

// drive turns until the run is over: take in, fold, then record, end or sleep.
func (r *run) drive(ctx workflow.Context) error {
	for {
		if err := r.takeIn(ctx); err != nil {
			return err
		}
		step := r.result.Next()
		var over bool
		var err error
		switch {
		case step.Kind != engagement.StepWait:
			over, err = r.record(ctx, step.At)
		case r.tooLong(ctx):
			over, err = r.checkpoint(ctx)
		default:
			err = r.idle(ctx, step.At)
		}
		if err != nil {
			return err
		}
		if over {
			return r.leave(ctx)
		}
	}
}

// idle shows what is open and waits for something to happen.
func (r *run) idle(ctx workflow.Context, until engagement.Instant) error {
	if err := r.project(ctx); err != nil {
		return err
	}
	return r.sleep(ctx, until)
}

func (r *run) fold() {
	r.result = engagement.Fold(r.base.Settings, r.base.Carry, r.base.Entries, 0)
	r.taken = max(r.taken, r.seen)
}

// leave ends the run: what is left unfolded or still live begins the next one. What was signalled
// meanwhile goes into the log, since nothing but the log outlives a run, and whoever waits for an
// outcome is answered first.
func (r *run) leave(ctx workflow.Context) error {
	for more := true; more; more = r.inbox.waiting() {
		told := r.inbox.drain()
		appended, err := r.appendDirect(ctx)
		if err != nil {
			return err
		}
		if appended || told > r.seen {
			r.goesOn = true
			if err := r.load(ctx); err != nil {
				return err
			}
			r.taken = max(r.taken, told)
		}
		// A handler may wait for an entry that only another turn takes in.
		if err := workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) || r.inbox.waiting() }); err != nil {
			return err
		}
	}
	if r.goesOn {
		return workflow.NewContinueAsNewError(ctx, EngagementWorkflow, r.input)
	}
	return nil
}
