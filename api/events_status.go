package api

import (
	"encoding/json"
	"errors"

	"engaged/engagement"
	"engaged/models"
)

// EventStatus tells what became of an event.
type EventStatus struct {
	// ConversationID, ID, Source, Type and Time are the event's.
	ConversationID string               `json:"conversation_id"`
	ID             string               `json:"id"`
	Source         string               `json:"source"`
	Type           engagement.EventType `json:"type"`
	Time           engagement.Instant   `json:"time"`
	// Number is its place in the conversation's log, from 1.
	Number int64 `json:"number"`
	// ReceivedAt is the log's clock when it was appended.
	ReceivedAt engagement.Instant `json:"received_at"`
	// Outcome is waiting, applied, duplicate, late, no_leg, superseded or dead.
	Outcome engagement.OutcomeKind `json:"outcome"`
	// Reason says more where there is more to say.
	Reason string `json:"reason,omitempty"`
	// Duplicates and Conflicts count how often it came again, and how often with other content.
	Duplicates int `json:"duplicates"`
	Conflicts  int `json:"conflicts"`
	// Event is what the engine took of it.
	Event engagement.Event `json:"event"`
	// Data is the sender's data object as it came, where the log keeps it.
	Data json.RawMessage `json:"data,omitempty"`
}

// getEvent is GET /v1/events/{conversation_id}/{event_id}.
func (s *Server) getEvent(c *call) (any, error) {
	subject := models.Subject{OrganizationID: c.principal.organization, ConversationID: c.Param("conversation_id")}
	found, err := s.deps.Store.FindEvent(c.ctx(), subject, c.Query("source"), c.Param("event_id"))
	if errors.Is(err, models.ErrNotFound) {
		return nil, notFound("event")
	}
	if err != nil {
		return nil, unavailable(err)
	}
	return EventStatus{
		ConversationID: subject.ConversationID, ID: found.Entry.ID, Source: found.Entry.Source,
		Type: found.Entry.Type, Time: found.Entry.Time, Number: found.Entry.Number, ReceivedAt: found.Entry.ReceivedAt,
		Outcome: found.Outcome.Kind, Reason: found.Outcome.Reason,
		Duplicates: found.Duplicates, Conflicts: found.Conflicts, Event: found.Entry.Event, Data: found.Data,
	}, nil
}
