package activities

import (
	"context"
	"fmt"

	"go.temporal.io/sdk/workflow"

	"engaged/models"
)

var recordResult = definition[models.Record, models.Recorded]{name: "RecordResult"}

// RecordResult writes rows, carry and numbers in one transaction, unless the log holds entries that
// the run has not folded; a repeat of the same token changes nothing.
func (a *Activities) RecordResult(ctx context.Context, in models.Record) (models.Recorded, error) {
	r, err := a.Store.Record(ctx, in)
	if err != nil {
		return models.Recorded{}, fmt.Errorf("record result: %w", err)
	}
	return r, nil
}

// RecordResult is the stub for workflows.
func RecordResult(ctx workflow.Context, in models.Record) (models.Recorded, error) {
	return recordResult.call(ctx, in)
}
