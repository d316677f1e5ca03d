package activities

import (
	"context"
	"fmt"

	"go.temporal.io/sdk/workflow"

	"engaged/models"
)

// DeliveryStore is what the activities of delivery tasks need of Postgres; *models.Store has it.
type DeliveryStore interface {
	// AppendDeliveryEvents appends events and commands to tasks' logs in one transaction.
	AppendDeliveryEvents(ctx context.Context, submissions []models.DeliverySubmission) ([]models.DeliveryReceipt, error)
	// LoadDelivery reads what a run of a task must know.
	LoadDelivery(ctx context.Context, subject models.Subject) (models.DeliveryRun, error)
	// ProjectDelivery has a task's rows show how it stands.
	ProjectDelivery(ctx context.Context, update models.DeliveryUpdate) error
	// RecordDelivery writes what is final in one transaction.
	RecordDelivery(ctx context.Context, record models.DeliveryRecord) (models.Recorded, error)
}

var (
	loadDelivery    = definition[models.Subject, models.DeliveryRun]{name: "LoadDelivery"}
	projectDelivery = definition[models.DeliveryUpdate, struct{}]{name: "ProjectDelivery"}
	recordDelivery  = definition[models.DeliveryRecord, models.Recorded]{name: "RecordDelivery"}
)

// LoadDelivery reads a task's plan, its carry and the entries that are not recorded: what a run begins
// with.
func (a *Activities) LoadDelivery(ctx context.Context, subject models.Subject) (models.DeliveryRun, error) {
	run, err := a.Deliveries.LoadDelivery(ctx, subject)
	if err != nil {
		return models.DeliveryRun{}, fmt.Errorf("load delivery: %w", err)
	}
	return run, nil
}

// LoadDelivery is the stub for workflows.
func LoadDelivery(ctx workflow.Context, subject models.Subject) (models.DeliveryRun, error) {
	return loadDelivery.call(ctx, subject)
}

// ProjectDelivery writes how a task stands: its rows, the request for a dial token, the tokens that it
// needs no more.
func (a *Activities) ProjectDelivery(ctx context.Context, in models.DeliveryUpdate) (struct{}, error) {
	if err := a.Deliveries.ProjectDelivery(ctx, in); err != nil {
		return struct{}{}, fmt.Errorf("project delivery: %w", err)
	}
	return struct{}{}, nil
}

// ProjectDelivery is the stub for workflows.
func ProjectDelivery(ctx workflow.Context, in models.DeliveryUpdate) error {
	_, err := projectDelivery.call(ctx, in)
	return err
}

// RecordDelivery writes rows, carry and numbers in one transaction, unless the log holds entries that
// the run has not folded; a repeat of the same token changes nothing.
func (a *Activities) RecordDelivery(ctx context.Context, in models.DeliveryRecord) (models.Recorded, error) {
	r, err := a.Deliveries.RecordDelivery(ctx, in)
	if err != nil {
		return models.Recorded{}, fmt.Errorf("record delivery: %w", err)
	}
	return r, nil
}

// RecordDelivery is the stub for workflows.
func RecordDelivery(ctx workflow.Context, in models.DeliveryRecord) (models.Recorded, error) {
	return recordDelivery.call(ctx, in)
}
