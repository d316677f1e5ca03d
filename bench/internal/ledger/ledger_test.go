package ledger_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"google.golang.org/protobuf/types/known/timestamppb"

	"engaged/bench/internal/ledger"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// history makes events one second apart.
func history(events ...*historypb.HistoryEvent) []*historypb.HistoryEvent {
	for i, e := range events {
		e.EventId, e.EventTime = int64(i+1), timestamppb.New(noon.Add(time.Duration(i)*time.Second))
	}
	return events
}

func plain(kind enumspb.EventType) *historypb.HistoryEvent {
	return &historypb.HistoryEvent{EventType: kind}
}

func signal(name string) *historypb.HistoryEvent {
	return &historypb.HistoryEvent{
		EventType: enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
		Attributes: &historypb.HistoryEvent_WorkflowExecutionSignaledEventAttributes{
			WorkflowExecutionSignaledEventAttributes: &historypb.WorkflowExecutionSignaledEventAttributes{SignalName: name},
		},
	}
}

func marker(name string, task int64) *historypb.HistoryEvent {
	return &historypb.HistoryEvent{
		EventType: enumspb.EVENT_TYPE_MARKER_RECORDED,
		Attributes: &historypb.HistoryEvent_MarkerRecordedEventAttributes{
			MarkerRecordedEventAttributes: &historypb.MarkerRecordedEventAttributes{MarkerName: name, WorkflowTaskCompletedEventId: task},
		},
	}
}

func attempt(n int32) *historypb.HistoryEvent {
	return &historypb.HistoryEvent{
		EventType: enumspb.EVENT_TYPE_ACTIVITY_TASK_STARTED,
		Attributes: &historypb.HistoryEvent_ActivityTaskStartedEventAttributes{
			ActivityTaskStartedEventAttributes: &historypb.ActivityTaskStartedEventAttributes{Attempt: n},
		},
	}
}

func TestOf(t *testing.T) {
	t.Parallel()
	c := ledger.Of(history(
		plain(enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED), signal("with start"),
		plain(enumspb.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED), plain(enumspb.EVENT_TYPE_WORKFLOW_TASK_STARTED),
		plain(enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED), marker("LocalActivity", 5), marker("LocalActivity", 5),
		marker("Version", 5), plain(enumspb.EVENT_TYPE_TIMER_STARTED), signal("later"),
		plain(enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED), marker("LocalActivity", 11), attempt(3),
		plain(enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED), plain(enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED),
	))
	c.Bytes = 0
	require.Equal(t, ledger.Count{
		Runs: 1, Events: 15, WorkflowTasks: 2, Starts: 1, Signals: 1, Timers: 1, Activities: 3, LocalActivities: 2, Updates: 1,
	}, c)
	require.Equal(t, 9, c.Actions())
}

func TestSignals(t *testing.T) {
	t.Parallel()
	taken := ledger.Signals(history(
		plain(enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED), signal("a"), // 0 s, 1 s
		plain(enumspb.EVENT_TYPE_WORKFLOW_TASK_STARTED), plain(enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED), // 2 s, 3 s
		signal("b"), plain(enumspb.EVENT_TYPE_WORKFLOW_TASK_STARTED), plain(enumspb.EVENT_TYPE_WORKFLOW_TASK_FAILED), // 4 s ... 6 s
		plain(enumspb.EVENT_TYPE_WORKFLOW_TASK_STARTED), plain(enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED), // 7 s, 8 s
		signal("not taken in yet"),
	))
	require.Len(t, taken, 2)
	require.Equal(t, noon.Add(3*time.Second), taken[0].Applied)
	require.Equal(t, noon.Add(4*time.Second), taken[1].Signaled)
	require.Equal(t, noon.Add(8*time.Second), taken[1].Applied)
}
