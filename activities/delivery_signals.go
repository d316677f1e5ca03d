package activities

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"engaged/delivery"
	"engaged/engagement"
	"engaged/models"
)

// DeliverySignal is what was signalled to a task's workflow directly.
type DeliverySignal struct {
	// Signal is the signal's name, Type the command that it stands for; empty for one that carries a
	// dialer's event.
	Signal string             `json:"signal"`
	Type   delivery.EventType `json:"type,omitempty"`
	// Payload is what came with it, JSON or not.
	Payload string `json:"payload"`
	// ID serves where the event has none, At is when the signal was taken in.
	ID string           `json:"id"`
	At delivery.Instant `json:"at"`
}

// DeliverySignalsInput says what to append to a task's log.
type DeliverySignalsInput struct {
	models.Subject
	Signals []DeliverySignal `json:"signals"`
}

var appendDeliverySignals = definition[DeliverySignalsInput, int64]{name: "AppendDeliverySignals"}

// AppendDeliverySignals puts what was signalled directly into the log and returns the highest number that
// it got there.
func (a *Activities) AppendDeliverySignals(ctx context.Context, in DeliverySignalsInput) (int64, error) {
	submissions := make([]models.DeliverySubmission, len(in.Signals))
	for i, s := range in.Signals {
		submissions[i] = models.DeliverySubmission{OrganizationID: in.OrganizationID, TaskID: in.ConversationID, Event: s.event()}
	}
	receipts, err := a.Deliveries.AppendDeliveryEvents(ctx, submissions)
	if errors.Is(err, models.ErrNotFound) {
		return 0, temporal.NewNonRetryableApplicationError("there is no such delivery task", "delivery:no_task", err)
	}
	if err != nil {
		return 0, fmt.Errorf("append signals: %w", err)
	}
	var highest int64
	for _, r := range receipts {
		highest = max(highest, r.Number)
	}
	return highest, nil
}

// AppendDeliverySignals is the stub for workflows.
func AppendDeliverySignals(ctx workflow.Context, in DeliverySignalsInput) (int64, error) {
	return appendDeliverySignals.call(ctx, in)
}

// maxSignal is the largest payload of a signal in bytes, as of the data of an event.
const maxSignal = 16 << 10

// event is the event that the signal carries, or one that keeps what it could not be.
func (s DeliverySignal) event() delivery.Event {
	e, refused := s.read()
	if refused == "" && !storable(e) {
		refused = "Leave NUL characters out."
	}
	if refused == "" {
		return e
	}
	return delivery.Event{ID: s.ID, Source: engagement.EngineSource, Type: delivery.SignalRefused, Time: s.At,
		Data: delivery.Data{Diagnostics: s.Signal + ": " + refused}}
}

// read decodes and checks what came; refused is why it breaks a rule.
func (s DeliverySignal) read() (e delivery.Event, refused string) {
	if len(s.Payload) > maxSignal {
		return e, fmt.Sprintf("Shorten it to %d bytes.", maxSignal)
	}
	if s.Type == "" {
		e, faults := delivery.DecodeEvent(s.complete())
		if len(faults) > 0 {
			return e, faults[0].Reason
		}
		return e, ""
	}
	e = delivery.Event{ID: s.ID, Type: s.Type, Time: s.At}
	var data delivery.Data
	if s.Payload != "" && json.Unmarshal([]byte(s.Payload), &data) != nil {
		return e, "Send the command's data as a JSON object, or nothing."
	}
	e.Data = delivery.Data{NotBefore: data.NotBefore, Windows: data.Windows, ContactID: data.ContactID, Number: data.Number}
	if err := e.Data.CheckReschedule(s.At); s.Type == delivery.TaskRescheduled && err != nil {
		return e, err.Error()
	}
	return e, ""
}

// storable tells that an event holds no NUL character, which Postgres does not take. Doubled backslashes are no
// escapes.
func storable(e delivery.Event) bool {
	text, err := json.Marshal(e)
	return err == nil && !bytes.Contains(bytes.ReplaceAll(text, []byte(`\\`), nil), []byte(`\u0000`))
}

// complete adds to an event what it may leave out: id, time, and the type of a disposition.
func (s DeliverySignal) complete() json.RawMessage {
	var fields map[string]json.RawMessage
	if json.Unmarshal([]byte(s.Payload), &fields) != nil || fields == nil {
		return json.RawMessage(s.Payload)
	}
	// Strings can always be encoded.
	add := func(name, value string) {
		if _, given := fields[name]; !given {
			text, _ := json.Marshal(value)
			fields[name] = text
		}
	}
	add("id", s.ID)
	add("time", s.At.String())
	if s.Signal == "disposition" {
		add("type", string(delivery.DispositionSet))
	}
	complete, _ := json.Marshal(fields)
	return complete
}
