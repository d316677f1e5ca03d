package api

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"engaged/delivery"
	"engaged/models"
)

// DeliveryPage is one page of attempts, oldest first.
type DeliveryPage struct {
	// Data is the page.
	Data []Delivery `json:"data"`
	// NextCursor, where there is more, is the value of cursor for the next page.
	NextCursor string `json:"next_cursor,omitempty"`
}

// The parameters of the two lists.
var (
	deliveryTaskQuery = []string{"status", "configuration_id", "tracking_id", "contact_id", "cursor", "limit"}
	deliveryQuery     = []string{"status", "configuration_id", "delivery_task_id", "contact_id", "cursor", "limit"}
)

// listDeliveryTasks is GET /v1/delivery-tasks.
func (s *Server) listDeliveryTasks(c *call) (any, error) {
	q := queryOf(c)
	limit := q.limit("limit", 50, 500)
	at, key := q.keyset("cursor")
	number, err := strconv.ParseInt(key, 10, 64)
	if key != "" && (err != nil || number < 1) {
		q.refuse("cursor", "must be the next_cursor of an earlier page")
	}
	filter := models.DeliveryTaskFilter{
		OrganizationID: c.principal.organization, ConfigurationID: q.uuid("configuration_id"), TrackingID: c.Query("tracking_id"),
		ContactID: c.Query("contact_id"), Status: q.deliveryStatus(), AfterCreated: at, AfterKey: number, Limit: limit + 1,
	}
	if err := q.problem(); err != nil {
		return nil, err
	}
	rows, err := s.deps.Store.ListDeliveryTasks(c.ctx(), filter)
	if err != nil {
		return nil, unavailable(err)
	}
	page := DeliveryTaskPage{Data: []DeliveryTask{}}
	for _, row := range rows[:min(limit, len(rows))] {
		task, err := taskOf(row)
		if err != nil {
			return nil, err
		}
		page.Data = append(page.Data, task)
	}
	if len(rows) > limit {
		page.NextCursor = keysetOf(rows[limit-1].CreatedAt, strconv.FormatInt(rows[limit-1].Key, 10))
	}
	return page, nil
}

// getDeliveryTask is GET /v1/delivery-tasks/{task_id}.
func (s *Server) getDeliveryTask(c *call) (any, error) {
	id, err := c.uuid("task_id", "delivery_task")
	if err != nil {
		return nil, err
	}
	found, err := s.deps.Store.DeliveryTask(c.ctx(), c.principal.organization, id)
	if err != nil {
		return nil, deliveryProblem("delivery_task", err)
	}
	shown, err := taskOf(found.Row)
	if err != nil {
		return nil, err
	}
	for _, row := range found.Deliveries {
		shown.Deliveries = append(shown.Deliveries, deliveryOf(row))
	}
	return shown, nil
}

// listDeliveries is GET /v1/deliveries.
func (s *Server) listDeliveries(c *call) (any, error) {
	q := queryOf(c)
	limit := q.limit("limit", 50, 500)
	at, id := q.keyset("cursor")
	if id != "" && !isUUID(id) {
		q.refuse("cursor", "must be the next_cursor of an earlier page")
	}
	filter := models.DeliveryFilter{
		OrganizationID: c.principal.organization, ConfigurationID: q.uuid("configuration_id"), TaskID: q.uuid("delivery_task_id"),
		ContactID: c.Query("contact_id"), Status: q.deliveryStatus(), AfterCreated: at, AfterID: id, Limit: limit + 1,
	}
	if err := q.problem(); err != nil {
		return nil, err
	}
	rows, err := s.deps.Store.ListDeliveries(c.ctx(), filter)
	if err != nil {
		return nil, unavailable(err)
	}
	page := DeliveryPage{Data: []Delivery{}}
	for _, row := range rows[:min(limit, len(rows))] {
		page.Data = append(page.Data, deliveryOf(row))
	}
	if len(rows) > limit {
		page.NextCursor = keysetOf(rows[limit-1].CreatedAt, rows[limit-1].ID)
	}
	return page, nil
}

// getDelivery is GET /v1/deliveries/{delivery_id}, with its attributes.
func (s *Server) getDelivery(c *call) (any, error) {
	row, err := s.delivery(c)
	if err != nil {
		return nil, err
	}
	attributes, err := s.deps.Store.DeliveryAttributes(c.ctx(), c.principal.organization, row.ID)
	if err != nil {
		return nil, unavailable(err)
	}
	shown := deliveryOf(row)
	shown.InputAttributes, shown.ResultAttributes = map[string]string{}, map[string]string{}
	for _, a := range attributes {
		if a.Type == models.AttributeInput {
			shown.InputAttributes[a.Keyword] = a.Value
		} else {
			shown.ResultAttributes[a.Keyword] = a.Value
		}
	}
	return shown, nil
}

// delivery reads the attempt that the path names.
func (s *Server) delivery(c *call) (models.DeliveryRow, error) {
	id, err := c.uuid("delivery_id", "delivery")
	if err != nil {
		return models.DeliveryRow{}, err
	}
	row, err := s.deps.Store.Delivery(c.ctx(), c.principal.organization, id)
	if err != nil {
		return row, deliveryProblem("delivery", err)
	}
	return row, nil
}

// deliveryProblem says in the caller's terms why a task or an attempt could not be read.
func deliveryProblem(what string, err error) error {
	if errors.Is(err, models.ErrNotFound) {
		return notFound(what)
	}
	return unavailable(err)
}

// deliveryStatus reads the status of a task or attempt; empty where there is none.
func (q *query) deliveryStatus() delivery.Status {
	switch status := delivery.Status(q.c.Query("status")); status {
	case "", delivery.Pending, delivery.InProcess, delivery.Complete, delivery.Expired, delivery.Cancelled, delivery.Error:
		return status
	default:
		q.refuse("status", "must be Pending, InProcess, Complete, Expired, Cancelled or Error")
		return ""
	}
}

// uuid reads a UUID, in lower case; empty where there is none.
func (q *query) uuid(name string) string {
	id := strings.ToLower(q.c.Query(name))
	if id != "" && !isUUID(id) {
		q.refuse(name, "must be a UUID")
	}
	return id
}

// keysetOf names the place after a row.
func keysetOf(created time.Time, id string) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d.%s", created.UnixMicro(), id))
}

// keyset reads a place in a list; empty where there is none.
func (q *query) keyset(name string) (time.Time, string) {
	text := q.c.Query(name)
	if text == "" {
		return time.Time{}, ""
	}
	decoded, err := base64.RawURLEncoding.DecodeString(text)
	created, id, _ := strings.Cut(string(decoded), ".")
	micros, numberErr := strconv.ParseInt(created, 10, 64)
	at := time.UnixMicro(micros)
	if err != nil || numberErr != nil || id == "" || at.UTC().Year() < 1970 || at.UTC().Year() > 9999 {
		q.refuse(name, "must be the next_cursor of an earlier page")
		return time.Time{}, ""
	}
	return at, id
}
