package api

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"

	"engaged/delivery"
	"engaged/models"
	"engaged/webhooks"
)

// WebhookEndpointBody is what a caller says of an endpoint.
type WebhookEndpointBody struct {
	// URL is called with POST; https, unless private addresses are allowed here.
	URL string `json:"url"`
	// Description is what people read, up to 200 bytes.
	Description string `json:"description"`
	// EventTypes are what it is told of, at least one of models.WebhookTypes.
	EventTypes []string `json:"event_types"`
	// ConfigurationIDs are those whose events it gets, up to 100; default all.
	ConfigurationIDs []string `json:"configuration_ids"`
	// OrderLeaseMS is how long an order that it has answered may wait for its start, 1,000 to 120,000; default 30,000.
	OrderLeaseMS int64 `json:"order_lease_ms"`
	// Enabled has it told; default true.
	Enabled *bool `json:"enabled"`
}

// Bounds of an endpoint.
const (
	maxEndpointConfigurations = 100
	maxEndpointDescription    = 200
)

// endpointBody reads an endpoint and checks it.
func (s *Server) endpointBody(c *call) (models.WebhookEndpoint, error) {
	var body WebhookEndpointBody
	if err := c.object(&body); err != nil {
		return models.WebhookEndpoint{}, err
	}
	endpoint, wrong := body.endpoint(s.config.Webhooks.Guard)
	if len(wrong) == 0 {
		if err := s.checkConfigurations(c, endpoint.ConfigurationIDs, &wrong); err != nil {
			return endpoint, err
		}
	}
	if len(wrong) > 0 {
		return endpoint, invalidDelivery("webhook_endpoint:invalid", "The endpoint is not as it must be.", wrong)
	}
	return endpoint, nil
}

// endpoint fills in the defaults and checks everything that needs no look-up.
func (b *WebhookEndpointBody) endpoint(guard webhooks.Guard) (models.WebhookEndpoint, contactFindings) {
	var wrong contactFindings
	if err := guard.Check(b.URL); err != nil {
		wrong.add(delivery.CodeInvalidField, "url", "Use another URL: "+err.Error()+".")
	}
	if len(b.Description) > maxEndpointDescription {
		wrong.add(delivery.CodeInvalidField, "description", "Shorten it to 200 bytes.")
	}
	if len(b.EventTypes) == 0 {
		wrong.add(delivery.CodeMissingField, "event_types", "List at least one of "+strings.Join(models.WebhookTypes, ", ")+".")
	}
	types := []string{}
	for i, kind := range b.EventTypes {
		switch {
		case !slices.Contains(models.WebhookTypes, kind):
			wrong.add(delivery.CodeInvalidField, fmt.Sprintf("event_types[%d]", i), "Use one of "+strings.Join(models.WebhookTypes, ", ")+".")
		case !slices.Contains(types, kind):
			types = append(types, kind)
		}
	}
	configurations := []string{}
	if len(b.ConfigurationIDs) > maxEndpointConfigurations {
		wrong.add(delivery.CodeInvalidField, "configuration_ids", fmt.Sprintf("List at most %d; there are %d.", maxEndpointConfigurations, len(b.ConfigurationIDs)))
	} else {
		for i, id := range b.ConfigurationIDs {
			if id = strings.ToLower(id); !isUUID(id) {
				wrong.add(delivery.CodeInvalidField, fmt.Sprintf("configuration_ids[%d]", i), "Use the id of a configuration.")
			}
			configurations = append(configurations, id)
		}
	}
	orDefault(&b.OrderLeaseMS, defaultLease)
	if b.OrderLeaseMS < minLease || b.OrderLeaseMS > maxLease {
		wrong.add(delivery.CodeInvalidField, "order_lease_ms", fmt.Sprintf("Use %d to %d.", minLease, maxLease))
	}
	return models.WebhookEndpoint{
		URL: b.URL, Description: b.Description, EventTypes: types, ConfigurationIDs: configurations,
		OrderLease: time.Duration(b.OrderLeaseMS) * time.Millisecond, Enabled: b.Enabled == nil || *b.Enabled,
	}, wrong
}

// newSecret makes a secret for an endpoint, also as it is stored.
func (s *Server) newSecret(endpoint string) (webhooks.Secret, []byte, error) {
	secret, err := webhooks.NewSecret(rand.Reader)
	if err != nil {
		return secret, nil, fmt.Errorf("make a webhook secret: %w", err)
	}
	return secret, s.config.Webhooks.Keyring.Seal(secret, endpoint), nil
}
