package api

import (
	"context"
	"net/http"
	"time"

	"engaged/models"
	"engaged/webhooks"
)

// WebhookConfig is what the API must know of sending webhooks, which workers do.
type WebhookConfig struct {
	// Guard says which URLs endpoints may have; default public ones over https.
	Guard webhooks.Guard
	// Keyring seals secrets; default none, they are stored as they are.
	Keyring webhooks.Keyring
}

// Webhooks keeps who is told of events, and the log of what they were told; models.Store does. Ids of
// endpoints are UUIDs.
type Webhooks interface {
	CreateWebhookEndpoint(ctx context.Context, endpoint models.WebhookEndpoint, sealed []byte, audit models.Audit) (models.WebhookEndpoint, error)
	ReplaceWebhookEndpoint(ctx context.Context, endpoint models.WebhookEndpoint, audit models.Audit) (models.WebhookEndpoint, error)
	RotateWebhookSecret(ctx context.Context, id string, sealed []byte, overlap time.Duration, audit models.Audit) (models.WebhookEndpoint, error)
	DeleteWebhookEndpoint(ctx context.Context, id string, audit models.Audit) error
	WebhookEndpoint(ctx context.Context, organization, id string) (models.WebhookEndpoint, error)
	ListWebhookEndpoints(ctx context.Context, organization string) ([]models.WebhookEndpoint, error)
	PingWebhook(ctx context.Context, organization, endpoint string) (models.WebhookMessage, error)

	ListWebhookMessages(ctx context.Context, filter models.WebhookFilter) ([]models.WebhookMessage, error)
	WebhookMessage(ctx context.Context, organization, endpoint, id string) (models.WebhookMessage, error)
	ReplayWebhook(ctx context.Context, endpoint, id string, audit models.Audit) (models.WebhookMessage, error)
	ReplayWebhooks(ctx context.Context, endpoint string, from, to time.Time, statuses []models.WebhookStatus, most int, audit models.Audit) (int, error)
}

// webhookRoutes are the endpoints of webhooks and their log.
func (s *Server) webhookRoutes() []route {
	write, either := []Scope{DeliveriesWrite}, []Scope{DeliveriesWrite, ReportsRead}
	const (
		endpoints = "/v1/webhook-endpoints"
		endpoint  = endpoints + "/{endpoint_id}"
		messages  = endpoint + "/deliveries"
		message   = messages + "/{message_id}"
	)
	return []route{
		{Route{http.MethodGet, endpoints, false, either, noQuery}, s.listEndpoints},
		{Route{http.MethodPost, endpoints, false, write, noQuery}, s.postEndpoint},
		{Route{http.MethodGet, endpoint, false, either, noQuery}, s.getEndpoint},
		{Route{http.MethodPut, endpoint, false, write, noQuery}, s.putEndpoint},
		{Route{http.MethodDelete, endpoint, false, write, noQuery}, s.deleteEndpoint},
		{Route{http.MethodPost, endpoint + "/rotate-secret", false, write, noQuery}, s.rotateSecret},
		{Route{http.MethodPost, endpoint + "/ping", false, write, noQuery}, s.pingEndpoint},
		{Route{http.MethodPost, endpoint + "/replay", false, write, noQuery}, s.replayRange},
		{Route{http.MethodGet, messages, false, either, webhookQuery}, s.listMessages},
		{Route{http.MethodGet, message, false, either, noQuery}, s.getMessage},
		{Route{http.MethodPost, message + "/replay", false, write, noQuery}, s.replayMessage},
	}
}
