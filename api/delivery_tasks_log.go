package api

import (
	"encoding/json"
	"strconv"

	"engaged/delivery"
)

// AttemptLogLine is one thing that was decided or done about an attempt; it is never changed.
type AttemptLogLine struct {
	// ID numbers the lines as they came.
	ID         int64  `json:"id"`
	DeliveryID string `json:"delivery_id"`
	// Seq is the attempt's number in its task.
	Seq int32            `json:"seq"`
	At  delivery.Instant `json:"at"`
	// Kind is verdict, ordered, claimed, started, refused or lost.
	Kind string `json:"kind"`
	// Detail is the whole verdict of every rule, or who claimed, or why a start was refused.
	Detail json.RawMessage `json:"detail"`
}

// AttemptLogPage is one page of a task's attempt log, oldest first.
type AttemptLogPage struct {
	// Data is the page.
	Data []AttemptLogLine `json:"data"`
	// NextAfter, where there is more, is the value of after for the next page.
	NextAfter string `json:"next_after,omitempty"`
}

// attemptLog is GET /v1/delivery-tasks/{task_id}/log.
func (s *Server) attemptLog(c *call) (any, error) {
	id, err := c.uuid("task_id", "delivery_task")
	if err != nil {
		return nil, err
	}
	q := queryOf(c)
	limit, after := q.limit("limit", 100, 500), q.place("after")
	if err := q.problem(); err != nil {
		return nil, err
	}
	if _, err := s.deps.Store.DeliveryTask(c.ctx(), c.principal.organization, id); err != nil {
		return nil, deliveryProblem("delivery_task", err)
	}
	rows, err := s.deps.Store.DeliveryAttemptLog(c.ctx(), c.principal.organization, id, after, limit+1)
	if err != nil {
		return nil, unavailable(err)
	}
	page := AttemptLogPage{Data: []AttemptLogLine{}}
	for _, r := range rows[:min(limit, len(rows))] {
		page.Data = append(page.Data, AttemptLogLine{r.ID, r.DeliveryID, r.Seq, delivery.At(r.At), r.Kind, json.RawMessage(r.Detail)})
	}
	if len(rows) > limit {
		page.NextAfter = strconv.FormatInt(rows[limit-1].ID, 10)
	}
	return page, nil
}
