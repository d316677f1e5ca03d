package activities

import (
	"context"
	"fmt"

	"go.temporal.io/sdk/workflow"

	"engaged/models"
)

var projectLive = definition[models.Live, struct{}]{name: "ProjectLive"}

// ProjectLive writes what is open in a conversation for the live views.
func (a *Activities) ProjectLive(ctx context.Context, live models.Live) (struct{}, error) {
	if err := a.Store.Project(ctx, live); err != nil {
		return struct{}{}, fmt.Errorf("project live: %w", err)
	}
	return struct{}{}, nil
}

// ProjectLive is the stub for workflows.
func ProjectLive(ctx workflow.Context, live models.Live) error {
	_, err := projectLive.call(ctx, live)
	return err
}
