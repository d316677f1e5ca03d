package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"engaged/engagement"
	"engaged/intake"
	"engaged/models"
)

// aheadOfReceipt is how far an event's time may lie ahead of its receipt; it is then taken as the
// receipt time.
const aheadOfReceipt = engagement.Millis(60_000)

// Result tells what became of the events of one request. Every event is counted exactly once.
type Result struct {
	// Accepted counts the events that are new and in time.
	Accepted int `json:"accepted"`
	// Duplicate counts the events that the log already held; nothing changed.
	Duplicate int `json:"duplicate"`
	// Late counts the events that are new, but whose time is not after the end of the last recorded
	// engagement of their conversation. They are kept.
	Late int `json:"late"`
	// Rejected lists the events that were not taken, in the order of the request.
	Rejected []Rejection `json:"rejected"`
	// DryRun tells that the events were only validated.
	DryRun bool `json:"dry_run,omitempty"`
}

// Rejection is one event that was not taken.
type Rejection struct {
	// Index is the event's place in the request, from 0.
	Index int `json:"index"`
	// ID is the event's id, where it could be read.
	ID string `json:"id,omitempty"`
	// Code, Reason and Field say what to change first.
	Code   string `json:"code"`
	Reason string `json:"reason"`
	Field  string `json:"field,omitempty"`
	// Errors lists everything to change, where it is more than one thing.
	Errors []InvalidParameter `json:"errors,omitempty"`
}

// postEvents is POST /v1/events.
func (s *Server) postEvents(c *call) (any, error) {
	q := queryOf(c)
	dryRun := q.flag("dry_run")
	if err := q.problem(); err != nil {
		return nil, err
	}
	kind := c.mediaType()
	body, err := c.body()
	if err != nil {
		return nil, err
	}
	raws, err := splitEvents(kind, body)
	if err != nil {
		return nil, err
	}
	submissions, places, rejected := s.validate(c.principal.organization, raws)
	result := Result{Rejected: rejected, DryRun: dryRun}
	if dryRun {
		result.Accepted = len(submissions)
	} else if len(submissions) > 0 {
		receipts, err := s.append(c.ctx(), submissions)
		if err != nil {
			return nil, err
		}
		result.add(receipts, submissions, places)
	}
	if !dryRun {
		s.metrics.count(result)
	}
	switch {
	case len(result.Rejected) == len(raws):
		return nil, noneTaken(result)
	case dryRun:
		return result, nil
	default:
		return reply{status: http.StatusAccepted, body: result}, nil
	}
}

// add counts what the log made of the events that reached it.
func (r *Result) add(receipts []models.Receipt, submissions []models.Submission, places []int) {
	for i, receipt := range receipts {
		switch {
		case receipt.Refused != nil:
			r.Rejected = append(r.Rejected, reject(places[i], submissions[i].Event.ID, parameters([]engagement.FieldError{*receipt.Refused})))
		case receipt.Duplicate:
			r.Duplicate++
		case receipt.Late:
			r.Late++
		default:
			r.Accepted++
		}
	}
	slices.SortFunc(r.Rejected, func(a, b Rejection) int { return a.Index - b.Index })
}

// validate decodes and checks each event; what is wrong with one does not concern the others. It
// returns those to append with their places in the request, and the others.
func (s *Server) validate(organization string, raws []json.RawMessage) ([]models.Submission, []int, []Rejection) {
	now := engagement.At(s.now())
	submissions, places := make([]models.Submission, 0, len(raws)), make([]int, 0, len(raws))
	rejected := []Rejection{}
	for i, raw := range raws {
		event, data, faults := readEvent(raw, now)
		if len(faults) > 0 {
			rejected = append(rejected, reject(i, event.ID, faults))
			continue
		}
		submissions = append(submissions, models.Submission{OrganizationID: organization, Event: event, RawData: data})
		places = append(places, i)
	}
	return submissions, places, rejected
}

func reject(index int, id string, faults []InvalidParameter) Rejection {
	r := Rejection{Index: index, ID: id, Code: faults[0].Code, Reason: faults[0].Reason, Field: faults[0].Field}
	if len(faults) > 1 {
		r.Errors = faults
	}
	return r
}

// noneTaken is the answer to a request of which no event was taken: unreadable where not even one
// could be read.
func noneTaken(result Result) *Problem {
	readable := func(r Rejection) bool { return r.Code != engagement.CodeUnreadable }
	if !slices.ContainsFunc(result.Rejected, readable) {
		return problem(http.StatusBadRequest, "body:unreadable", "The body is not valid JSON in UTF-8, or holds no objects.")
	}
	p := problem(http.StatusUnprocessableEntity, "events:all_rejected", "No event was taken. Each is listed under rejected.")
	for _, r := range result.Rejected {
		faults := r.Errors
		if faults == nil {
			faults = []InvalidParameter{{Field: r.Field, Code: r.Code, Reason: r.Reason}}
		}
		for _, fault := range faults {
			fault.Field = "[" + strconv.Itoa(r.Index) + "]." + fault.Field
			p.InvalidParameters = append(p.InvalidParameters, fault)
		}
	}
	p.Result = &result
	return p
}

// append makes the events durable, or answers 503: none of them may be taken as durable then.
func (s *Server) append(ctx context.Context, submissions []models.Submission) ([]models.Receipt, error) {
	receipts, err := s.deps.Log.Append(ctx, submissions)
	switch {
	case errors.Is(err, intake.ErrBacklog):
		return nil, problem(http.StatusServiceUnavailable, "log:backlog",
			"Too many events are waiting to be written. Send this request again.").because(err).retry(time.Second)
	case err != nil:
		return nil, problem(http.StatusServiceUnavailable, "log:unavailable",
			"The events are not durable. Send this request again; repeats are recognized by their id.").because(err).retry(time.Second)
	case len(receipts) != len(submissions):
		return nil, problem(http.StatusServiceUnavailable, "log:unavailable", "The log did not answer for every event.").retry(time.Second)
	}
	return receipts, nil
}

// unavailable is the answer when something we need is away.
func unavailable(err error) *Problem {
	// What is a problem already says more.
	var known *Problem
	if errors.As(err, &known) {
		return known
	}
	return problem(http.StatusServiceUnavailable, "server:unavailable",
		"Something we need does not answer. Try again.").because(err).retry(time.Second)
}
