package api

import (
	"context"
	"net/http"
	"time"

	"engaged/delivery"
	"engaged/models"
)

// DeliveryRules reads and writes what decides about deliveries; models.Store does. Ids of
// configurations and policies are UUIDs.
type DeliveryRules interface {
	CreateDeliveryConfiguration(ctx context.Context, document models.DeliveryDocument, audit models.Audit) (models.DeliveryConfiguration, error)
	ReplaceDeliveryConfiguration(ctx context.Context, id string, expected int, document models.DeliveryDocument, audit models.Audit) (models.DeliveryConfiguration, error)
	DeliveryConfiguration(ctx context.Context, organization, id string, version int) (models.DeliveryConfiguration, error)
	ListDeliveryConfigurations(ctx context.Context, organization, after string, limit int) ([]models.DeliveryConfiguration, error)
	SuspendDelivery(ctx context.Context, id, why string, audit models.Audit) (models.DeliveryConfiguration, error)
	ResumeDelivery(ctx context.Context, id string, audit models.Audit) (models.DeliveryConfiguration, error)
	DeleteDeliveryConfiguration(ctx context.Context, id string, audit models.Audit) error

	AddConsents(ctx context.Context, consents []models.DeliveryConsent, audit models.Audit) error
	ListConsents(ctx context.Context, organization, contactID, number string, after int64, limit int) ([]models.DeliveryConsent, error)
	AddDoNotContact(ctx context.Context, list string, contacts, numbers []string, audit models.Audit) (int, error)
	RemoveDoNotContact(ctx context.Context, list string, contacts, numbers []string, audit models.Audit) (int, error)
	ListDoNotContact(ctx context.Context, organization, list, contactID, number string, after int64, limit int) ([]models.DoNotContact, error)

	CreateDeliveryPolicy(ctx context.Context, policy models.DeliveryPolicy, audit models.Audit) (models.DeliveryPolicy, error)
	ReplaceDeliveryPolicy(ctx context.Context, policy models.DeliveryPolicy, audit models.Audit) (models.DeliveryPolicy, error)
	DeleteDeliveryPolicy(ctx context.Context, id string, audit models.Audit) error
	DeliveryPolicy(ctx context.Context, organization, id string) (models.DeliveryPolicy, error)
	ListDeliveryPolicies(ctx context.Context, organization, after string, limit int) ([]models.DeliveryPolicy, error)

	PutCapacity(ctx context.Context, told models.QueueCapacity, valid time.Duration) (models.QueueCapacity, error)
	Capacity(ctx context.Context, organization, queue string) (models.QueueCapacity, error)
	DeleteCapacity(ctx context.Context, organization, queue string) error

	// DeliveryFacts returns what the rules ask beyond a task's plan.
	DeliveryFacts(ctx context.Context, organization string, plan *delivery.Plan, at delivery.Instant) (delivery.Facts, error)
}

// deliveryRuleRoutes are the resources that decide about deliveries.
func (s *Server) deliveryRuleRoutes() []route {
	write, either := []Scope{DeliveriesWrite}, []Scope{DeliveriesWrite, ReportsRead}
	const (
		configurations = "/v1/delivery-configurations"
		configuration  = configurations + "/{configuration_id}"
		policies       = "/v1/cancellation-policies"
		policy         = policies + "/{policy_id}"
		capacity       = "/v1/dialer/queues/{id}/capacity"
	)
	page := []string{"after", "limit"}
	return []route{
		{Route{http.MethodGet, configurations, false, either, page}, s.listConfigurations},
		{Route{http.MethodPost, configurations, false, write, noQuery}, s.postConfiguration},
		{Route{http.MethodGet, configuration, false, either, noQuery}, s.getConfiguration},
		{Route{http.MethodPut, configuration, false, write, noQuery}, s.putConfiguration},
		{Route{http.MethodDelete, configuration, false, write, noQuery}, s.deleteConfiguration},
		{Route{http.MethodGet, configuration + "/versions/{version}", false, either, noQuery}, s.getConfigurationVersion},
		{Route{http.MethodPost, configuration + "/suspend", false, write, noQuery}, s.suspendConfiguration},
		{Route{http.MethodPost, configuration + "/resume", false, write, noQuery}, s.resumeConfiguration},
		{Route{http.MethodGet, "/v1/delivery-packs", false, either, noQuery}, s.listPacks},
		{Route{http.MethodGet, "/v1/delivery-consents", false, either, []string{"contact_id", "number", "after", "limit"}}, s.listConsents},
		{Route{http.MethodPost, "/v1/delivery-consents", false, write, noQuery}, s.postConsents},
		{Route{http.MethodGet, "/v1/do-not-contact", false, either, []string{"list", "contact_id", "number", "after", "limit"}}, s.listDoNotContact},
		{Route{http.MethodPost, "/v1/do-not-contact", false, write, noQuery}, s.addDoNotContact},
		{Route{http.MethodPost, "/v1/do-not-contact/removals", false, write, noQuery}, s.removeDoNotContact},
		{Route{http.MethodGet, policies, false, either, page}, s.listPolicies},
		{Route{http.MethodPost, policies, false, write, noQuery}, s.postPolicy},
		{Route{http.MethodGet, policy, false, either, noQuery}, s.getPolicy},
		{Route{http.MethodPut, policy, false, write, noQuery}, s.putPolicy},
		{Route{http.MethodDelete, policy, false, write, noQuery}, s.deletePolicy},
		{Route{http.MethodGet, capacity, false, either, noQuery}, s.getCapacity},
		{Route{http.MethodPut, capacity, false, write, noQuery}, s.putCapacity},
		{Route{http.MethodDelete, capacity, false, write, noQuery}, s.deleteCapacity},
		{Route{http.MethodPost, "/v1/delivery-tasks:simulate", false, either, noQuery}, s.simulateDelivery},
	}
}
