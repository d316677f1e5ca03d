package api

import (
	"errors"
	"net/http"
	"time"

	"engaged/delivery"
	"engaged/models"
)

// WebhookEndpoint is somebody who is told of events over HTTP.
type WebhookEndpoint struct {
	// ID is a UUID.
	ID string `json:"id"`
	// URL, Description, EventTypes, ConfigurationIDs and OrderLeaseMS are as the caller said.
	URL              string   `json:"url"`
	Description      string   `json:"description"`
	EventTypes       []string `json:"event_types"`
	ConfigurationIDs []string `json:"configuration_ids"`
	OrderLeaseMS     int64    `json:"order_lease_ms"`
	// Enabled false means that nothing is told; DisabledReason says why: api, gone or failing.
	Enabled        bool              `json:"enabled"`
	DisabledReason string            `json:"disabled_reason,omitempty"`
	DisabledAt     *delivery.Instant `json:"disabled_at,omitempty"`
	// FailingSince is the first failure since the last success; left out while it works.
	FailingSince *delivery.Instant `json:"failing_since,omitempty"`
	// Secret is shown once: when it is made.
	Secret string `json:"secret,omitempty"`
	// PreviousSecretUntil is until when the secret before it signs too.
	PreviousSecretUntil *delivery.Instant `json:"previous_secret_until,omitempty"`
	CreatedAt           delivery.Instant  `json:"created_at"`
	UpdatedAt           delivery.Instant  `json:"updated_at"`
}

// WebhookEndpoints are all of an organization, oldest first.
type WebhookEndpoints struct {
	Data []WebhookEndpoint `json:"data"`
}

// listEndpoints is GET /v1/webhook-endpoints.
func (s *Server) listEndpoints(c *call) (any, error) {
	list, err := s.deps.Store.ListWebhookEndpoints(c.ctx(), c.principal.organization)
	if err != nil {
		return nil, unavailable(err)
	}
	shown := WebhookEndpoints{Data: []WebhookEndpoint{}}
	for _, e := range list {
		shown.Data = append(shown.Data, endpointOf(e))
	}
	return shown, nil
}

// getEndpoint is GET /v1/webhook-endpoints/{endpoint_id}.
func (s *Server) getEndpoint(c *call) (any, error) {
	id, err := c.uuid("endpoint_id", "webhook_endpoint")
	if err != nil {
		return nil, err
	}
	found, err := s.deps.Store.WebhookEndpoint(c.ctx(), c.principal.organization, id)
	if err != nil {
		return nil, endpointProblem(err)
	}
	return endpointOf(found), nil
}

// postEndpoint is POST /v1/webhook-endpoints. Its answer alone shows the secret.
func (s *Server) postEndpoint(c *call) (any, error) {
	endpoint, err := s.endpointBody(c)
	if err != nil {
		return nil, err
	}
	endpoint.ID = newUUID()
	secret, sealed, err := s.newSecret(endpoint.ID)
	if err != nil {
		return nil, err
	}
	made, err := s.deps.Store.CreateWebhookEndpoint(c.ctx(), endpoint, sealed, deliveryAudit(c, "webhook_endpoint.create"))
	if err != nil {
		return nil, endpointProblem(err)
	}
	shown := endpointOf(made)
	shown.Secret = secret.Text()
	return reply{status: http.StatusCreated, header: map[string]string{"Location": "/v1/webhook-endpoints/" + made.ID}, body: shown}, nil
}

// putEndpoint is PUT /v1/webhook-endpoints/{endpoint_id}: everything but the secret.
func (s *Server) putEndpoint(c *call) (any, error) {
	id, err := c.uuid("endpoint_id", "webhook_endpoint")
	if err != nil {
		return nil, err
	}
	endpoint, err := s.endpointBody(c)
	if err != nil {
		return nil, err
	}
	endpoint.ID = id
	changed, err := s.deps.Store.ReplaceWebhookEndpoint(c.ctx(), endpoint, deliveryAudit(c, "webhook_endpoint.replace"))
	if err != nil {
		return nil, endpointProblem(err)
	}
	return endpointOf(changed), nil
}

// deleteEndpoint is DELETE /v1/webhook-endpoints/{endpoint_id}.
func (s *Server) deleteEndpoint(c *call) (any, error) {
	id, err := c.uuid("endpoint_id", "webhook_endpoint")
	if err != nil {
		return nil, err
	}
	if err := s.deps.Store.DeleteWebhookEndpoint(c.ctx(), id, deliveryAudit(c, "webhook_endpoint.delete")); err != nil {
		return nil, endpointProblem(err)
	}
	return reply{status: http.StatusNoContent}, nil
}

// pingEndpoint is POST /v1/webhook-endpoints/{endpoint_id}/ping: a message that tells nothing.
func (s *Server) pingEndpoint(c *call) (any, error) {
	id, err := c.uuid("endpoint_id", "webhook_endpoint")
	if err != nil {
		return nil, err
	}
	sent, err := s.deps.Store.PingWebhook(c.ctx(), c.principal.organization, id)
	if err != nil {
		return nil, endpointProblem(err)
	}
	return reply{status: http.StatusAccepted, body: messageOf(sent)}, nil
}

// endpointProblem says in the caller's terms why an endpoint could not be read, written or told.
func endpointProblem(err error) error {
	switch {
	case errors.Is(err, models.ErrNotFound):
		return notFound("webhook_endpoint")
	case errors.Is(err, models.ErrTooMany):
		return problem(http.StatusConflict, "webhook_endpoint:too_many", "An organization may have %d endpoints. Delete one.", models.MaxWebhookEndpoints)
	case errors.Is(err, models.ErrInUse):
		return problem(http.StatusConflict, "webhook_endpoint:orders_taken",
			"Another endpoint that is enabled takes orders of these configurations, and an order has one taker. Name other configurations, or leave delivery.ordered out.")
	case errors.Is(err, models.ErrConflict):
		return problem(http.StatusConflict, "webhook_endpoint:disabled", "The endpoint is disabled and is told nothing. Enable it first.")
	default:
		return unavailable(err)
	}
}

func endpointOf(e models.WebhookEndpoint) WebhookEndpoint {
	return WebhookEndpoint{
		ID: e.ID, URL: e.URL, Description: e.Description, EventTypes: e.EventTypes, ConfigurationIDs: e.ConfigurationIDs,
		OrderLeaseMS: e.OrderLease.Milliseconds(), Enabled: e.Enabled, DisabledReason: e.DisabledReason, DisabledAt: momentOf(e.DisabledAt),
		FailingSince: momentOf(e.FailingSince), PreviousSecretUntil: momentOf(e.PreviousUntil),
		CreatedAt: delivery.At(e.CreatedAt), UpdatedAt: delivery.At(e.UpdatedAt),
	}
}

// Bounds of how long a secret goes on signing after it was replaced.
const (
	defaultOverlap = 24 * time.Hour
	maxOverlap     = 7 * 24 * time.Hour
)

// rotateBody is what a new secret may be asked for with.
type rotateBody struct {
	// OverlapMS is how long the present secret goes on signing, 0 to 604,800,000; default a day.
	OverlapMS *int64 `json:"overlap_ms"`
}

// rotateSecret is POST /v1/webhook-endpoints/{endpoint_id}/rotate-secret. Its answer alone shows the secret.
func (s *Server) rotateSecret(c *call) (any, error) {
	id, err := c.uuid("endpoint_id", "webhook_endpoint")
	if err != nil {
		return nil, err
	}
	overlap := defaultOverlap
	if c.Request.ContentLength != 0 {
		var body rotateBody
		if err := c.object(&body); err != nil {
			return nil, err
		}
		if body.OverlapMS != nil {
			overlap = time.Duration(min(max(*body.OverlapMS, -1), 1e9)) * time.Millisecond
		}
	}
	if overlap < 0 || overlap > maxOverlap {
		return nil, invalidDelivery("webhook_endpoint:invalid", "The overlap is not as it must be.", []delivery.FieldError{
			{Code: delivery.CodeInvalidField, Field: "overlap_ms", Reason: "Use 0 to 604800000, seven days."}})
	}
	secret, sealed, err := s.newSecret(id)
	if err != nil {
		return nil, err
	}
	changed, err := s.deps.Store.RotateWebhookSecret(c.ctx(), id, sealed, overlap, deliveryAudit(c, "webhook_endpoint.rotate_secret"))
	if err != nil {
		return nil, endpointProblem(err)
	}
	shown := endpointOf(changed)
	shown.Secret = secret.Text()
	return shown, nil
}
