package api

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"engaged/delivery"
	"engaged/engagement"
	"engaged/models"
)

// CancellationPolicy cancels what waits for certain contacts.
type CancellationPolicy struct {
	// ID is a UUID.
	ID string `json:"id"`
	CancellationPolicyBody
	// ExecutedAt is when it was written last: it cancels what was accepted until then.
	ExecutedAt engagement.Instant `json:"executed_at"`
	CreatedAt  engagement.Instant `json:"created_at"`
}

// CancellationPolicyBody is what a caller says of a policy. Its conditions must all hold; one that is
// left out is not asked, and there must be one.
type CancellationPolicyBody struct {
	// Name is what people read, up to 100 characters.
	Name string `json:"name,omitempty"`
	// ConfigurationIDs are configurations whose tasks it concerns, up to 50.
	ConfigurationIDs []string `json:"configuration_ids,omitempty"`
	// Country, State and PostalCode are compared with those of the contact, in any case.
	Country    string `json:"country,omitempty"`
	State      string `json:"state,omitempty"`
	PostalCode string `json:"postal_code,omitempty"`
	// Until is how long it goes on cancelling what is accepted later, in RFC 3339, up to 400 days ahead;
	// left out: not at all.
	Until string `json:"until,omitempty"`
}

// CancellationPolicyPage is one page of policies, oldest first.
type CancellationPolicyPage struct {
	// Data is the page.
	Data []CancellationPolicy `json:"data"`
	// NextAfter, where there is more, is the value of after for the next page.
	NextAfter string `json:"next_after,omitempty"`
}

// Bounds of a policy.
const (
	maxPolicyConfigurations = 50
	maxPolicyAhead          = 400 * 24 * time.Hour
)

// postPolicy is POST /v1/cancellation-policies.
func (s *Server) postPolicy(c *call) (any, error) {
	policy, err := s.policyBody(c)
	if err != nil {
		return nil, err
	}
	made, err := s.deps.Store.CreateDeliveryPolicy(c.ctx(), policy, deliveryAudit(c, "delivery_policy.create"))
	if err != nil {
		return nil, policyProblem(err)
	}
	return reply{status: http.StatusCreated, header: map[string]string{"Location": "/v1/cancellation-policies/" + made.ID}, body: policyOf(made)}, nil
}

// putPolicy is PUT /v1/cancellation-policies/{policy_id}.
func (s *Server) putPolicy(c *call) (any, error) {
	id, err := c.uuid("policy_id", "cancellation_policy")
	if err != nil {
		return nil, err
	}
	policy, err := s.policyBody(c)
	if err != nil {
		return nil, err
	}
	policy.ID = id
	changed, err := s.deps.Store.ReplaceDeliveryPolicy(c.ctx(), policy, deliveryAudit(c, "delivery_policy.replace"))
	if err != nil {
		return nil, policyProblem(err)
	}
	return policyOf(changed), nil
}

// getPolicy is GET /v1/cancellation-policies/{policy_id}.
func (s *Server) getPolicy(c *call) (any, error) {
	id, err := c.uuid("policy_id", "cancellation_policy")
	if err != nil {
		return nil, err
	}
	found, err := s.deps.Store.DeliveryPolicy(c.ctx(), c.principal.organization, id)
	if err != nil {
		return nil, policyProblem(err)
	}
	return policyOf(found), nil
}

// deletePolicy is DELETE /v1/cancellation-policies/{policy_id}.
func (s *Server) deletePolicy(c *call) (any, error) {
	id, err := c.uuid("policy_id", "cancellation_policy")
	if err != nil {
		return nil, err
	}
	if err := s.deps.Store.DeleteDeliveryPolicy(c.ctx(), id, deliveryAudit(c, "delivery_policy.delete")); err != nil {
		return nil, policyProblem(err)
	}
	return reply{status: http.StatusNoContent}, nil
}

// listPolicies is GET /v1/cancellation-policies.
func (s *Server) listPolicies(c *call) (any, error) {
	q := queryOf(c)
	limit, after := q.limit("limit", 100, models.MaxDeliveryPolicies), q.uuidPlace("after")
	if err := q.problem(); err != nil {
		return nil, err
	}
	list, err := s.deps.Store.ListDeliveryPolicies(c.ctx(), c.principal.organization, after, limit+1)
	if err != nil {
		return nil, unavailable(err)
	}
	page := CancellationPolicyPage{Data: []CancellationPolicy{}}
	for _, one := range list[:min(limit, len(list))] {
		page.Data = append(page.Data, policyOf(one))
	}
	if len(list) > limit {
		page.NextAfter = list[limit-1].ID
	}
	return page, nil
}

func policyProblem(err error) error {
	switch {
	case errors.Is(err, models.ErrNotFound):
		return notFound("cancellation_policy")
	case errors.Is(err, models.ErrTooMany):
		return problem(http.StatusConflict, "cancellation_policy:too_many", "An organization may have %d policies. Delete one that is over.", models.MaxDeliveryPolicies)
	default:
		return unavailable(err)
	}
}

func policyOf(p models.DeliveryPolicy) CancellationPolicy {
	shown := CancellationPolicy{ID: p.ID, ExecutedAt: engagement.Instant(p.ExecutedAt), CreatedAt: engagement.At(p.CreatedAt), CancellationPolicyBody: CancellationPolicyBody{
		Name: p.Name, ConfigurationIDs: p.ConfigurationIDs, Country: p.Country, State: p.State, PostalCode: p.PostalCode,
	}}
	if p.Until != nil {
		shown.Until = p.Until.String()
	}
	return shown
}

// policyBody reads a policy and checks it.
func (s *Server) policyBody(c *call) (models.DeliveryPolicy, error) {
	var body CancellationPolicyBody
	if err := c.object(&body); err != nil {
		return models.DeliveryPolicy{}, err
	}
	policy, wrong := body.policy(s.now())
	if len(wrong) == 0 {
		if err := s.checkConfigurations(c, policy.ConfigurationIDs, &wrong); err != nil {
			return policy, err
		}
	}
	if len(wrong) > 0 {
		return policy, invalidDelivery("cancellation_policy:invalid", "The policy is not as it must be.", wrong)
	}
	return policy, nil
}

// policy checks everything that needs no look-up.
func (b CancellationPolicyBody) policy(now time.Time) (models.DeliveryPolicy, contactFindings) {
	var wrong contactFindings
	p := models.DeliveryPolicy{Name: b.Name}
	p.Country, p.State, p.PostalCode = strings.TrimSpace(b.Country), strings.TrimSpace(b.State), strings.TrimSpace(b.PostalCode)
	for field, text := range map[string]string{"name": b.Name, "country": b.Country, "state": b.State, "postal_code": b.PostalCode} {
		if len(text) > maxIdentifier {
			wrong.add(delivery.CodeInvalidField, field, "Shorten it to 128 bytes.")
		}
	}
	if len(b.ConfigurationIDs) > maxPolicyConfigurations {
		wrong.add(delivery.CodeInvalidField, "configuration_ids", fmt.Sprintf("List at most %d; there are %d.", maxPolicyConfigurations, len(b.ConfigurationIDs)))
	} else {
		for i, id := range b.ConfigurationIDs {
			if id = strings.ToLower(id); !isUUID(id) {
				wrong.add(delivery.CodeInvalidField, fmt.Sprintf("configuration_ids[%d]", i), "Use the id of a configuration.")
			}
			p.ConfigurationIDs = append(p.ConfigurationIDs, id)
		}
	}
	if len(b.ConfigurationIDs) == 0 && p.Country == "" && p.State == "" && p.PostalCode == "" {
		wrong.add(delivery.CodeMissingField, "", "Give at least one condition: configuration_ids, country, state or postal_code.")
	}
	if b.Until != "" {
		until, err := time.Parse(time.RFC3339, b.Until)
		if err != nil || !until.After(now) || until.After(now.Add(maxPolicyAhead)) {
			wrong.add(delivery.CodeInvalidField, "until", "Use a time such as 2026-03-02T18:00:00Z, in the future and within 400 days.")
		}
		p.Until = new(delivery.At(until))
	}
	return p, wrong
}
