package api

import (
	"strconv"

	"engaged/delivery"
	"engaged/models"
)

// Explanation tells why a contact has not been called.
type Explanation struct {
	DeliveryTaskID string           `json:"delivery_task_id"`
	At             delivery.Instant `json:"at"`
	Status         delivery.Status  `json:"status"`
	Reason         string           `json:"reason,omitempty"`
	Suspended      bool             `json:"suspended"`
	// Answer is the explanation in one sentence.
	Answer string `json:"answer"`
	// Attempt is the one that is not over; left out between attempts and at the end.
	Attempt *ExplainedAttempt `json:"attempt,omitempty"`
	// Verdict is what every rule says now about the attempt that waits; left out where none does.
	Verdict *delivery.Verdict `json:"verdict,omitempty"`
	// NextEligibleAt is the earliest instant that every rule over time allows, where there is one.
	NextEligibleAt *delivery.Instant `json:"next_eligible_at,omitempty"`
	// DecidedAt is by when time alone changes something, DecidedBy what: expiry, order_limit, call_limit
	// or disposition_limit.
	DecidedAt *delivery.Instant `json:"decided_at,omitempty"`
	DecidedBy string            `json:"decided_by,omitempty"`
	// LastResult is the latest result of all attempts.
	LastResult delivery.Result `json:"last_result,omitempty"`
}

// ExplainedAttempt is the attempt that an explanation is about.
type ExplainedAttempt struct {
	DeliveryID string `json:"delivery_id"`
	Seq        int    `json:"seq"`
	ContactID  string `json:"contact_id"`
	ToAddress  string `json:"to_address"`
	// Callback tells that it calls back; Ordered that the call may be made, ClaimedBy which dialer has claimed it
	// and LeaseUntil by when that one must have started it; StartedAt since when the call runs.
	Callback   bool              `json:"callback"`
	Ordered    bool              `json:"ordered"`
	ClaimedBy  string            `json:"claimed_by,omitempty"`
	LeaseUntil *delivery.Instant `json:"lease_until,omitempty"`
	StartedAt  *delivery.Instant `json:"started_at,omitempty"`
	// endpoint is the webhook endpoint that is told of the order.
	endpoint string
}

// explain is GET /v1/delivery-tasks/{task_id}/explain.
func (s *Server) explain(c *call) (any, error) {
	id, err := c.uuid("task_id", "delivery_task")
	if err != nil {
		return nil, err
	}
	organization, at := c.principal.organization, delivery.At(s.now())
	t, err := s.foldTask(c, models.Subject{OrganizationID: organization, ConversationID: id, Kind: models.KindDelivery})
	if err != nil {
		return nil, err
	}
	state := t.folded.State
	e := Explanation{DeliveryTaskID: id, At: at, Status: state.Status, Reason: state.Reason, Suspended: state.Suspended, LastResult: state.LastResult}
	if d := t.folded.Deadline; d != nil {
		e.DecidedAt, e.DecidedBy = &d.At, d.Kind
	}
	if a := state.Current; a != nil {
		if e.Attempt, err = s.explainAttempt(c, id, a); err != nil {
			return nil, err
		}
		if a.Status == delivery.Pending && a.Order == nil {
			if e.Verdict, err = s.verdict(c, t, a, at); err != nil {
				return nil, err
			}
			e.NextEligibleAt = e.Verdict.NextAt
		}
	}
	e.Answer = e.sentence()
	return e, nil
}

// explainAttempt tells how far an attempt is and who has its order.
func (s *Server) explainAttempt(c *call, task string, a *delivery.Attempt) (*ExplainedAttempt, error) {
	organization := c.principal.organization
	e := &ExplainedAttempt{
		DeliveryID: delivery.AttemptID(organization, task, a.Seq), Seq: a.Seq, ContactID: a.ContactID, ToAddress: a.ToAddress,
		Callback: a.Callback, Ordered: a.Order != nil, StartedAt: a.StartedAt,
	}
	if a.Order == nil || a.StartedAt != nil {
		return e, nil
	}
	taker, err := s.deps.Store.DeliveryOrderTaker(c.ctx(), organization, e.DeliveryID, a.Order.Fence)
	if err != nil {
		return nil, unavailable(err)
	}
	e.ClaimedBy, e.endpoint = taker.Dialer, taker.EndpointID
	if taker.Dialer != "" {
		e.LeaseUntil = &taker.LeaseUntil
	}
	return e, nil
}

// verdict asks every rule about the attempt that waits.
func (s *Server) verdict(c *call, t foldedTask, a *delivery.Attempt, at delivery.Instant) (*delivery.Verdict, error) {
	organization, plan := c.principal.organization, &t.run.Plan
	facts, err := s.deps.Store.DeliveryFacts(c.ctx(), organization, plan, at)
	if err != nil {
		return nil, unavailable(err)
	}
	capacity, err := s.deps.Store.DeliveryCapacity(c.ctx(), organization, plan.Task.ConfigurationID)
	if err != nil {
		return nil, unavailable(err)
	}
	facts.Capacity = &capacity
	candidate := delivery.Candidate{Position: a.Position, NotBefore: a.NotBefore, Windows: t.folded.State.Windows, Suspended: t.folded.State.Suspended}
	return new(delivery.Evaluate(plan, candidate, &facts, at)), nil
}

// sentence says it in words.
func (e *Explanation) sentence() string {
	switch {
	case e.Status.Final():
		return "The task is over: " + string(e.Status) + because(e.Reason) + "."
	case e.Attempt == nil:
		return "The last call is over; what follows is decided once its disposition is known, or no longer waited for."
	case e.Attempt.StartedAt != nil:
		return "The call is under way since " + e.Attempt.StartedAt.String() + "."
	case e.Verdict == nil:
		return e.Attempt.orderSentence()
	}
	switch v := e.Verdict; v.Action {
	case delivery.Wait:
		return "It waits for " + v.NextAt.String() + because(v.Reason) + "."
	case delivery.Hold:
		return "It waits until this changes: " + v.Reason + "."
	case delivery.Expire, delivery.Cancel, delivery.Fail:
		return "It will not be called" + because(v.Reason) + "."
	case delivery.Allow:
		return "It may be called and waits for its turn."
	default:
		return ""
	}
}

// orderSentence says what keeps an ordered call from being made.
func (a *ExplainedAttempt) orderSentence() string {
	switch {
	case a.ClaimedBy != "":
		return "The dialer " + strconv.Quote(a.ClaimedBy) + " has claimed the order and has until " + a.LeaseUntil.String() + " to start the call."
	case a.endpoint != "":
		return "The order is being told to the webhook endpoint " + a.endpoint + ", which has not answered yet."
	default:
		return "The order waits for a dialer to claim it."
	}
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return " (" + reason + ")"
}
