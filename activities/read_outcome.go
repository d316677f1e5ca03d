package activities

import (
	"context"
	"errors"
	"fmt"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"engaged/engagement"
	"engaged/models"
)

// ReadOutcomeInput names an entry that an earlier run has folded.
type ReadOutcomeInput struct {
	models.Subject
	// Number is the entry's.
	Number int64 `json:"number"`
}

var readOutcome = definition[ReadOutcomeInput, engagement.Outcome]{name: "ReadOutcome"}

// ReadOutcome tells what became of an entry that an earlier run has folded.
func (a *Activities) ReadOutcome(ctx context.Context, in ReadOutcomeInput) (engagement.Outcome, error) {
	o, err := a.Store.EntryOutcome(ctx, in.Subject, in.Number)
	if errors.Is(err, models.ErrNotFound) {
		return o, temporal.NewNonRetryableApplicationError("the log has no such entry", "engagement:no_entry", err)
	}
	if err != nil {
		return engagement.Outcome{}, fmt.Errorf("read outcome: %w", err)
	}
	return o, nil
}

// ReadOutcome is the stub for workflows.
func ReadOutcome(ctx workflow.Context, in ReadOutcomeInput) (engagement.Outcome, error) {
	return readOutcome.call(ctx, in)
}
