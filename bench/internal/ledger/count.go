package ledger

import (
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
)

// Count is what workflows cost Temporal. Billable actions are itemised as Temporal Cloud counts them: a signal
// that starts its workflow is one action with the start; all local activities of one workflow task are one.
type Count struct {
	// Runs is how many runs were counted, Events and Bytes their history.
	Runs   int `json:"runs"`
	Events int `json:"history_events"`
	Bytes  int `json:"history_bytes"`
	// WorkflowTasks counts completed workflow tasks; they are not billed.
	WorkflowTasks int `json:"workflow_tasks"`
	// Starts counts starts, signals with start and continuations as new.
	Starts int `json:"starts"`
	// Signals counts signals to a running workflow.
	Signals int `json:"signals"`
	// Timers counts timers started.
	Timers int `json:"timers"`
	// Activities counts attempts of activities.
	Activities int `json:"activities"`
	// LocalActivities counts workflow tasks with local activities in them.
	LocalActivities int `json:"local_activity_tasks"`
	// Updates counts accepted updates.
	Updates int `json:"updates"`
	// SearchAttributes counts upserts of search attributes.
	SearchAttributes int `json:"search_attribute_upserts"`
}

// Actions is the number of billable actions.
func (c Count) Actions() int {
	return c.Starts + c.Signals + c.Timers + c.Activities + c.LocalActivities + c.Updates + c.SearchAttributes
}

// Add adds another count.
func (c *Count) Add(o Count) {
	c.Runs += o.Runs
	c.Events += o.Events
	c.Bytes += o.Bytes
	c.WorkflowTasks += o.WorkflowTasks
	c.Starts += o.Starts
	c.Signals += o.Signals
	c.Timers += o.Timers
	c.Activities += o.Activities
	c.LocalActivities += o.LocalActivities
	c.Updates += o.Updates
	c.SearchAttributes += o.SearchAttributes
}

// localActivity is the name that the SDK gives to markers of local activities.
const localActivity = "LocalActivity"

// Of counts the history of one run.
func Of(history []*historypb.HistoryEvent) Count {
	c := Count{Runs: 1, Events: len(history)}
	withLocal := map[int64]bool{}
	for i, e := range history {
		c.Bytes += e.Size()
		switch e.GetEventType() { //nolint:exhaustive // all others are free
		case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
			c.Starts++
		case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
			if i != 1 { // the second event of a history is the signal that came with the start
				c.Signals++
			}
		case enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
			c.WorkflowTasks++
		case enumspb.EVENT_TYPE_TIMER_STARTED:
			c.Timers++
		case enumspb.EVENT_TYPE_ACTIVITY_TASK_STARTED:
			c.Activities += int(e.GetActivityTaskStartedEventAttributes().GetAttempt())
		case enumspb.EVENT_TYPE_MARKER_RECORDED:
			if marker := e.GetMarkerRecordedEventAttributes(); marker.GetMarkerName() == localActivity {
				withLocal[marker.GetWorkflowTaskCompletedEventId()] = true
			}
		case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
			c.Updates++
		case enumspb.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES:
			c.SearchAttributes++
		}
	}
	c.LocalActivities = len(withLocal)
	return c
}
