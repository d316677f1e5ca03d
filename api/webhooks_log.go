package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"time"

	"engaged/delivery"
	"engaged/models"
)

// WebhookDelivery is one message to an endpoint, and what became of it.
type WebhookDelivery struct {
	// ID is the webhook-id.
	ID   string `json:"id"`
	Type string `json:"type"`
	// DeliveryID is the attempt to call that it tells of.
	DeliveryID string `json:"delivery_id,omitempty"`
	// Status is pending, delivered, failed, expired or cancelled.
	Status    models.WebhookStatus `json:"status"`
	CreatedAt delivery.Instant     `json:"created_at"`
	// NextAttemptAt is when it is sent next, if it is pending; while it is being sent, when that is given up.
	NextAttemptAt *delivery.Instant `json:"next_attempt_at,omitempty"`
	// ExpiresAt is when its order runs out; EndedAt is when it was over.
	ExpiresAt *delivery.Instant `json:"expires_at,omitempty"`
	EndedAt   *delivery.Instant `json:"ended_at,omitempty"`
	// AttemptCount is of all attempts, Attempts are the latest, oldest first.
	AttemptCount int                     `json:"attempt_count"`
	Attempts     []models.WebhookAttempt `json:"attempts"`
	// Payload is what is sent; left out of lists.
	Payload json.RawMessage `json:"payload,omitempty"`
}

// WebhookDeliveryPage is one page of messages, newest first.
type WebhookDeliveryPage struct {
	// Data is the page.
	Data []WebhookDelivery `json:"data"`
	// NextCursor, where there is more, is the value of cursor for the next page.
	NextCursor string `json:"next_cursor,omitempty"`
}

// webhookQuery are the parameters of the list.
var webhookQuery = []string{"status", "type", "from", "to", "cursor", "limit"}

// messageID is what the id of a message looks like.
var messageID = regexp.MustCompile(`^msg_[0-9a-f]{32}$`)

// listMessages is GET /v1/webhook-endpoints/{endpoint_id}/deliveries.
func (s *Server) listMessages(c *call) (any, error) {
	id, err := c.uuid("endpoint_id", "webhook_endpoint")
	if err != nil {
		return nil, err
	}
	q := queryOf(c)
	limit := q.limit("limit", 50, 200)
	before, place := q.keyset("cursor")
	filter := models.WebhookFilter{
		OrganizationID: c.principal.organization, EndpointID: id, Type: c.Query("type"), BeforeCreated: before, BeforeID: place, Limit: limit + 1,
	}
	if status := models.WebhookStatus(c.Query("status")); status != "" {
		filter.Status = status
		if !slices.Contains(models.WebhookStatuses, status) {
			q.refuse("status", "must be pending, delivered, failed, expired or cancelled")
		}
	}
	if filter.Type != "" && filter.Type != models.WebhookPing && !slices.Contains(models.WebhookTypes, filter.Type) {
		q.refuse("type", "must be a type of events")
	}
	if place != "" && !messageID.MatchString(place) {
		q.refuse("cursor", "must be the next_cursor of an earlier page")
	}
	for name, bound := range map[string]**time.Time{"from": &filter.From, "to": &filter.To} {
		if at := q.instant(name); at != nil {
			*bound = new(at.Time())
		}
	}
	if _, err := s.deps.Store.WebhookEndpoint(c.ctx(), c.principal.organization, id); err != nil {
		return nil, endpointProblem(err)
	}
	if err := q.problem(); err != nil {
		return nil, err
	}
	list, err := s.deps.Store.ListWebhookMessages(c.ctx(), filter)
	if err != nil {
		return nil, unavailable(err)
	}
	page := WebhookDeliveryPage{Data: []WebhookDelivery{}}
	for _, m := range list[:min(limit, len(list))] {
		page.Data = append(page.Data, messageOf(m))
	}
	if len(list) > limit {
		page.NextCursor = keysetOf(list[limit-1].CreatedAt, list[limit-1].ID)
	}
	return page, nil
}

// getMessage is GET /v1/webhook-endpoints/{endpoint_id}/deliveries/{message_id}, with what is sent.
func (s *Server) getMessage(c *call) (any, error) {
	endpoint, id, err := c.message()
	if err != nil {
		return nil, err
	}
	found, err := s.deps.Store.WebhookMessage(c.ctx(), c.principal.organization, endpoint, id)
	if err != nil {
		return nil, messageProblem(err)
	}
	return messageOf(found), nil
}

// replayMessage is POST /v1/webhook-endpoints/{endpoint_id}/deliveries/{message_id}/replay.
func (s *Server) replayMessage(c *call) (any, error) {
	endpoint, id, err := c.message()
	if err != nil {
		return nil, err
	}
	replayed, err := s.deps.Store.ReplayWebhook(c.ctx(), endpoint, id, deliveryAudit(c, "webhook_endpoint.replay"))
	if err != nil {
		return nil, messageProblem(err)
	}
	return reply{status: http.StatusAccepted, body: messageOf(replayed)}, nil
}

// message reads which message the path names.
func (c *call) message() (endpoint, id string, err error) {
	endpoint, err = c.uuid("endpoint_id", "webhook_endpoint")
	if id = c.Param("message_id"); err == nil && !messageID.MatchString(id) {
		err = notFound("webhook_delivery")
	}
	return endpoint, id, err
}

func messageProblem(err error) error {
	switch {
	case errors.Is(err, models.ErrNotFound):
		return notFound("webhook_delivery")
	case errors.Is(err, models.ErrInUse):
		return problem(http.StatusConflict, "webhook_delivery:not_replayable",
			"The message is being sent right now, or it is an order that is over: orders are not told again.")
	default:
		return endpointProblem(err)
	}
}

// maxReplayed is how many messages one request has sent again.
const maxReplayed = 10_000

// replayBody is which messages are to be sent again.
type replayBody struct {
	// From and To bound when the messages were written, half open, in RFC 3339.
	From string `json:"from"`
	To   string `json:"to"`
	// Statuses are how they stand; default failed, expired and cancelled.
	Statuses []models.WebhookStatus `json:"statuses"`
}

// ReplayedWebhooks tells how many messages are sent again.
type ReplayedWebhooks struct {
	Replayed int `json:"replayed"`
	// More tells that there are more than one request may name: ask again.
	More bool `json:"more"`
}

// replayRange is POST /v1/webhook-endpoints/{endpoint_id}/replay.
func (s *Server) replayRange(c *call) (any, error) {
	id, err := c.uuid("endpoint_id", "webhook_endpoint")
	if err != nil {
		return nil, err
	}
	var body replayBody
	if err := c.object(&body); err != nil {
		return nil, err
	}
	from, to, wrong := body.check()
	if len(wrong) > 0 {
		// Whose endpoint it is comes before what is wrong with the body.
		if _, err := s.getEndpoint(c); err != nil {
			return nil, err
		}
		return nil, invalidDelivery("webhook_endpoint:invalid", "The range is not as it must be.", wrong)
	}
	n, err := s.deps.Store.ReplayWebhooks(c.ctx(), id, from, to, body.Statuses, maxReplayed, deliveryAudit(c, "webhook_endpoint.replay"))
	if err != nil {
		return nil, endpointProblem(err)
	}
	return reply{status: http.StatusAccepted, body: ReplayedWebhooks{n, n == maxReplayed}}, nil
}

// check fills in the defaults and returns everything that is wrong.
func (b *replayBody) check() (from, to time.Time, wrong contactFindings) {
	for _, bound := range []struct {
		field, text string
		at          *time.Time
	}{{"from", b.From, &from}, {"to", b.To, &to}} {
		var err error
		if *bound.at, err = time.Parse(time.RFC3339, bound.text); err != nil || bound.at.UTC().Year() < 1970 {
			wrong.add(delivery.CodeInvalidField, bound.field, "Use a time such as 2026-03-02T18:00:00Z.")
		}
	}
	if len(wrong) == 0 && !from.Before(to) {
		wrong.add(delivery.CodeInvalidField, "to", "Use a time after from.")
	}
	if len(b.Statuses) == 0 {
		b.Statuses = []models.WebhookStatus{models.WebhookFailed, models.WebhookExpired, models.WebhookCancelled}
	}
	for i, status := range b.Statuses {
		if status == models.WebhookPending || !slices.Contains(models.WebhookStatuses, status) {
			wrong.add(delivery.CodeInvalidField, fmt.Sprintf("statuses[%d]", i), "Use delivered, failed, expired or cancelled.")
		}
	}
	return from, to, wrong
}

func messageOf(m models.WebhookMessage) WebhookDelivery {
	return WebhookDelivery{
		ID: m.ID, Type: m.Type, DeliveryID: m.DeliveryID, Status: m.Status, CreatedAt: delivery.At(m.CreatedAt), NextAttemptAt: momentOf(m.DueAt),
		ExpiresAt: momentOf(m.ExpiresAt), EndedAt: momentOf(m.EndedAt), AttemptCount: m.AttemptCount,
		Attempts: append([]models.WebhookAttempt{}, m.Attempts...), Payload: json.RawMessage(m.Body),
	}
}
