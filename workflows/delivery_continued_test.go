package workflows_test

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"engaged/delivery"
	"engaged/workflows"
)

// deliveryStep is what a dialer tells some time after a task's acceptance.
type deliveryStep struct {
	after  time.Duration
	events []delivery.Event
}

// continuedStory is a busy line, a lost order, a suspension, and a call that is answered.
func continuedStory() []deliveryStep {
	call := func(after time.Duration, attempt int, kinds ...delivery.EventType) deliveryStep {
		s := deliveryStep{after: after}
		for _, kind := range kinds {
			s.events = append(s.events, delivery.Event{Type: kind, Attempt: attempt})
		}
		return s
	}
	busy := call(2*time.Minute, 1, delivery.CallFailure)
	busy.events[0].Data.SIPCode = 486
	return []deliveryStep{
		call(time.Minute, 1, delivery.AttemptOrdered, delivery.CallStarted), busy,
		call(20*time.Minute, 2, delivery.AttemptOrdered), call(21*time.Minute, 2, delivery.ClaimLost),
		call(22*time.Minute, 0, delivery.TaskSuspended), call(50*time.Minute, 0, delivery.TaskResumed),
		call(55*time.Minute, 3, delivery.AttemptOrdered, delivery.CallStarted, delivery.CallConnected),
		call(56*time.Minute, 3, delivery.SpeechDetected), call(58*time.Minute, 3, delivery.CallEnd),
	}
}

// playContinued plays the story; from each of the instants on the server suggests to begin afresh. It returns the
// store and the number of runs.
func playContinued(t *testing.T, suggested ...time.Duration) (store *memoryTask, runs int) {
	t.Helper()
	begins := time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)
	tr := newDeliveryTrace(t, begins, delivery.Rules{Mode: delivery.Copilot, Retry: delivery.Retry{
		Retries: 3, Delay: 10 * 60_000, On: []delivery.ReattemptRule{delivery.OnBusy, delivery.OnFailed}}}, delivery.Task{})
	steps := continuedStory()
	for {
		runs++
		now, done := tr.env.Now().Sub(begins), 0
		if runs == 1 {
			now = 0
		}
		for _, s := range steps {
			tr.env.RegisterDelayedCallback(func() { done++; tr.append(s.events...) }, s.after-now)
		}
		if len(suggested) > 0 {
			tr.env.RegisterDelayedCallback(func() { tr.env.SetContinueAsNewSuggested(true) }, suggested[0]-now)
		}
		tr.env.ExecuteWorkflow(workflows.DeliveryWorkflow, workflows.DeliveryInput{Subject: deliverySubject})
		require.True(t, tr.env.IsWorkflowCompleted())
		err := tr.env.GetWorkflowError()
		var again *workflow.ContinueAsNewError
		if !errors.As(err, &again) {
			require.NoError(t, err)
			return tr.store, runs
		}
		require.Equal(t, workflows.DeliveryWorkflow, again.WorkflowType.Name)
		suggested, steps = suggested[1:], steps[done:]
		tr.begin(tr.env.Now())
	}
}

// Wherever a run begins afresh, the rows come out as if it never had: while an attempt waits, is with the dialer,
// is a call under way, or while the task is suspended.
func TestDeliveryContinuesAsNew(t *testing.T) {
	t.Parallel()
	want, runs := playContinued(t)
	require.Equal(t, 1, runs)
	require.Equal(t, []delivery.Result{delivery.Busy, delivery.Unknown, delivery.LiveAnswer},
		[]delivery.Result{want.rows[1].Result, want.rows[2].Result, want.rows[3].Result})
	for name, suggested := range map[string][]time.Duration{
		"at once":             {time.Millisecond},
		"before the call":     {30 * time.Second},
		"before its end":      {90 * time.Second},
		"between attempts":    {5 * time.Minute},
		"ordered":             {20*time.Minute + time.Second},
		"suspended":           {30 * time.Minute},
		"in a call":           {57 * time.Minute},
		"again and again":     {time.Second, 90 * time.Second, 15 * time.Minute, 21*time.Minute - time.Second, 40 * time.Minute, 55*time.Minute + time.Second, 57 * time.Minute},
		"twice within a call": {55*time.Minute + time.Second, 56*time.Minute + time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, runs := playContinued(t, suggested...)
			require.Equal(t, len(suggested)+1, runs)
			require.Equal(t, want.rows, got.rows)
			require.Equal(t, want.view, got.view)
			require.Equal(t, int64(len(got.tasks)), got.applied)
		})
	}
}

// A history that ends by beginning afresh replays: a recorded one, of which the server would have thought that
// it had grown long while its attempt waited.
func TestContinuedDeliveryHistoryReplays(t *testing.T) {
	t.Parallel()
	text, err := os.Open("testdata/replay/v1/delivery_expired.json")
	require.NoError(t, err)
	defer text.Close()
	history, err := client.HistoryFromJSON(text, client.HistoryJSONOptions{})
	require.NoError(t, err)
	require.Equal(t, enumspb.EVENT_TYPE_TIMER_STARTED, history.Events[7].EventType, "the run waits from here on")
	started := history.Events[0].GetWorkflowExecutionStartedEventAttributes()
	replay := func(suggested bool) error {
		history.Events[3].GetWorkflowTaskStartedEventAttributes().SuggestContinueAsNew = suggested
		replayer := worker.NewWorkflowReplayer()
		workflows.Register(replayer)
		return replayer.ReplayWorkflowHistoryWithOptions(nil, history, worker.ReplayWorkflowHistoryOptions{
			OriginalExecution: workflow.Execution{ID: started.WorkflowId, RunID: started.OriginalExecutionRunId},
		})
	}
	// What was shown, a marker, is shown by the next run.
	history.Events = append(history.Events[:6:6], &historypb.HistoryEvent{
		EventId: 7, EventType: enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW, EventTime: history.Events[7].EventTime,
		Attributes: &historypb.HistoryEvent_WorkflowExecutionContinuedAsNewEventAttributes{
			WorkflowExecutionContinuedAsNewEventAttributes: &historypb.WorkflowExecutionContinuedAsNewEventAttributes{
				NewExecutionRunId: "next", WorkflowType: started.WorkflowType, TaskQueue: started.TaskQueue, Input: started.Input, WorkflowTaskCompletedEventId: 5,
			}},
	})
	require.NoError(t, replay(true))
	require.Error(t, replay(false), "it would have waited")
}
