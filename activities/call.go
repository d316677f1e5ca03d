package activities

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// definition ties an activity's registered name to the types of its input and result, so that the
// method that is registered and the stub that workflows call cannot drift apart.
type definition[In, Out any] struct {
	// name is what histories hold: it never changes.
	name string
}

// register registers the method that carries the activity out.
func (d definition[In, Out]) register(r worker.ActivityRegistry, method func(context.Context, In) (Out, error)) {
	r.RegisterActivityWithOptions(method, activity.RegisterOptions{Name: d.name})
}

// call runs the activity and does not give up: first as a local activity, which costs no trip
// through the server, and if Postgres stays away for longer than localPatience as a regular one,
// whose retries the server keeps without a growing history.
func (d definition[In, Out]) call(ctx workflow.Context, in In) (Out, error) {
	var out Out
	local := workflow.WithLocalActivityOptions(ctx, localOptions)
	err := workflow.ExecuteLocalActivity(local, d.name, in).Get(local, &out)
	if err == nil || temporal.IsCanceledError(err) || permanent(err) {
		return out, err
	}
	regular := workflow.WithActivityOptions(ctx, regularOptions)
	err = workflow.ExecuteActivity(regular, d.name, in).Get(regular, &out)
	return out, err
}

// permanent tells that the activity itself said that trying again is of no use.
func permanent(err error) bool {
	var refused *temporal.ApplicationError
	return errors.As(err, &refused) && refused.NonRetryable()
}

// localPatience is how long a call is tried within the workflow task: well under the task's time
// limit of 10 s.
const localPatience = 6 * time.Second

var localOptions = workflow.LocalActivityOptions{
	ScheduleToCloseTimeout: localPatience,
	RetryPolicy: &temporal.RetryPolicy{
		InitialInterval:    50 * time.Millisecond,
		BackoffCoefficient: 2,
		MaximumInterval:    time.Second,
	},
}

// regularOptions retry for as long as Postgres is away.
var regularOptions = workflow.ActivityOptions{
	StartToCloseTimeout: 30 * time.Second,
	RetryPolicy: &temporal.RetryPolicy{
		InitialInterval:    time.Second,
		BackoffCoefficient: 2,
		MaximumInterval:    30 * time.Second,
	},
}

// Register registers every activity under its name.
func (a *Activities) Register(r worker.ActivityRegistry) {
	appendDeliverySignals.register(r, a.AppendDeliverySignals)
	appendEvents.register(r, a.AppendEvents)
	fetchEntries.register(r, a.FetchEntries)
	loadConversation.register(r, a.LoadConversation)
	loadDelivery.register(r, a.LoadDelivery)
	projectDelivery.register(r, a.ProjectDelivery)
	projectLive.register(r, a.ProjectLive)
	reachTime.register(r, a.ReachTime)
	readOutcome.register(r, a.ReadOutcome)
	readSettings.register(r, a.ReadSettings)
	recordDelivery.register(r, a.RecordDelivery)
	recordResult.register(r, a.RecordResult)
}
