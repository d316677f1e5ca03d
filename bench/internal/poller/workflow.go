package poller

import (
	"time"

	"go.temporal.io/sdk/workflow"
)

// TaskQueue and WorkflowType are the peer's names.
const (
	TaskQueue    = "naive"
	WorkflowType = "NaiveDelivery"
)

// Input starts a workflow.
type Input struct {
	// ID names the task.
	ID string `json:"id"`
	// Start is when its window begins.
	Start time.Time `json:"start"`
	// Every is the pause between two questions.
	Every time.Duration `json:"every"`
	// Max is how many calls may be under way at once.
	Max int `json:"max"`
	// Polls counts the questions of earlier runs.
	Polls int `json:"polls"`
}

// continueAfter is after how many questions a run continues as a new one, since its history grows.
const continueAfter = 200

// Delivery is one task.
func Delivery(ctx workflow.Context, in Input) error {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
	var hands *Hands
	for range continueAfter {
		var may bool
		if err := workflow.ExecuteActivity(ctx, hands.MayDial, in).Get(ctx, &may); err != nil {
			return err
		}
		if may {
			return workflow.ExecuteActivity(ctx, hands.Dial, in).Get(ctx, nil)
		}
		if err := workflow.Sleep(ctx, in.Every); err != nil {
			return err
		}
		in.Polls++
	}
	return workflow.NewContinueAsNewError(ctx, WorkflowType, in)
}
