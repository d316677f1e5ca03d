package api

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"time"

	"engaged/engagement"
	"engaged/models"
)

// acceptBody is what the accept command may say besides its path; everything is optional.
type acceptBody struct {
	// OfferID names one offer among several to the agent.
	OfferID string `json:"offer_id"`
	// GroupID is the agent's group; default the directory's.
	GroupID string `json:"group_id"`
	// Actor is who accepts; default the agent.
	Actor *engagement.Actor `json:"actor"`
}

// Accepted is the answer of the accept command that won.
type Accepted struct {
	// Status is accepted.
	Status string `json:"status"`
	// ConversationID and AgentID are those of the path.
	ConversationID string `json:"conversation_id"`
	AgentID        string `json:"agent_id"`
	// EventID is the id of the entry in the event log: the Idempotency-Key.
	EventID string `json:"event_id"`
	// AcceptedAt is when the command was received.
	AcceptedAt engagement.Instant `json:"accepted_at"`
}

// acceptOffer is POST /v1/conversations/{conversation_id}/offers/{agent_id}/accept: it appends the
// wish to the log and answers with what the fold made of it.
func (s *Server) acceptOffer(c *call) (any, error) {
	subject := models.Subject{OrganizationID: c.principal.organization, ConversationID: c.Param("conversation_id")}
	event, err := s.acceptEvent(c, subject)
	if err != nil {
		return nil, err
	}
	// Whoever sent no key of their own learns here how to ask again.
	c.Header("Idempotency-Key", event.ID)
	known, err := s.deps.Store.ConversationExists(c.ctx(), subject)
	if err != nil {
		return nil, unavailable(err)
	}
	if !known {
		return nil, noOffer()
	}
	ctx, cancel := context.WithTimeout(c.ctx(), s.config.AcceptTimeout)
	defer cancel()
	receipts, err := s.append(ctx, []models.Submission{{OrganizationID: subject.OrganizationID, Event: event}})
	if err != nil {
		return nil, err
	}
	if receipts[0].Duplicate {
		if err := s.sameWish(ctx, subject, event); err != nil {
			return nil, err
		}
	}
	outcome, err := s.deps.Accepts.AwaitAccept(ctx, subject, receipts[0].Number)
	if err != nil {
		return nil, undecided().because(err)
	}
	if refused := refusal(outcome); refused != nil {
		return nil, refused
	}
	return Accepted{
		Status: "accepted", ConversationID: subject.ConversationID, AgentID: event.AgentID,
		EventID: event.ID, AcceptedAt: receipts[0].ReceivedAt,
	}, nil
}

// acceptEvent makes the entry of the command.
func (s *Server) acceptEvent(c *call, subject models.Subject) (engagement.Event, error) {
	var body acceptBody
	if c.Request.ContentLength != 0 {
		if err := c.object(&body); err != nil {
			return engagement.Event{}, err
		}
	}
	id := c.Request.Header.Get("Idempotency-Key")
	if id == "" {
		id = "accept-" + rand.Text()
	}
	event := engagement.Event{
		ID: id, Type: engagement.OfferAccepted, Time: engagement.At(s.now()),
		ConversationID: subject.ConversationID, AgentID: c.Param("agent_id"), GroupID: body.GroupID,
		Actor: body.Actor, Data: engagement.Data{OfferID: body.OfferID},
	}
	// It has the form of offer.accepted; its own type is refused from outside.
	wrong := parameters(event.Validate())
	event.Type = engagement.OfferAcceptRequested
	for i := range wrong {
		if wrong[i].Field == "id" {
			wrong[i].Field = "Idempotency-Key"
		}
	}
	if len(wrong) > 0 {
		return event, invalid(http.StatusUnprocessableEntity, "body:invalid", "A field is not as it must be.", wrong...)
	}
	return event, nil
}

// sameWish makes sure that a repeated Idempotency-Key repeats the same wish: otherwise another
// agent would be told the first one's outcome.
func (s *Server) sameWish(ctx context.Context, subject models.Subject, event engagement.Event) error {
	first, err := s.deps.Store.FindEvent(ctx, subject, event.Source, event.ID)
	if err != nil && !errors.Is(err, models.ErrNotFound) {
		return unavailable(err)
	}
	if err != nil || first.Entry.Type != event.Type || first.Entry.AgentID != event.AgentID || first.Entry.Data.OfferID != event.Data.OfferID {
		return problem(http.StatusUnprocessableEntity, "idempotency_key:reused",
			"This Idempotency-Key was used for something else in this conversation. Send another.")
	}
	return nil
}

// refusal is the answer to an outcome other than having won; nil if it was won.
func refusal(outcome engagement.Outcome) *Problem {
	switch outcome.Kind {
	case engagement.Applied, engagement.Duplicate:
		return nil
	case engagement.Late:
		return offerOver()
	case engagement.Superseded, engagement.NoLeg:
		switch outcome.Reason {
		case engagement.ReasonTaken:
			return problem(http.StatusConflict, "offer:taken", "Another agent has this conversation.")
		case engagement.ReasonOver:
			return offerOver()
		case engagement.ReasonNotFound:
			return noOffer()
		}
		return noOffer()
	case engagement.Dead, engagement.Waiting:
		return undecided()
	}
	return undecided()
}

func noOffer() *Problem {
	return problem(http.StatusNotFound, "offer:not_found", "There is no such offer to this agent in this conversation.")
}

func offerOver() *Problem {
	return problem(http.StatusGone, "offer:over", "The offer is over: it was declined, timed out, rescinded or the conversation ended.")
}

// undecided says that the wish is in the log and will be decided; repeating it with the same
// Idempotency-Key asks for its outcome.
func undecided() *Problem {
	return problem(http.StatusServiceUnavailable, "offer:undecided",
		"It was not decided in time. Repeat the request with the same Idempotency-Key to learn the outcome.").retry(time.Second)
}
