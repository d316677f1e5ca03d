package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"engaged/delivery"
	"engaged/engagement"
	"engaged/models"
)

// DeliveryEvents tells what became of the events of one request.
type DeliveryEvents struct {
	// Accepted counts the events that are new, Duplicate those that the log already held.
	Accepted  int `json:"accepted"`
	Duplicate int `json:"duplicate"`
	// Events lists them, Rejected the others, in the order of the request.
	Events   []DeliveryEventTaken `json:"events"`
	Rejected []Rejection          `json:"rejected"`
}

// DeliveryEventTaken is one event that is in the task's log.
type DeliveryEventTaken struct {
	// Index is the event's place in the request, from 0, ID its id.
	Index int    `json:"index"`
	ID    string `json:"id"`
	// Number is the entry's in the task's log; that of the first sending for a duplicate.
	Number     int64            `json:"number"`
	ReceivedAt delivery.Instant `json:"received_at"`
	// Duplicate tells that the log held it, Conflict that its content then differed: the first holds.
	Duplicate bool `json:"duplicate"`
	Conflict  bool `json:"conflict"`
}

// postDeliveryEvents is POST /v1/deliveries/{delivery_id}/events: what a dialer tells of an attempt.
func (s *Server) postDeliveryEvents(c *call) (any, error) {
	row, err := s.delivery(c)
	if err != nil {
		return nil, err
	}
	kind := c.mediaType()
	body, err := c.body()
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(kind, "application/cloudevents") {
		return nil, unsupported(kind, typeJSON+", "+typeNDJSON)
	}
	raws, err := splitEvents(kind, body)
	if err != nil {
		return nil, err
	}
	answer := DeliveryEvents{Events: []DeliveryEventTaken{}, Rejected: []Rejection{}}
	submissions, places := make([]models.DeliverySubmission, 0, len(raws)), make([]int, 0, len(raws))
	for i, raw := range raws {
		event, faults := readDeliveryEvent(raw, int(row.Seq))
		if len(faults) > 0 {
			answer.Rejected = append(answer.Rejected, reject(i, event.ID, faults))
			continue
		}
		submissions, places = append(submissions, models.DeliverySubmission{
			OrganizationID: c.principal.organization, TaskID: row.TaskID, Event: event}), append(places, i)
	}
	receipts, err := s.deps.Store.AppendDeliveryEvents(c.ctx(), submissions)
	if err != nil {
		return nil, deliveryProblem("delivery", err)
	}
	answer.add(receipts, submissions, places)
	if len(answer.Events) == 0 {
		return nil, noDeliveryEvent(answer.Rejected)
	}
	return reply{status: http.StatusAccepted, body: answer}, nil
}

// add counts what the log made of the events that reached it.
func (d *DeliveryEvents) add(receipts []models.DeliveryReceipt, submissions []models.DeliverySubmission, places []int) {
	for i, r := range receipts {
		id := submissions[i].Event.ID
		if r.Refused != nil {
			d.Rejected = append(d.Rejected, reject(places[i], id, []InvalidParameter{{r.Refused.Field, r.Refused.Code, r.Refused.Reason}}))
			continue
		}
		if r.Duplicate {
			d.Duplicate++
		} else {
			d.Accepted++
		}
		d.Events = append(d.Events, DeliveryEventTaken{places[i], id, r.Number, r.ReceivedAt, r.Duplicate, r.Conflict})
	}
	slices.SortFunc(d.Rejected, func(a, b Rejection) int { return a.Index - b.Index })
}

// readDeliveryEvent decodes and checks one event of the attempt with the number.
func readDeliveryEvent(raw json.RawMessage, seq int) (delivery.Event, []InvalidParameter) {
	if fault := checkText(bytes.TrimSpace(raw)); fault != nil {
		return delivery.Event{}, []InvalidParameter{*fault}
	}
	event, wrong := delivery.DecodeEvent(raw)
	var faults []InvalidParameter
	for _, w := range wrong {
		faults = append(faults, InvalidParameter{Field: w.Field, Code: w.Code, Reason: w.Reason})
	}
	if event.Attempt != 0 && event.Attempt != seq {
		faults = append(faults, InvalidParameter{"attempt", delivery.CodeInvalidField,
			"Leave attempt out, or send " + strconv.Itoa(seq) + ": the path names the attempt."})
	}
	if event.Source == engagement.EngineSource || event.Source == commandSource {
		faults = append(faults, InvalidParameter{"source", delivery.CodeInvalidField, "Use another source: this one is the engine's own."})
	}
	event.Attempt = seq
	return event, faults
}

// noDeliveryEvent is the answer to a request of which no event was taken.
func noDeliveryEvent(rejected []Rejection) *Problem {
	p := problem(http.StatusUnprocessableEntity, "events:all_rejected", "No event was taken. The first that are wrong are listed.")
	for _, r := range rejected[:min(len(rejected), maxFaults)] {
		faults := r.Errors
		if faults == nil {
			faults = []InvalidParameter{{Field: r.Field, Code: r.Code, Reason: r.Reason}}
		}
		for _, fault := range faults {
			fault.Field = "[" + strconv.Itoa(r.Index) + "]." + fault.Field
			p.InvalidParameters = append(p.InvalidParameters, fault)
		}
	}
	return p
}
