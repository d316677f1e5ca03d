package api

import (
	"encoding/hex"
	"net/http"
	"strings"

	"engaged/delivery"
	"engaged/models"
)

// suspendConfiguration is POST /v1/delivery-configurations/{configuration_id}/suspend.
func (s *Server) suspendConfiguration(c *call) (any, error) {
	return s.changeConfiguration(c, func(id string) (models.DeliveryConfiguration, error) {
		return s.deps.Store.SuspendDelivery(c.ctx(), id, models.SuspendedByAPI, deliveryAudit(c, "delivery_configuration.suspend"))
	})
}

// resumeConfiguration is POST /v1/delivery-configurations/{configuration_id}/resume.
func (s *Server) resumeConfiguration(c *call) (any, error) {
	return s.changeConfiguration(c, func(id string) (models.DeliveryConfiguration, error) {
		return s.deps.Store.ResumeDelivery(c.ctx(), id, deliveryAudit(c, "delivery_configuration.resume"))
	})
}

func (s *Server) changeConfiguration(c *call, change func(id string) (models.DeliveryConfiguration, error)) (any, error) {
	id, err := c.uuid("configuration_id", "delivery_configuration")
	if err != nil {
		return nil, err
	}
	changed, err := change(id)
	if err != nil {
		return nil, configurationProblem(err)
	}
	return configurationReply(changed), nil
}

// deleteConfiguration is DELETE /v1/delivery-configurations/{configuration_id}.
func (s *Server) deleteConfiguration(c *call) (any, error) {
	id, err := c.uuid("configuration_id", "delivery_configuration")
	if err != nil {
		return nil, err
	}
	if err := s.deps.Store.DeleteDeliveryConfiguration(c.ctx(), id, deliveryAudit(c, "delivery_configuration.delete")); err != nil {
		return nil, configurationProblem(err)
	}
	return reply{status: http.StatusNoContent}, nil
}

// DeliveryPacks are the statutory packs that come as examples.
type DeliveryPacks struct {
	// Data holds packs to copy into a configuration, once somebody has checked them.
	Data []delivery.Pack `json:"data"`
}

// listPacks is GET /v1/delivery-packs.
func (s *Server) listPacks(*call) (any, error) { return DeliveryPacks{delivery.ExamplePacks()}, nil }

// uuid reads a parameter of the path that is a UUID, in lower case; what is none cannot be found.
func (c *call) uuid(name, what string) (string, error) {
	id := strings.ToLower(c.Param(name))
	if !isUUID(id) {
		return "", notFound(what)
	}
	return id, nil
}

// uuidPlace reads the id after which a page begins; empty for the beginning.
func (q *query) uuidPlace(name string) string {
	id := strings.ToLower(q.c.Query(name))
	if id != "" && !isUUID(id) {
		q.refuse(name, "must be the next_after of an earlier page")
	}
	return id
}

// isUUID tells whether the text is a UUID in its usual form of 36 characters.
func isUUID(text string) bool {
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return false
	}
	digits := text[:8] + text[9:13] + text[14:18] + text[19:23] + text[24:]
	_, err := hex.DecodeString(digits)
	return err == nil
}
