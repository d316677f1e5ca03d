package api

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"engaged/delivery"
	"engaged/engagement"
	"engaged/models"
)

// commandSource is the source of the entries that commands append. Dialers cannot use it.
const commandSource = engagement.EngineSource + ":api"

// TaskState is how a task stands after a command.
type TaskState struct {
	// DeliveryTaskID is the task's.
	DeliveryTaskID string `json:"delivery_task_id"`
	// Suspended tells that nothing is dialed for it until it is resumed.
	Suspended bool `json:"suspended"`
	delivery.TaskView
}

// rescheduleBody is what a task is to be moved to; at least one of the two.
type rescheduleBody struct {
	// NotBefore is when to call back, in RFC 3339.
	NotBefore string `json:"not_before"`
	// Windows replace the task's.
	Windows json.RawMessage `json:"windows"`
}

// command answers POST /v1/delivery-tasks/{task_id}/cancel, suspend and resume.
func (s *Server) command(kind delivery.EventType) handler {
	return func(c *call) (any, error) {
		return s.tell(c, kind, func() (delivery.Data, error) { return delivery.Data{}, nil })
	}
}

// reschedule is POST /v1/delivery-tasks/{task_id}/reschedule.
func (s *Server) reschedule(c *call) (any, error) {
	return s.tell(c, delivery.TaskRescheduled, func() (delivery.Data, error) {
		var body rescheduleBody
		if err := c.object(&body); err != nil {
			return delivery.Data{}, err
		}
		data, wrong := body.data(delivery.At(s.now()))
		if len(wrong) > 0 {
			return data, invalidDelivery("delivery_task:invalid", "The new times are not as they must be.", wrong)
		}
		return data, nil
	})
}

// data checks the body.
func (b *rescheduleBody) data(now delivery.Instant) (delivery.Data, contactFindings) {
	var data delivery.Data
	var wrong contactFindings
	if b.NotBefore != "" {
		at, err := time.Parse(time.RFC3339, b.NotBefore)
		data.NotBefore = delivery.At(at)
		if err != nil || at.UTC().Year() < 1970 || data.NotBefore > now.Add(delivery.FarthestWindow) {
			wrong.add(delivery.CodeInvalidField, "not_before", "Use a time within 90 days, such as 2026-03-02T15:00:00Z.")
		}
	}
	windows, err := delivery.DecodeWindows(b.Windows)
	if err == nil && len(windows) > 0 {
		data.Windows, err = delivery.PlanWindows(windows, now)
	}
	switch {
	case errors.Is(err, delivery.ErrWindowsExpired):
		wrong.add(delivery.CodeWindowsExpired, "windows", asSentence(err))
	case err != nil:
		wrong.add(delivery.CodeInvalidWindows, "windows", asSentence(err))
	case b.NotBefore == "" && len(windows) == 0:
		wrong.add(delivery.CodeMissingField, "not_before", "Give not_before, windows or both.")
	}
	return data, wrong
}

// tell appends a command to the task's log and answers with what the fold makes of it; read reads the body.
func (s *Server) tell(c *call, kind delivery.EventType, read func() (delivery.Data, error)) (any, error) {
	id, err := c.uuid("task_id", "delivery_task")
	if err != nil {
		return nil, err
	}
	key, err := c.idempotencyKey()
	if err != nil {
		return nil, err
	}
	subject := models.Subject{OrganizationID: c.principal.organization, ConversationID: id, Kind: models.KindDelivery}
	before, err := s.foldTask(c, subject)
	if err != nil {
		return nil, err
	}
	data, err := read()
	if err != nil {
		return nil, err
	}
	if key == "" {
		// What is over takes no further entries. With a key it may be a repeat.
		if before.folded.State.Status.Final() {
			return before.answer(kind)
		}
		key = "command-" + rand.Text()
	}
	event := delivery.Event{ID: key, Source: commandSource, Type: kind, Time: delivery.At(s.now()), Data: data}
	after, superseded, err := s.appendCommand(c, subject, event)
	if err != nil {
		return nil, err
	}
	if superseded {
		return after.answer(kind)
	}
	return after.state(), nil
}

// appendCommand appends a command to a task's log and returns how the task stands then; superseded tells
// that the command came to nothing.
func (s *Server) appendCommand(c *call, subject models.Subject, command delivery.Event) (after foldedTask, superseded bool, err error) {
	receipts, err := s.deps.Store.AppendDeliveryEvents(c.ctx(), []models.DeliverySubmission{
		{OrganizationID: subject.OrganizationID, TaskID: subject.ConversationID, Event: command}})
	if err != nil {
		return after, false, deliveryProblem("delivery_task", err)
	}
	if receipts[0].Conflict {
		return after, false, problem(http.StatusUnprocessableEntity, "idempotency_key:reused",
			"This Idempotency-Key was used for another command of this task. Send another.")
	}
	if after, err = s.foldTask(c, subject); err != nil {
		return after, false, err
	}
	superseded, err = s.superseded(c, after, receipts[0].Number)
	return after, superseded, err
}

// superseded tells that the entry came to nothing, for the task was over.
func (s *Server) superseded(c *call, t foldedTask, number int64) (bool, error) {
	if outcome, folded := t.folded.Outcomes[number]; folded {
		return outcome.Kind == delivery.Superseded, nil
	}
	// A run has recorded it.
	outcome, err := s.deps.Store.EntryOutcome(c.ctx(), t.subject, number)
	if err != nil {
		return false, unavailable(err)
	}
	return string(outcome.Kind) == string(delivery.Superseded), nil
}

// foldedTask is a task with everything that its log holds by now.
type foldedTask struct {
	subject models.Subject
	run     models.DeliveryRun
	folded  delivery.Folded
}

// foldTask reads a task and folds its log, up to now.
func (s *Server) foldTask(c *call, subject models.Subject) (foldedTask, error) {
	run, err := s.deps.Store.LoadDelivery(c.ctx(), subject)
	if err != nil {
		return foldedTask{}, deliveryProblem("delivery_task", err)
	}
	if run.Plan.Task.ID == "" {
		return foldedTask{}, notFound("delivery_task")
	}
	return foldedTask{subject, run, delivery.Fold(&run.Plan, run.Carry, run.Entries, delivery.At(s.now()))}, nil
}

func (t foldedTask) state() TaskState {
	return TaskState{t.subject.ConversationID, t.folded.State.Suspended, t.folded.Task}
}

// answer is what a command to a task that is over gets: to cancel what is cancelled is no fault.
func (t foldedTask) answer(kind delivery.EventType) (any, error) {
	if kind == delivery.TaskCancelled && t.folded.State.Status == delivery.Cancelled {
		return t.state(), nil
	}
	return nil, problem(http.StatusConflict, "delivery_task:over", "The task is over: its status is %s.", t.folded.State.Status)
}
