package api

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"engaged/engagement"
	"engaged/models"
)

// DeadLetter is an entry of the log that could not be delivered or applied, or a refused signal.
type DeadLetter struct {
	// ConversationID or DeliveryTaskID, the other one is null, and Number say where it stands in the log.
	ConversationID *string `json:"conversation_id"`
	DeliveryTaskID *string `json:"delivery_task_id"`
	Number         int64   `json:"number"`
	// Kind is delivery (no workflow could be told), fold (the core failed at it) or signal (what was
	// signalled to a workflow breaks a rule of the envelope); Reason says more.
	Kind   string `json:"kind"`
	Reason string `json:"reason"`
	// EventID and Type are the entry's; null where the log has them no more.
	EventID *string `json:"event_id"`
	Type    *string `json:"type"`
	// DeadSince is when it was given up.
	DeadSince engagement.Instant `json:"dead_since"`
}

// DeadLetterPage is one page of dead letters.
type DeadLetterPage struct {
	// Data is the page.
	Data []DeadLetter `json:"data"`
	// NextAfter, where there is more, is the value of after for the next page.
	NextAfter string `json:"next_after,omitempty"`
}

// listDeadLetters is GET /v1/dead-letters.
func (s *Server) listDeadLetters(c *call) (any, error) {
	q := queryOf(c)
	limit := q.limit("limit", 100, 500)
	after := q.deadLetterPlace("after")
	if err := q.problem(); err != nil {
		return nil, err
	}
	rows, err := s.deps.Store.ListDeadLetters(c.ctx(), c.principal.organization, after, limit+1)
	if err != nil {
		return nil, unavailable(err)
	}
	page := DeadLetterPage{Data: []DeadLetter{}}
	for _, row := range rows[:min(limit, len(rows))] {
		page.Data = append(page.Data, deadLetterOf(row))
	}
	if len(rows) > limit {
		page.NextAfter = fmt.Sprintf("%d.%d", rows[limit-1].Key, rows[limit-1].Number)
	}
	return page, nil
}

func deadLetterOf(row models.DeadLetter) DeadLetter {
	d := DeadLetter{
		Number: row.Number, Kind: row.Kind, Reason: row.Reason,
		EventID: orNull(row.EventID), Type: orNull(string(row.Type)), DeadSince: engagement.At(row.CreatedAt.Truncate(time.Millisecond)),
	}
	if row.Subject.Kind == models.KindDelivery {
		d.DeliveryTaskID = &row.ConversationID
	} else {
		d.ConversationID = &row.ConversationID
	}
	return d
}

// deadLetterPlace reads the place after which a page begins; its zero value is the beginning.
func (q *query) deadLetterPlace(name string) models.DeadLetter {
	text := q.c.Query(name)
	if text == "" {
		return models.DeadLetter{}
	}
	key, number, _ := strings.Cut(text, ".")
	place := models.DeadLetter{}
	var keyErr, numberErr error
	place.Key, keyErr = strconv.ParseInt(key, 10, 64)
	place.Number, numberErr = strconv.ParseInt(number, 10, 64)
	if keyErr != nil || numberErr != nil {
		q.refuse(name, "must be the next_after of an earlier page")
	}
	return place
}

// redrive is POST /v1/conversations/{conversation_id}/dead-letters/{number}/redrive.
func (s *Server) redrive(c *call) (any, error) {
	return s.redriveOf(c, models.Subject{OrganizationID: c.principal.organization, ConversationID: c.Param("conversation_id")})
}

// redriveTask is POST /v1/delivery-tasks/{task_id}/dead-letters/{number}/redrive.
func (s *Server) redriveTask(c *call) (any, error) {
	id, err := c.uuid("task_id", "delivery_task")
	if err != nil {
		return nil, err
	}
	return s.redriveOf(c, models.Subject{OrganizationID: c.principal.organization, ConversationID: id, Kind: models.KindDelivery})
}

func (s *Server) redriveOf(c *call, subject models.Subject) (any, error) {
	number, err := strconv.ParseInt(c.Param("number"), 10, 64)
	if err != nil {
		return nil, notFound("dead_letter")
	}
	err = s.deps.Store.Redrive(c.ctx(), subject, number)
	if errors.Is(err, models.ErrNotFound) {
		return nil, notFound("dead_letter")
	}
	if err != nil {
		return nil, unavailable(err)
	}
	return reply{status: http.StatusNoContent}, nil
}
