package api

import (
	"crypto/rand"
	"net/http"
	"strings"

	"engaged/delivery"
	"engaged/models"
)

// DataverseCancelled is the answer of the action that cancels a task.
type DataverseCancelled struct {
	// Context names the type of the answer.
	Context string `json:"@odata.context"`
	// DeliveryTaskID is the task's, Status how it stands now.
	DeliveryTaskID string          `json:"DeliveryTaskId"`
	Status         delivery.Status `json:"Status"`
}

// DataverseAccepted is the answer of CCaaS_CreateOperation.
type DataverseAccepted struct {
	// Context names the type of the answer.
	Context string `json:"@odata.context"`
}

// cancelOnDataverse is CCaaS_CancelDeliveryTask. A call under way ends by itself and nothing follows; to
// cancel what is cancelled changes nothing.
func (s *Server) cancelOnDataverse(c *call) (any, error) {
	f, err := readForm(c, MaxBody)
	if err != nil {
		return nil, err
	}
	f.version()
	id := f.requiredID("DeliveryTaskId")
	f.rest()
	if err := f.problem(); err != nil {
		return nil, err
	}
	task, err := s.foldTask(c, models.Subject{OrganizationID: c.principal.organization, ConversationID: id, Kind: models.KindDelivery})
	if err != nil {
		return nil, err
	}
	refused := task.folded.State.Status.Final()
	if !refused {
		if task, refused, err = s.appendCommand(c, task.subject, s.cancellation(0)); err != nil {
			return nil, err
		}
	}
	status := task.folded.State.Status
	// Whoever asks again has lost the answer: a task that was cancelled during its call ends as the call does.
	if refused && status != delivery.Cancelled && !task.folded.State.Stopped {
		return nil, notCancellable("The task is over: its status is " + string(status) + ".")
	}
	return onDataverse(http.StatusOK, DataverseCancelled{s.actionContext(c, "CCaaS_CancelDeliveryTask"), id, status}), nil
}

// cancellation is the command that ends a task, or only if the attempt of a number still waits.
func (s *Server) cancellation(attempt int) delivery.Event {
	return delivery.Event{ID: "command-" + rand.Text(), Source: commandSource, Type: delivery.TaskCancelled, Time: delivery.At(s.now()), Attempt: attempt}
}

func notCancellable(detail string) *Problem {
	return problem(http.StatusConflict, "delivery:not_cancellable", "%s", detail)
}

// createOperation is CCaaS_CreateOperation: it suspends or resumes a configuration, or cancels a delivery
// that is queued.
func (s *Server) createOperation(c *call) (any, error) {
	f, err := readForm(c, MaxBody)
	if err != nil {
		return nil, err
	}
	f.version()
	operation, configuration, attempt := strings.ToLower(f.required("Operation")), f.id("ProactiveEngagementConfigId"), f.id("DeliveryId")
	f.rest()
	switch operation {
	case "suspend", "resume":
		if configuration == "" {
			f.note(delivery.CodeMissingField, "ProactiveEngagementConfigId", "Add it: it names what to suspend or resume.")
		}
		if attempt != "" {
			f.note(delivery.CodeInvalidField, "DeliveryId", "Leave it out: only Cancel concerns a single delivery.")
		}
	case "cancel":
		if attempt == "" {
			f.note(delivery.CodeMissingField, "DeliveryId", "Add it: it names what to cancel. CCaaS_CancelDeliveryTask cancels a task.")
		}
	case "":
	default:
		f.note("delivery_operation:unknown", "Operation", "Use Suspend, Resume or Cancel.")
	}
	if err := f.problem(); err != nil {
		return nil, err
	}
	if err := s.operate(c, operation, configuration, attempt); err != nil {
		return nil, err
	}
	return onDataverse(http.StatusAccepted, DataverseAccepted{s.actionContext(c, "CCaaS_CreateOperation")}), nil
}

// operate carries an operation out.
func (s *Server) operate(c *call, operation, configuration, attempt string) (err error) {
	switch operation {
	case "suspend":
		_, err = s.deps.Store.SuspendDelivery(c.ctx(), configuration, models.SuspendedByAPI, deliveryAudit(c, "delivery_configuration.suspend"))
	case "resume":
		_, err = s.deps.Store.ResumeDelivery(c.ctx(), configuration, deliveryAudit(c, "delivery_configuration.resume"))
	default:
		return s.cancelAttempt(c, configuration, attempt)
	}
	if err != nil {
		return configurationProblem(err)
	}
	return nil
}

// cancelAttempt ends the task of a delivery that is queued; configuration, where given, is the one it must
// be of. To cancel what is cancelled changes nothing.
func (s *Server) cancelAttempt(c *call, configuration, id string) error {
	row, err := s.deps.Store.Delivery(c.ctx(), c.principal.organization, id)
	if err != nil {
		return deliveryProblem("delivery", err)
	}
	if configuration != "" && row.ConfigurationID != configuration {
		return notFound("delivery")
	}
	task, err := s.foldTask(c, models.Subject{OrganizationID: row.OrganizationID, ConversationID: row.TaskID, Kind: models.KindDelivery})
	if err != nil {
		return err
	}
	refused := false
	if task.status(row) == delivery.Pending {
		if task, refused, err = s.appendCommand(c, task.subject, s.cancellation(int(row.Seq))); err != nil {
			return err
		}
	}
	if status := task.status(row); refused || status != delivery.Cancelled {
		return notCancellable("Only a queued delivery can be cancelled: its status is " + string(status) + ".")
	}
	return nil
}

// status is that of an attempt, as the task's log has it by now.
func (t foldedTask) status(row models.DeliveryRow) delivery.Status {
	for _, a := range t.folded.Attempts {
		if a.Seq == int(row.Seq) {
			return a.Status
		}
	}
	return delivery.Status(row.Status)
}
