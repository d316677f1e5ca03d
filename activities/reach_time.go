package activities

import (
	"context"
	"fmt"

	"go.temporal.io/sdk/workflow"

	"engaged/engagement"
	"engaged/models"
)

// ReachTimeInput asks whether a conversation's clock has reached an instant.
type ReachTimeInput struct {
	models.Subject
	// Seen is the highest entry number the run has folded.
	Seen int64 `json:"seen"`
	// At is the deadline, an instant of the conversation's clock.
	At engagement.Instant `json:"at"`
	// Lag is how far that clock is behind the log's.
	Lag engagement.Millis `json:"lag_ms"`
}

var reachTime = definition[ReachTimeInput, models.Reached]{name: "ReachTime"}

// ReachTime lets time pass through the log: under the conversation's lock it returns the entries
// not seen yet, or if there are none appends the mark "time has reached t".
func (a *Activities) ReachTime(ctx context.Context, in ReachTimeInput) (models.Reached, error) {
	r, err := a.Store.ReachTime(ctx, in.Subject, in.Seen, in.At, in.Lag)
	if err != nil {
		return models.Reached{}, fmt.Errorf("reach time: %w", err)
	}
	return r, nil
}

// ReachTime is the stub for workflows.
func ReachTime(ctx workflow.Context, in ReachTimeInput) (models.Reached, error) {
	return reachTime.call(ctx, in)
}
