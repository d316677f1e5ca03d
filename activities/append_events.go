package activities

import (
	"context"
	"errors"
	"fmt"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"engaged/engagement"
	"engaged/models"
)

// AppendEventsInput holds events that reached the workflow as signals of a routing system.
type AppendEventsInput struct {
	models.Subject
	// Events lack nothing but their place in the log.
	Events []engagement.Event `json:"events"`
	// After is the highest number the run has seen; what follows it is returned.
	After int64 `json:"after"`
}

var appendEvents = definition[AppendEventsInput, models.Batch]{name: "AppendEvents"}

// AppendEvents appends a routing system's direct signals to the log first, so that nothing is
// applied that is not in it, and returns the log after what the run has seen. Events that break a
// rule of the envelope are refused with a warning, since a signal cannot be answered.
func (a *Activities) AppendEvents(ctx context.Context, in AppendEventsInput) (models.Batch, error) {
	submissions := make([]models.Submission, 0, len(in.Events))
	for _, e := range in.Events {
		if faults := e.Validate(); len(faults) > 0 {
			activity.GetLogger(ctx).Warn("signalled event refused", "type", string(e.Type), "code", faults[0].Code, "reason", faults[0].Reason)
			continue
		}
		submissions = append(submissions, models.Submission{OrganizationID: in.OrganizationID, Event: e})
	}
	if len(submissions) > 0 {
		_, err := a.Store.Append(ctx, submissions)
		if errors.Is(err, models.ErrNoOrganization) {
			return models.Batch{}, temporal.NewNonRetryableApplicationError("the organization in the workflow's input does not exist", "engagement:no_organization", err)
		}
		if err != nil {
			return models.Batch{}, fmt.Errorf("append events: %w", err)
		}
	}
	return a.FetchEntries(ctx, FetchEntriesInput{Subject: in.Subject, After: in.After})
}

// AppendEvents is the stub for workflows.
func AppendEvents(ctx workflow.Context, in AppendEventsInput) (models.Batch, error) {
	return appendEvents.call(ctx, in)
}
