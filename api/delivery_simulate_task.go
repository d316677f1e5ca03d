package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"engaged/delivery"
)

// simulatedTask is the part of a request for a task that a schedule depends on.
type simulatedTask struct {
	// Contacts are 1 to 5, called in this order.
	Contacts []simulatedContact `json:"contacts"`
	// Windows are when the task may be attempted; default the 24 hours from acceptance.
	Windows json.RawMessage `json:"windows"`
	// ExpiresAt ends the task whatever the windows say, in RFC 3339.
	ExpiresAt string `json:"expires_at"`
	// InputAttributes go with every attempt; no schedule depends on them.
	InputAttributes map[string]string `json:"input_attributes"`
}

// simulatedContact is a contact with everything that the rules ask about them.
type simulatedContact struct {
	ID         string           `json:"id"`
	Phones     []delivery.Phone `json:"phones"`
	TimeZone   string           `json:"time_zone"`
	Country    string           `json:"country"`
	State      string           `json:"state"`
	PostalCode string           `json:"postal_code"`
	// Windows replace the task's for this contact.
	Windows json.RawMessage `json:"windows"`
	// InputAttributes go with this contact's attempts, over the task's.
	InputAttributes map[string]string `json:"input_attributes"`
}

// task makes a task of it that is accepted at an instant, and returns everything that is wrong.
// Windows that are over are planned, too: the schedule then says so.
func (t *simulatedTask) task(configuration string, at delivery.Instant) (delivery.Task, []delivery.FieldError) {
	var wrong contactFindings
	task := delivery.Task{ID: nobody, ConfigurationID: configuration, AcceptedAt: at, InputAttributes: t.InputAttributes}
	var err error
	if task.Windows, err = planWindows(t.Windows, at); err != nil {
		wrong.add(delivery.CodeInvalidWindows, "windows", asSentence(err))
	}
	for i, c := range t.Contacts {
		contact := delivery.Contact{ID: c.ID, Phones: c.Phones, TimeZone: c.TimeZone, Country: c.Country, State: c.State, PostalCode: c.PostalCode,
			InputAttributes: c.InputAttributes}
		if windows, err := delivery.DecodeWindows(c.Windows); err != nil {
			wrong.add(delivery.CodeInvalidWindows, fmt.Sprintf("contacts[%d].windows", i), asSentence(err))
		} else if len(windows) > 0 {
			if contact.Windows, err = planWindows(c.Windows, at); err != nil {
				wrong.add(delivery.CodeInvalidWindows, fmt.Sprintf("contacts[%d].windows", i), asSentence(err))
			}
		}
		for field, text := range map[string]string{"time_zone": c.TimeZone, "country": c.Country, "state": c.State, "postal_code": c.PostalCode} {
			if len(text) > maxIdentifier {
				wrong.add(delivery.CodeInvalidField, fmt.Sprintf("contacts[%d].%s", i, field), "Shorten it to 128 bytes.")
			}
		}
		task.Contacts = append(task.Contacts, contact)
	}
	if t.ExpiresAt != "" {
		expires, err := time.Parse(time.RFC3339, t.ExpiresAt)
		if err != nil || expires.Year() < 1970 || expires.Year() > 9000 {
			wrong.add(delivery.CodeInvalidField, "expires_at", "Use a time such as 2026-03-02T15:00:00Z, or leave it out.")
		}
		task.ExpiresAt = delivery.At(expires)
	}
	for _, w := range task.Validate() {
		if w.Field != "configuration_id" {
			wrong.add(w.Code, w.Field, w.Reason)
		}
	}
	return task, wrong
}

// planWindows reads windows and plans them; that all of them are over is no fault.
func planWindows(raw json.RawMessage, at delivery.Instant) ([]delivery.Window, error) {
	windows, err := delivery.DecodeWindows(raw)
	if err != nil {
		return nil, err
	}
	planned, err := delivery.PlanWindows(windows, at)
	if errors.Is(err, delivery.ErrWindowsExpired) {
		err = nil
	}
	return planned, err
}

// asSentence makes a sentence of an error's text.
func asSentence(err error) string { return err.Error() + "." }
