package api

import (
	"errors"
	"net/http"
	"time"

	"engaged/delivery"
	"engaged/engagement"
	"engaged/models"
)

// maxAgents bounds the numbers of agents and calls that a queue may have.
const maxAgents = 1_000_000

// DialerCapacity is what was told last of a queue's agents.
type DialerCapacity struct {
	// QueueID is the routing system's own id.
	QueueID string `json:"queue_id"`
	// At is when it was so.
	At engagement.Instant `json:"at"`
	// ReadyAgents could take a call, QueuedCalls wait for one already, BusyAgents have one.
	ReadyAgents int `json:"ready_agents"`
	QueuedCalls int `json:"queued_calls"`
	BusyAgents  int `json:"busy_agents"`
	// ValidUntil is from when on nobody knows and nothing is dialed.
	ValidUntil engagement.Instant `json:"valid_until"`
}

// capacityBody is what PUT takes.
type capacityBody struct {
	At          string `json:"at"`
	ReadyAgents *int   `json:"ready_agents"`
	QueuedCalls int    `json:"queued_calls"`
	BusyAgents  int    `json:"busy_agents"`
}

// putCapacity is PUT /v1/dialer/queues/{id}/capacity.
func (s *Server) putCapacity(c *call) (any, error) {
	var body capacityBody
	if err := c.object(&body); err != nil {
		return nil, err
	}
	told, wrong := body.capacity(s.now())
	if len(wrong) > 0 {
		return nil, invalidDelivery("capacity:invalid", "The capacity is not as it must be.", wrong)
	}
	told.OrganizationID, told.QueueID = c.principal.organization, c.Param("id")
	holds, err := s.deps.Store.PutCapacity(c.ctx(), told, s.config.CapacityValidity)
	if err != nil {
		return nil, unavailable(err)
	}
	return capacityOf(holds), nil
}

// getCapacity is GET /v1/dialer/queues/{id}/capacity.
func (s *Server) getCapacity(c *call) (any, error) {
	holds, err := s.deps.Store.Capacity(c.ctx(), c.principal.organization, c.Param("id"))
	if err != nil {
		return nil, capacityProblem(err)
	}
	return capacityOf(holds), nil
}

// deleteCapacity is DELETE /v1/dialer/queues/{id}/capacity.
func (s *Server) deleteCapacity(c *call) (any, error) {
	if err := s.deps.Store.DeleteCapacity(c.ctx(), c.principal.organization, c.Param("id")); err != nil {
		return nil, capacityProblem(err)
	}
	return reply{status: http.StatusNoContent}, nil
}

func capacityProblem(err error) error {
	if errors.Is(err, models.ErrNotFound) {
		return notFound("capacity")
	}
	return unavailable(err)
}

func capacityOf(c models.QueueCapacity) DialerCapacity {
	return DialerCapacity{c.QueueID, engagement.At(c.At), c.ReadyAgents, c.QueuedCalls, c.BusyAgents, engagement.At(c.ValidUntil)}
}

// capacity checks the body; without a time it tells of now.
func (b capacityBody) capacity(now time.Time) (models.QueueCapacity, contactFindings) {
	var wrong contactFindings
	told := models.QueueCapacity{QueuedCalls: b.QueuedCalls, BusyAgents: b.BusyAgents}
	if b.ReadyAgents == nil {
		wrong.add(delivery.CodeMissingField, "ready_agents", "Add ready_agents: how many agents could take a call now.")
	} else {
		told.ReadyAgents = *b.ReadyAgents
	}
	for field, n := range map[string]int{"ready_agents": told.ReadyAgents, "queued_calls": b.QueuedCalls, "busy_agents": b.BusyAgents} {
		if n < 0 || n > maxAgents {
			wrong.add(delivery.CodeInvalidField, field, "Use 0 to 1000000.")
		}
	}
	if b.At == "" {
		return told, wrong
	}
	at, err := time.Parse(time.RFC3339, b.At)
	switch {
	case err != nil || at.UTC().Year() < 1970:
		wrong.add(delivery.CodeInvalidField, "at", "Use a time such as 2026-03-02T18:00:00Z, or leave it out for now.")
	case at.After(now.Add(soon)):
		wrong.add(delivery.CodeInvalidField, "at", "This time lies ahead of our clock by more than a minute. Set the clock that gives it.")
	}
	told.At = at
	return told, wrong
}
