package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"

	"engaged/delivery"
	"engaged/intake"
	"engaged/models"
	"engaged/workflows"
)

// deliveryStories are tasks whose histories are kept for replay.
var deliveryStories = map[string]func(*stack, string){
	"delivery_retried": func(s *stack, id string) {
		first := s.order(time.Minute)
		require.NoError(s.t, s.start(first))
		s.tellTask(id, delivery.Event{ID: "1", Type: delivery.CallFailure, Attempt: 1, Data: delivery.Data{SIPCode: 486}})
		require.NoError(s.t, s.start(s.order(time.Minute)))
		s.tellTask(id, delivery.Event{ID: "2", Type: delivery.CallConnected, Attempt: 2})
		s.tellTask(id, delivery.Event{ID: "3", Type: delivery.CallEnd, Attempt: 2})
	},
	"delivery_lost": func(s *stack, id string) {
		s.order(50 * time.Millisecond)
		s.until(id, func(t models.DeliveryTask) bool { return len(t.Deliveries) == 2 })
		s.tellTask(id, delivery.Event{ID: "cancel", Type: delivery.TaskCancelled})
	},
	"delivery_expired": func(s *stack, id string) {
		s.tellTask(id, delivery.Event{ID: "suspend", Type: delivery.TaskSuspended})
		s.tellTask(id, delivery.Event{ID: "resume", Type: delivery.TaskResumed})
		s.order(time.Minute)
	},
	"delivery_signalled": func(s *stack, id string) {
		for _, signal := range []string{"suspend", "disposition", "cancel"} {
			require.Eventually(s.t, func() bool {
				return s.temporal.SignalWorkflow(s.t.Context(), "delivery/"+organization+"/"+id, "", signal, map[string]any{}) == nil
			}, time.Minute, 20*time.Millisecond)
		}
	},
}

// TestRecordDeliveryHistories plays the stories on a real server, one after another. With -update it
// writes their histories for TestHistoriesReplay; without, it makes sure that they still end.
func TestRecordDeliveryHistories(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	defer s.work()()
	defer s.dispatch(intake.DispatchOptions{})()
	defer s.pace()()
	configuration := s.configuration(func(d *models.DeliveryDocument) {
		d.Pacing.MaxConcurrentCalls, d.RingLimit, d.CallLimit = 5, 500, 500
	})
	for name, story := range deliveryStories {
		length := time.Minute
		if name == "delivery_expired" {
			length = 2 * time.Second
		}
		task := s.task(configuration, len(name), length)
		s.createTasks(task)
		id := task.Task.ID
		story(s, id)
		s.until(id, ended)
		workflowID := workflows.DeliveryWorkflowID(models.Subject{OrganizationID: organization, ConversationID: id, Kind: models.KindDelivery})
		require.Eventually(t, func() bool {
			d, err := s.temporal.DescribeWorkflowExecution(t.Context(), workflowID, "")
			return err == nil && d.WorkflowExecutionInfo.Status == enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED
		}, time.Minute, 20*time.Millisecond)
		history := s.history(workflowID, "")
		if *update {
			s.write(name, history)
		}
	}
}
