package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"engaged/delivery"
	"engaged/models"
)

// Bounds of a simulation.
const (
	defaultSimulated = 10
	maxSimulated     = 100
)

// nobody is the id of a task or configuration that does not exist.
const nobody = "00000000-0000-0000-0000-000000000000"

// Simulation is the schedule of a task that was never made.
type Simulation struct {
	// ConfigurationVersion is the version under which it was worked out; 0 for one that was sent along.
	ConfigurationVersion int `json:"configuration_version"`
	// AcceptedAt is the instant at which the task is taken to be accepted.
	AcceptedAt delivery.Instant `json:"accepted_at"`
	// Attempts are in order, each at the first instant that every rule allows.
	Attempts []SimulatedAttempt `json:"attempts"`
	// Status and Reason are the task's after the last attempt.
	Status delivery.Status `json:"status"`
	Reason string          `json:"reason,omitempty"`
	// NextScheduledAt is when a further attempt would be due, if there are more than were asked for.
	NextScheduledAt *delivery.Instant `json:"next_scheduled_at,omitempty"`
	// Verdict is what every rule says about the first attempt at the instant of acceptance.
	Verdict delivery.Verdict `json:"verdict"`
}

// SimulatedAttempt is one attempt of a schedule.
type SimulatedAttempt struct {
	Seq       int    `json:"seq"`
	ContactID string `json:"contact_id"`
	ToAddress string `json:"to_address"`
	// Loop counts the walks through the chain from 1.
	Loop int `json:"loop"`
	// At is the earliest start, Until when it could not start any more.
	At    delivery.Instant `json:"at"`
	Until delivery.Instant `json:"until"`
}

// simulateBody is what is to be worked out.
type simulateBody struct {
	// ConfigurationID names a configuration, Configuration is one that need not exist; one of the two.
	ConfigurationID string                   `json:"configuration_id"`
	Configuration   *models.DeliveryDocument `json:"configuration"`
	// At is when the task is taken to be accepted, in RFC 3339; default now.
	At string `json:"at"`
	// Assume is the result that every attempt is taken to have; default NoAnswer.
	Assume delivery.Result `json:"assume"`
	// MaxAttempts bounds the schedule, 1 to 100; default 10.
	MaxAttempts int `json:"max_attempts"`
	simulatedTask
}

// simulateDelivery is POST /v1/delivery-tasks:simulate.
func (s *Server) simulateDelivery(c *call) (any, error) {
	var body simulateBody
	if err := c.object(&body); err != nil {
		return nil, err
	}
	plan, wrong := body.plan(s.now())
	if len(wrong) > 0 {
		return nil, invalidDelivery("simulation:invalid", "The task is not as it must be.", wrong)
	}
	if body.Configuration == nil {
		found, err := s.deps.Store.DeliveryConfiguration(c.ctx(), c.principal.organization, plan.Task.ConfigurationID, 0)
		if errors.Is(err, models.ErrNotFound) {
			return nil, notFound("delivery_configuration")
		}
		if err != nil {
			return nil, unavailable(err)
		}
		plan.Rules = found.Rules(found.Version)
	}
	facts, err := s.deps.Store.DeliveryFacts(c.ctx(), c.principal.organization, &plan, plan.Task.AcceptedAt)
	if err != nil {
		return nil, unavailable(err)
	}
	return s.simulateInTurn(c, &plan, &facts, &body)
}

// simulateWait is how long a simulation waits for its turn.
const simulateWait = 10 * time.Second

// simulateInTurn lets one simulation run at a time: rules may be as intricate as they like, and their
// schedule takes a core for a while.
func (s *Server) simulateInTurn(c *call, plan *delivery.Plan, facts *delivery.Facts, body *simulateBody) (any, error) {
	ctx, cancel := context.WithTimeout(c.ctx(), simulateWait)
	defer cancel()
	select {
	case s.simulations <- struct{}{}:
		defer func() { <-s.simulations }()
		return simulate(plan, facts, body.Assume, body.MaxAttempts), nil
	case <-ctx.Done():
		return nil, problem(http.StatusServiceUnavailable, "simulation:busy", "Other simulations take long. Try again.").retry(simulateWait)
	}
}

// simulate works the schedule out; it touches nothing.
func simulate(plan *delivery.Plan, facts *delivery.Facts, assume delivery.Result, most int) Simulation {
	slots, end := delivery.Schedule(plan, facts, assume, most)
	answer := Simulation{
		ConfigurationVersion: plan.Rules.Version, AcceptedAt: plan.Task.AcceptedAt, Attempts: []SimulatedAttempt{},
		Status: end.Status, Reason: end.Reason, NextScheduledAt: end.NextScheduledAt,
		Verdict: delivery.Evaluate(plan, delivery.Candidate{Position: delivery.Position{Loop: 1}}, facts, plan.Task.AcceptedAt),
	}
	for _, slot := range slots {
		answer.Attempts = append(answer.Attempts, SimulatedAttempt{slot.Seq, slot.ContactID, slot.ToAddress, slot.Position.Loop, slot.At, slot.Until})
	}
	return answer
}

// plan checks the body and makes the task's plan of it; the rules are those sent along, if any.
func (b *simulateBody) plan(now time.Time) (delivery.Plan, []delivery.FieldError) {
	var wrong contactFindings
	at := delivery.At(now)
	if b.At != "" {
		given, err := time.Parse(time.RFC3339, b.At)
		if err != nil || given.Year() < 1970 || given.Year() > 9000 {
			wrong.add(delivery.CodeInvalidField, "at", "Use a time such as 2026-03-02T15:00:00Z, or leave it out for now.")
		}
		at = delivery.At(given)
	}
	switch {
	case b.Assume == "":
		b.Assume = delivery.NoAnswer
	case !assumable[b.Assume]:
		wrong.add(delivery.CodeInvalidField, "assume", "Use NoAnswer, Busy, CallFailed, InvalidAddress or NonRetriableError.")
	}
	if b.MaxAttempts == 0 {
		b.MaxAttempts = defaultSimulated
	}
	if b.MaxAttempts < 1 || b.MaxAttempts > maxSimulated {
		wrong.add(delivery.CodeInvalidField, "max_attempts", fmt.Sprintf("Use 1 to %d.", maxSimulated))
	}
	var plan delivery.Plan
	switch {
	case (b.Configuration == nil) == (b.ConfigurationID == ""):
		wrong.add(delivery.CodeMissingField, "configuration_id", "Give configuration_id or configuration, one of the two.")
	case b.Configuration != nil:
		for _, w := range b.Configuration.Validate() {
			wrong.add(w.Code, strings.TrimSuffix("configuration."+w.Field, "."), w.Reason)
		}
		plan.Rules = b.Configuration.Rules(0)
		b.ConfigurationID = nobody
	case !isUUID(b.ConfigurationID):
		wrong.add(delivery.CodeInvalidField, "configuration_id", "Use the id of a configuration.")
	}
	task, more := b.task(b.ConfigurationID, at)
	plan.Task = task
	return plan, append(wrong, more...)
}

// assumable are the results of calls that nobody answered, which a schedule can assume.
var assumable = map[delivery.Result]bool{
	delivery.NoAnswer: true, delivery.Busy: true, delivery.CallFailed: true, delivery.InvalidAddress: true, delivery.NonRetriableError: true,
}
