package ledger

import (
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
)

// Taken is a signal that a workflow has taken in.
type Taken struct {
	// Name and Payload are the signal's.
	Name    string
	Payload *commonpb.Payload
	// Signaled is when Temporal wrote the signal into the history.
	Signaled time.Time
	// Applied is when the first workflow task that began after the signal was completed: everything that the
	// workflow did at once, local activities included, is done by then.
	Applied time.Time
}

// Signals returns the signals of one run that a completed workflow task has taken in.
func Signals(history []*historypb.HistoryEvent) []Taken {
	var taken []Taken
	started, waiting, begun := false, 0, 0
	for _, e := range history {
		switch e.GetEventType() { //nolint:exhaustive // nothing else matters here
		case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
			signal := e.GetWorkflowExecutionSignaledEventAttributes()
			one := Taken{Name: signal.GetSignalName(), Signaled: e.GetEventTime().AsTime()}
			if payloads := signal.GetInput().GetPayloads(); len(payloads) > 0 {
				one.Payload = payloads[0]
			}
			taken = append(taken, one)
		case enumspb.EVENT_TYPE_WORKFLOW_TASK_STARTED:
			started, begun = true, len(taken)
		case enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
			if !started {
				continue
			}
			for ; waiting < begun; waiting++ {
				taken[waiting].Applied = e.GetEventTime().AsTime()
			}
			started = false
		}
	}
	return taken[:waiting]
}
