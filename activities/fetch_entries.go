package activities

import (
	"context"
	"fmt"

	"go.temporal.io/sdk/workflow"

	"engaged/models"
)

// FetchEntriesInput says after which entry to read on.
type FetchEntriesInput struct {
	models.Subject
	// After is the highest number already taken in.
	After int64 `json:"after"`
}

var fetchEntries = definition[FetchEntriesInput, models.Batch]{name: "FetchEntries"}

// FetchEntries reads the next entries of the log, as many as fit in one batch.
func (a *Activities) FetchEntries(ctx context.Context, in FetchEntriesInput) (models.Batch, error) {
	b, err := a.Store.FetchEntries(ctx, in.Subject, in.After)
	if err != nil {
		return models.Batch{}, fmt.Errorf("fetch entries: %w", err)
	}
	return b, nil
}

// FetchEntries is the stub for workflows.
func FetchEntries(ctx workflow.Context, in FetchEntriesInput) (models.Batch, error) {
	return fetchEntries.call(ctx, in)
}
