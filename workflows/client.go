package workflows

import (
	"context"
	"errors"
	"fmt"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"engaged/engagement"
	"engaged/models"
)

// Client reaches the workflows of engagements; callers never see ids, names or payloads.
type Client struct {
	temporal      client.Client
	taskQueue     string
	organizations Organizations
}

// Organizations tells which organizations hash conversation ids in workflow ids; *models.Store does.
type Organizations interface {
	HashesConversationIDs(ctx context.Context, organization string) (bool, error)
}

// NewClient returns a client that starts workflows on the task queue.
func NewClient(temporal client.Client, taskQueue string, organizations Organizations) *Client {
	return &Client{temporal: temporal, taskQueue: taskQueue, organizations: organizations}
}

// workflowID is the id of the conversation's workflow.
func (c *Client) workflowID(ctx context.Context, s models.Subject) (string, error) {
	hashed, err := c.organizations.HashesConversationIDs(ctx, s.OrganizationID)
	return WorkflowID(s, hashed), err
}

func (c *Client) startOptions(id string) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{
		ID:                       id,
		TaskQueue:                c.taskQueue,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
	}
}

// Deliver hands a piece of the log to the workflow of its conversation or delivery task, starting a run if there is none.
func (c *Client) Deliver(ctx context.Context, s models.Subject, batch models.Batch) error {
	var id, workflow string
	var input any
	var err error
	if s.Kind == models.KindDelivery {
		id, workflow, input = DeliveryWorkflowID(s), DeliveryWorkflow, DeliveryInput{Subject: s}
	} else {
		id, err = c.workflowID(ctx, s)
		workflow, input = EngagementWorkflow, EngagementInput{Subject: s}
	}
	if err != nil {
		return fmt.Errorf("deliver entries %d to %d: %w", batch.From, batch.To, err)
	}
	_, err = c.temporal.SignalWithStartWorkflow(ctx, id, SignalEntries, batch, c.startOptions(id), workflow, input)
	var refused *serviceerror.InvalidArgument
	switch {
	case errors.As(err, &refused):
		return permanentError{fmt.Errorf("deliver entries %d to %d: %w", batch.From, batch.To, err)}
	case err != nil:
		return fmt.Errorf("deliver entries %d to %d: %w", batch.From, batch.To, err)
	}
	return nil
}

// permanentError is a failure that trying again does not mend.
type permanentError struct{ error }

// Unwrap returns the cause.
func (e permanentError) Unwrap() error { return e.error }

// Permanent reports that the same delivery will fail again.
func (permanentError) Permanent() bool { return true }

// AwaitAccept waits until the workflow has folded the offer.accept_requested entry and returns its
// outcome. A run that ends meanwhile is asked again, until ctx is over.
func (c *Client) AwaitAccept(ctx context.Context, s models.Subject, number int64) (engagement.Outcome, error) {
	id, err := c.workflowID(ctx, s)
	if err != nil {
		return engagement.Outcome{}, fmt.Errorf("await accept of entry %d: %w", number, err)
	}
	for {
		outcome, err := c.askAccept(ctx, id, s, number)
		if err == nil || !ended(err) || ctx.Err() != nil {
			return outcome, err
		}
	}
}

func (c *Client) askAccept(ctx context.Context, id string, s models.Subject, number int64) (engagement.Outcome, error) {
	var outcome engagement.Outcome
	start := c.temporal.NewWithStartWorkflowOperation(c.startOptions(id), EngagementWorkflow, EngagementInput{Subject: s})
	handle, err := c.temporal.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{
		StartWorkflowOperation: start,
		UpdateOptions: client.UpdateWorkflowOptions{
			UpdateName:   UpdateAwaitAccept,
			Args:         []any{AwaitAcceptInput{Number: number}},
			WaitForStage: client.WorkflowUpdateStageCompleted,
		},
	})
	if err == nil {
		err = handle.Get(ctx, &outcome)
	}
	if err != nil {
		return outcome, fmt.Errorf("await accept of entry %d: %w", number, err)
	}
	return outcome, nil
}

// ended tells that the run was over before it could answer, so that another may.
func ended(err error) bool {
	var notFound *serviceerror.NotFound
	var application *temporal.ApplicationError
	return errors.As(err, &notFound) || errors.As(err, &application) && application.Type() == "AcceptedUpdateCompletedWorkflow"
}
