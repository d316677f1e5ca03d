package workflows

import (
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// Register registers every workflow under its name, for workers and for replay.
func Register(r worker.WorkflowRegistry) {
	r.RegisterWorkflowWithOptions(Engagement, workflow.RegisterOptions{Name: EngagementWorkflow})
	r.RegisterWorkflowWithOptions(Delivery, workflow.RegisterOptions{Name: DeliveryWorkflow})
}
