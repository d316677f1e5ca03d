package naive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"engaged/bench/internal/chat"
)

// Sender signals the peer's workflows.
type Sender struct {
	// Temporal is where they run.
	Temporal client.Client
	// Inactivity is handed to each workflow.
	Inactivity time.Duration
}

// WorkflowID returns the id of a chat's workflow.
func WorkflowID(c *chat.Chat) string { return "naive/" + c.ID }

// Send signals one event that happened at the given time. The first of a chat that is sent starts the
// workflow. An event for a workflow that has ended is dropped, as this peer has no other place for it.
func (s *Sender) Send(ctx context.Context, e chat.Event, at time.Time, first bool) error {
	step := e.Step()
	event := Event{
		ID: strconv.Itoa(e.Index), Type: step.Type, Time: at, Status: step.Status,
		QueueID: "queue-" + strconv.Itoa(e.Chat.Number%20),
	}
	if step.Agent > 0 {
		event.AgentID = e.Chat.Agent(step.Agent)
	}
	var err error
	if first {
		options := client.StartWorkflowOptions{ID: WorkflowID(e.Chat), TaskQueue: TaskQueue}
		_, err = s.Temporal.SignalWithStartWorkflow(ctx, WorkflowID(e.Chat), Signal, event, options, WorkflowType,
			Input{ConversationID: e.Chat.ID, Inactivity: s.Inactivity})
	} else {
		err = s.Temporal.SignalWorkflow(ctx, WorkflowID(e.Chat), "", Signal, event)
	}
	var gone *serviceerror.NotFound
	if errors.As(err, &gone) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("signalling %s: %w", WorkflowID(e.Chat), err)
	}
	return nil
}

// Lifecycle tells whether a signal's payload is anything but a message.
func Lifecycle(payload *commonpb.Payload) bool {
	var event Event
	if err := json.Unmarshal(payload.GetData(), &event); err != nil {
		return false
	}
	return event.Type != "customer.message" && event.Type != "agent.message"
}
