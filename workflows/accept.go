package workflows

import (
	"go.temporal.io/sdk/workflow"

	"engaged/activities"
	"engaged/engagement"
)

// awaitAccept answers what became of an offer.accept_requested entry. It changes nothing: it asks
// the run to take in the log up to the entry and waits for the fold.
func (r *run) awaitAccept(ctx workflow.Context, in AwaitAcceptInput) (engagement.Outcome, error) {
	r.inbox.wanted = max(r.inbox.wanted, in.Number)
	r.inbox.wake.SendAsync(nil)
	if err := workflow.Await(ctx, func() bool { return r.taken >= in.Number }); err != nil {
		return engagement.Outcome{}, err
	}
	if outcome, folded := r.result.Outcomes[in.Number]; folded {
		return outcome, nil
	}
	return activities.ReadOutcome(ctx, activities.ReadOutcomeInput{Subject: r.input.Subject, Number: in.Number})
}
