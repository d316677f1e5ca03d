package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"engaged/delivery"
	"engaged/models"
)

// MaxBulkBody is the largest body of a bulk request for delivery tasks in bytes.
const MaxBulkBody = 32 << 20

// taskBody is a request for a delivery task.
type taskBody struct {
	// ConfigurationID says how to dial.
	ConfigurationID string `json:"configuration_id"`
	// Channel is voice, which is also the default; Message belongs to other channels.
	Channel string `json:"channel"`
	Message string `json:"message"`
	// AllowExpired takes a task that nothing can come of any more; it is Expired at once.
	AllowExpired bool `json:"allow_expired"`
	// Priority is a number or a date for the custom processing orders.
	Priority string `json:"priority"`
	// TrackingID, JourneyID and JourneyRunID are the caller's own ids.
	TrackingID   string `json:"tracking_id"`
	JourneyID    string `json:"journey_id"`
	JourneyRunID string `json:"journey_run_id"`
	simulatedTask
	// late tells that no window is left, and that this is not allowed.
	late bool
}

// readTask decodes and checks one request received at an instant; it returns everything that is wrong.
func readTask(raw []byte, at delivery.Instant) (*taskBody, delivery.Task, []InvalidParameter) {
	var body taskBody
	if err := decodeObject(raw, &body); err != nil {
		return nil, delivery.Task{}, faultsOf(err)
	}
	task, wrong := body.check(at)
	if len(wrong) > 0 {
		faults := make([]InvalidParameter, len(wrong))
		for i, w := range wrong {
			faults[i] = InvalidParameter{Field: w.Field, Code: w.Code, Reason: w.Reason}
		}
		sortParameters(faults)
		return nil, task, faults
	}
	task.ID = newUUID()
	return &body, task, nil
}

// faultsOf is what a problem document says is wrong with a body.
func faultsOf(err error) []InvalidParameter {
	p := problemOf(err)
	if len(p.InvalidParameters) > 0 {
		return p.InvalidParameters
	}
	return []InvalidParameter{{Code: p.Code, Reason: p.Detail}}
}

// check makes a task without an id of the body.
func (b *taskBody) check(at delivery.Instant) (delivery.Task, contactFindings) {
	var wrong contactFindings
	b.ConfigurationID = strings.ToLower(b.ConfigurationID)
	switch {
	case b.ConfigurationID == "":
		wrong.add(delivery.CodeMissingField, "configuration_id", "Add configuration_id: it says how to dial.")
	case !isUUID(b.ConfigurationID):
		wrong.add(delivery.CodeInvalidField, "configuration_id", "Use the id of a configuration, a UUID.")
	}
	switch strings.ToLower(b.Channel) {
	case "", "voice":
	case "sms":
		wrong.add(delivery.CodeInvalidField, "channel", "SMS is not supported yet: use voice.")
	default:
		wrong.add(delivery.CodeInvalidField, "channel", "Use voice.")
	}
	if b.Message != "" {
		wrong.add("delivery:message_not_allowed", "message", "Leave message out: it belongs to SMS, which is not supported yet.")
	}
	for _, id := range []struct{ field, text string }{
		{"priority", b.Priority}, {"tracking_id", b.TrackingID}, {"journey_id", b.JourneyID}, {"journey_run_id", b.JourneyRunID},
	} {
		if len(id.text) > maxIdentifier {
			wrong.add(delivery.CodeInvalidField, id.field, "Shorten it to 128 bytes.")
		}
	}
	task, more := b.task(b.ConfigurationID, at)
	wrong = append(wrong, more...)
	b.late = len(wrong) == 0 && !b.AllowExpired && tooLate(&task, at)
	task.Priority, task.TrackingID, task.JourneyID, task.JourneyRunID = b.Priority, b.TrackingID, b.JourneyID, b.JourneyRunID
	return task, wrong
}

// tooLate tells that a task had ended before it was received.
func tooLate(task *delivery.Task, at delivery.Instant) bool {
	if task.ExpiresAt != 0 && task.ExpiresAt <= at {
		return true
	}
	for i := range task.Contacts {
		windows := task.Contacts[i].Windows
		if len(windows) == 0 {
			windows = task.Windows
		}
		if windows[len(windows)-1].End > at {
			return false
		}
	}
	return true
}

// readBulk takes the body apart: bulk tells that it is a list.
func readBulk(c *call) (body []byte, list []json.RawMessage, bulk bool, err error) {
	if kind := c.mediaType(); kind != "" && kind != typeJSON {
		return nil, nil, false, unsupported(kind, typeJSON)
	}
	if body, err = c.bodyUpTo(MaxBulkBody); err != nil {
		return nil, nil, false, err
	}
	if body = bytes.TrimSpace(body); len(body) == 0 || body[0] != '[' {
		return body, []json.RawMessage{body}, false, nil
	}
	list, err = splitArray(body, delivery.MaxBulk, problem(http.StatusRequestEntityTooLarge, "delivery_tasks:too_many",
		"A request may hold at most %d tasks. Send them in several requests.", delivery.MaxBulk))
	return body, list, true, err
}

// requestHash identifies the content of a request.
func requestHash(content any) ([]byte, error) {
	text, err := json.Marshal(content)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	return sum[:], nil
}

// idempotencyKey reads the header of that name.
func (c *call) idempotencyKey() (string, error) {
	key := c.Request.Header.Get("Idempotency-Key")
	if len(key) > maxIdentifier || !storable(key) {
		return "", invalid(http.StatusBadRequest, "idempotency_key:invalid", "The Idempotency-Key is not as it must be.",
			InvalidParameter{"Idempotency-Key", "idempotency_key:invalid", "Use at most 128 bytes of UTF-8 without NUL."})
	}
	return key, nil
}

// refusedTask is why the store did not take a task.
func refusedTask(err error) *Problem {
	switch {
	case errors.Is(err, models.ErrNoConfiguration):
		return notFound("delivery_configuration")
	case errors.Is(err, models.ErrTaskExpired):
		return invalid(http.StatusBadRequest, "delivery_task:invalid", "The task is not as it must be.", InvalidParameter{"windows", delivery.CodeWindowsExpired,
			"No window is left: send one that ends in the future, or allow_expired to have the task expire at once."})
	case errors.Is(err, models.ErrKeyReused):
		return problem(http.StatusUnprocessableEntity, "idempotency_key:reused", "This Idempotency-Key came with another request. Send another.")
	default:
		return problemOf(unavailable(err))
	}
}
