package api

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"engaged/delivery"
	"engaged/engagement"
	"engaged/models"
)

// DeliveryConfiguration is an engagement configuration in one of its versions.
type DeliveryConfiguration struct {
	// ID is a UUID.
	ID string `json:"id"`
	// Version counts the configuration's versions from 1.
	Version int `json:"version"`
	// Active false means that nothing is dialed; SuspensionType says by what it was suspended: api,
	// admin or bot_failure.
	Active         bool                `json:"active"`
	SuspensionType string              `json:"suspension_type,omitempty"`
	SuspendedAt    *engagement.Instant `json:"suspended_at,omitempty"`
	SuspendedBy    string              `json:"suspended_by,omitempty"`
	CreatedAt      engagement.Instant  `json:"created_at"`
	UpdatedAt      engagement.Instant  `json:"updated_at"`
	models.DeliveryDocument
}

// DeliveryConfigurationPage is one page of configurations, oldest first.
type DeliveryConfigurationPage struct {
	// Data is the page.
	Data []DeliveryConfiguration `json:"data"`
	// NextAfter, where there is more, is the value of after for the next page.
	NextAfter string `json:"next_after,omitempty"`
}

// postConfiguration is POST /v1/delivery-configurations.
func (s *Server) postConfiguration(c *call) (any, error) {
	document, err := configurationBody(c)
	if err != nil {
		return nil, err
	}
	made, err := s.deps.Store.CreateDeliveryConfiguration(c.ctx(), document, deliveryAudit(c, "delivery_configuration.create"))
	if err != nil {
		return nil, configurationProblem(err)
	}
	answer := configurationReply(made)
	answer.status = http.StatusCreated
	answer.header["Location"] = "/v1/delivery-configurations/" + made.ID
	return answer, nil
}

// putConfiguration is PUT /v1/delivery-configurations/{configuration_id}: the next version.
func (s *Server) putConfiguration(c *call) (any, error) {
	id, err := c.uuid("configuration_id", "delivery_configuration")
	if err != nil {
		return nil, err
	}
	expected, err := c.expectedVersion()
	if err != nil {
		return nil, err
	}
	document, err := configurationBody(c)
	if err != nil {
		return nil, err
	}
	changed, err := s.deps.Store.ReplaceDeliveryConfiguration(c.ctx(), id, expected, document, deliveryAudit(c, "delivery_configuration.replace"))
	if err != nil {
		return nil, configurationProblem(err)
	}
	return configurationReply(changed), nil
}

// getConfiguration is GET /v1/delivery-configurations/{configuration_id}, the current version.
func (s *Server) getConfiguration(c *call) (any, error) { return s.configurationVersion(c, 0) }

// getConfigurationVersion is GET /v1/delivery-configurations/{configuration_id}/versions/{version}.
func (s *Server) getConfigurationVersion(c *call) (any, error) {
	version, err := strconv.ParseInt(c.Param("version"), 10, 31)
	if err != nil || version < 1 {
		return nil, notFound("delivery_configuration")
	}
	return s.configurationVersion(c, int(version))
}

func (s *Server) configurationVersion(c *call, version int) (any, error) {
	id, err := c.uuid("configuration_id", "delivery_configuration")
	if err != nil {
		return nil, err
	}
	found, err := s.deps.Store.DeliveryConfiguration(c.ctx(), c.principal.organization, id, version)
	if err != nil {
		return nil, configurationProblem(err)
	}
	return configurationReply(found), nil
}

// listConfigurations is GET /v1/delivery-configurations.
func (s *Server) listConfigurations(c *call) (any, error) {
	q := queryOf(c)
	limit, after := q.limit("limit", 100, 500), q.uuidPlace("after")
	if err := q.problem(); err != nil {
		return nil, err
	}
	list, err := s.deps.Store.ListDeliveryConfigurations(c.ctx(), c.principal.organization, after, limit+1)
	if err != nil {
		return nil, unavailable(err)
	}
	page := DeliveryConfigurationPage{Data: []DeliveryConfiguration{}}
	for _, one := range list[:min(limit, len(list))] {
		page.Data = append(page.Data, configurationOf(one))
	}
	if len(list) > limit {
		page.NextAfter = list[limit-1].ID
	}
	return page, nil
}

// configurationBody reads a configuration's document and checks it.
func configurationBody(c *call) (models.DeliveryDocument, error) {
	var document models.DeliveryDocument
	if err := c.object(&document); err != nil {
		return document, err
	}
	if wrong := document.Validate(); len(wrong) > 0 {
		return document, invalidDelivery("delivery_configuration:invalid", "The configuration is not as it must be.", wrong)
	}
	return document, nil
}

// configurationProblem says in the caller's terms why a configuration could not be read or written.
func configurationProblem(err error) error {
	switch {
	case errors.Is(err, models.ErrNotFound):
		return notFound("delivery_configuration")
	case errors.Is(err, models.ErrConflict):
		return problem(http.StatusPreconditionFailed, "delivery_configuration:changed", "The configuration is at another version now. Read it again.")
	case errors.Is(err, models.ErrTooMany):
		return problem(http.StatusConflict, "delivery_configuration:too_many", "An organization may have %d configurations. Delete one that no task uses.", models.MaxDeliveryConfigurations)
	case errors.Is(err, models.ErrInUse):
		return problem(http.StatusConflict, "delivery_configuration:in_use", "Tasks were accepted under this configuration. Suspend it instead.")
	default:
		return unavailable(err)
	}
}

func configurationReply(c models.DeliveryConfiguration) reply {
	return reply{body: configurationOf(c), header: map[string]string{"ETag": etag(c.Version)}}
}

func configurationOf(c models.DeliveryConfiguration) DeliveryConfiguration {
	shown := DeliveryConfiguration{
		ID: c.ID, Version: c.Version, Active: c.Active, SuspensionType: c.SuspensionType, SuspendedBy: c.SuspendedBy,
		CreatedAt: engagement.At(c.CreatedAt), UpdatedAt: engagement.At(c.UpdatedAt), DeliveryDocument: c.DeliveryDocument,
	}
	if c.SuspendedAt != nil {
		shown.SuspendedAt = new(engagement.At(*c.SuspendedAt))
	}
	return shown
}

// deliveryAudit is who does what to what decides about deliveries; the store names the subject.
func deliveryAudit(c *call, action string) models.Audit {
	return models.Audit{OrganizationID: c.principal.organization, Actor: c.principal.actor, Action: action}
}

// invalidDelivery is the problem of everything that the core or the store finds wrong with a body.
func invalidDelivery(code, detail string, wrong []delivery.FieldError) error {
	fields := make([]InvalidParameter, len(wrong))
	for i, w := range wrong {
		fields[i] = InvalidParameter{Field: w.Field, Code: w.Code, Reason: w.Reason}
	}
	sortParameters(fields)
	return invalid(http.StatusUnprocessableEntity, code, detail, fields...)
}

// expectedVersion reads If-Match; 0 where any version will do.
func (c *call) expectedVersion() (int, error) {
	match := c.Request.Header.Get("If-Match")
	if match == "" || match == "*" {
		return 0, nil
	}
	version, err := strconv.Atoi(strings.Trim(match, `"`))
	if err != nil || version < 1 || match != etag(version) {
		return 0, problem(http.StatusPreconditionFailed, "delivery_configuration:changed", "If-Match %q is no version. Send the ETag of an answer.", match)
	}
	return version, nil
}

// soon is how far ahead of our clock the time of a caller may be.
const soon = time.Minute

// checkConfigurations notes which of the configurations that configuration_ids names there are none of.
func (s *Server) checkConfigurations(c *call, ids []string, wrong *contactFindings) error {
	for i, id := range ids {
		_, err := s.deps.Store.DeliveryConfiguration(c.ctx(), c.principal.organization, id, 0)
		switch {
		case errors.Is(err, models.ErrNotFound):
			wrong.add(delivery.CodeInvalidField, fmt.Sprintf("configuration_ids[%d]", i), "There is no such configuration.")
		case err != nil:
			return unavailable(err)
		}
	}
	return nil
}
