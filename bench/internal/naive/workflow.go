package naive

import (
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/workflow"
)

// applied counts the signals that workflows of this process have taken in; it tells the benchmark how far the
// peer is behind.
var applied atomic.Int64

// TaskQueue, WorkflowType and Signal are the peer's names.
const (
	TaskQueue    = "naive"
	WorkflowType = "NaiveChat"
	Signal       = "event"
)

// Input starts a workflow.
type Input struct {
	// ConversationID is the conversation.
	ConversationID string `json:"conversation_id"`
	// Inactivity is how long a customer may be silent before the chat ends.
	Inactivity time.Duration `json:"inactivity"`
}

// Event is the payload of the signal.
type Event struct {
	ID      string    `json:"id"`
	Type    string    `json:"type"`
	Time    time.Time `json:"time"`
	AgentID string    `json:"agent_id,omitempty"`
	QueueID string    `json:"queue_id,omitempty"`
	Status  string    `json:"status,omitempty"`
}

// Row is what the workflow leaves behind.
type Row struct {
	ConversationID   string
	AgentID          string
	QueueID          string
	StartedAt        time.Time
	EndedAt          time.Time
	EndReason        string
	AgentMessages    int
	CustomerMessages int
}

// Chat is one engagement.
func Chat(ctx workflow.Context, in Input) error {
	row := Row{ConversationID: in.ConversationID, StartedAt: workflow.Now(ctx)}
	events := workflow.GetSignalChannel(ctx, Signal)
	timerCtx, cancel := workflow.WithCancel(ctx)
	timer := workflow.NewTimer(timerCtx, in.Inactivity)
	for row.EndReason == "" {
		var event Event
		selector := workflow.NewSelector(ctx)
		selector.AddReceive(events, func(c workflow.ReceiveChannel, _ bool) { c.Receive(ctx, &event) })
		selector.AddFuture(timer, func(workflow.Future) { row.EndReason = "inactivity" })
		selector.Select(ctx)
		if event.Type == "customer.message" {
			cancel()
			timerCtx, cancel = workflow.WithCancel(ctx)
			timer = workflow.NewTimer(timerCtx, in.Inactivity)
		}
		row.take(event)
		if !workflow.IsReplaying(ctx) {
			applied.Add(1)
		}
	}
	cancel()
	row.EndedAt = workflow.Now(ctx)
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
	var recorder *Recorder
	return workflow.ExecuteActivity(ctx, recorder.Write, row).Get(ctx, nil)
}

func (r *Row) take(e Event) {
	switch e.Type {
	case "customer.message":
		r.CustomerMessages++
	case "agent.message":
		r.AgentMessages++
	case "offer.accepted":
		r.AgentID, r.StartedAt = e.AgentID, e.Time
	case "queue.entered":
		r.QueueID = e.QueueID
	case "status.changed":
		if e.Status == "solved" {
			r.EndReason = "solved"
		}
	}
}
