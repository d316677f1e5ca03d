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

// AppendEventsInput holds what reached the workflow as signals of a routing system.
type AppendEventsInput struct {
	models.Subject
	// Signals are in the order in which they came.
	Signals []DirectSignal `json:"signals"`
	// After is the highest number the run has seen; what follows it is returned.
	After int64 `json:"after"`
}

// DirectSignal is one signal as it came.
type DirectSignal struct {
	// Signal is its name.
	Signal string `json:"signal"`
	// Types are the event types it may carry, the first by default; none: it carries a list of events
	// of any type.
	Types []engagement.EventType `json:"types,omitempty"`
	// Payload is what it carried: JSON, if its sender did well.
	Payload string `json:"payload"`
	// ID is made by the run; events that name no id get theirs from it. At is when the run took the
	// signal in: the time of events that name none.
	ID string             `json:"id"`
	At engagement.Instant `json:"at"`
}

var appendEvents = definition[AppendEventsInput, models.Batch]{name: "AppendEvents"}

// AppendEvents appends a routing system's direct signals to the log first, so that nothing is
// applied that is not in it, and returns the log after what the run has seen. What breaks a rule of
// the envelope is appended as a dead entry with its payload, since a signal cannot be answered.
func (a *Activities) AppendEvents(ctx context.Context, in AppendEventsInput) (models.Batch, error) {
	var events, refused []models.Submission
	for _, signal := range in.Signals {
		taken, wrong := signal.read(in.Subject)
		events, refused = append(events, taken...), append(refused, wrong...)
	}
	receipts, err := a.append(ctx, events)
	if err != nil {
		return models.Batch{}, err
	}
	for i, receipt := range receipts {
		if receipt.Refused != nil {
			refused = append(refused, refusedEvent(events[i], *receipt.Refused))
		}
	}
	if _, err := a.append(ctx, refused); err != nil {
		return models.Batch{}, err
	}
	return a.FetchEntries(ctx, FetchEntriesInput{Subject: in.Subject, After: in.After})
}

func (a *Activities) append(ctx context.Context, submissions []models.Submission) ([]models.Receipt, error) {
	if len(submissions) == 0 {
		return nil, nil
	}
	receipts, err := a.Store.Append(ctx, submissions)
	if errors.Is(err, models.ErrNoOrganization) {
		return nil, temporal.NewNonRetryableApplicationError("the organization in the workflow's input does not exist", "engagement:no_organization", err)
	}
	if err != nil {
		return nil, fmt.Errorf("append events: %w", err)
	}
	return receipts, nil
}

// AppendEvents is the stub for workflows.
func AppendEvents(ctx workflow.Context, in AppendEventsInput) (models.Batch, error) {
	return appendEvents.call(ctx, in)
}
