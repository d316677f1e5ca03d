package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"engaged/delivery"
	"engaged/models"
)

// DialOrders are what a dialer is told to do.
type DialOrders struct {
	// Orders are at most as many as were asked for, the oldest first; none if none came in time.
	Orders []models.DialOrder `json:"orders"`
}

// claimsBody is what a dialer asks for.
type claimsBody struct {
	// Dialer names the dialer in the attempts' log.
	Dialer string `json:"dialer"`
	// Max is the most orders, 1 to 100; default 10.
	Max int `json:"max"`
	// WaitMS is how long to wait for the first of them, 0 to 30,000; default 0.
	WaitMS int64 `json:"wait_ms"`
	// LeaseMS is by when a call must have been started, 1,000 to 120,000; default 30,000.
	LeaseMS int64 `json:"lease_ms"`
}

// Bounds of a claim.
const (
	maxOrders     = 100
	defaultOrders = 10
	maxWait       = 30_000
	minLease      = 1_000
	maxLease      = 120_000
	defaultLease  = 30_000
)

// claimOrders is POST /v1/dialer/claims. It waits for orders until the caller goes or the server drains.
func (s *Server) claimOrders(c *call) (any, error) {
	var body claimsBody
	if err := c.object(&body); err != nil {
		return nil, err
	}
	if wrong := body.check(); len(wrong) > 0 {
		return nil, invalidDelivery("claim:invalid", "The claim is not as it must be.", wrong)
	}
	wait, cancel := context.WithTimeout(c.ctx(), time.Duration(body.WaitMS)*time.Millisecond)
	defer cancel()
	defer s.orders.join()()
	// The time for reading the request is not that for waiting.
	_ = http.NewResponseController(c.Writer).SetReadDeadline(time.Time{})
	none := DialOrders{[]models.DialOrder{}}
	for {
		// Whoever asks first and looks afterwards misses nothing in between.
		news := s.orders.news()
		orders, err := s.deps.Store.ClaimOrders(c.ctx(), c.principal.organization, body.Dialer, body.Max, time.Duration(body.LeaseMS)*time.Millisecond)
		switch {
		case len(orders) > 0:
			return DialOrders{orders}, nil
		case c.ctx().Err() != nil:
			return none, nil
		case err != nil:
			return nil, unavailable(err)
		}
		select {
		case <-news:
		case <-time.After(lookForOrders):
		case <-s.closing:
			return none, nil
		case <-wait.Done():
			return none, nil
		}
	}
}

// check fills in the defaults and returns everything that is wrong.
func (b *claimsBody) check() contactFindings {
	var wrong contactFindings
	if b.Dialer == "" || len(b.Dialer) > maxIdentifier {
		wrong.add(delivery.CodeMissingField, "dialer", "Add dialer: its name, 1 to 128 bytes.")
	}
	orDefault(&b.Max, defaultOrders)
	if b.Max < 1 || b.Max > maxOrders {
		wrong.add(delivery.CodeInvalidField, "max", fmt.Sprintf("Use 1 to %d.", maxOrders))
	}
	if b.WaitMS < 0 || b.WaitMS > maxWait {
		wrong.add(delivery.CodeInvalidField, "wait_ms", fmt.Sprintf("Use 0 to %d.", maxWait))
	}
	orDefault(&b.LeaseMS, defaultLease)
	if b.LeaseMS < minLease || b.LeaseMS > maxLease {
		wrong.add(delivery.CodeInvalidField, "lease_ms", fmt.Sprintf("Use %d to %d.", minLease, maxLease))
	}
	return wrong
}

// StartedDelivery is a call that may be made now.
type StartedDelivery struct {
	DeliveryID string `json:"delivery_id"`
	// StartedAt is the attempt's instant.
	StartedAt delivery.Instant `json:"started_at"`
}

// startBody is a dialer's wish to start a call.
type startBody struct {
	// Fence is the order's.
	Fence int64 `json:"fence"`
	// CallID and FromAddress are the dialer's own.
	CallID      string `json:"call_id"`
	FromAddress string `json:"from_address"`
}

// startDelivery is POST /v1/deliveries/{delivery_id}/start: only after it succeeded may the call be made.
func (s *Server) startDelivery(c *call) (any, error) {
	id, err := c.uuid("delivery_id", "delivery")
	if err != nil {
		return nil, err
	}
	var body startBody
	if err := c.object(&body); err != nil {
		return nil, err
	}
	var wrong contactFindings
	if body.Fence < 1 {
		wrong.add(delivery.CodeMissingField, "fence", "Add fence: that of the order.")
	}
	if len(body.CallID) > 100 {
		wrong.add(delivery.CodeInvalidField, "call_id", "Shorten it to 100 bytes.")
	}
	if len(body.FromAddress) > 300 {
		wrong.add(delivery.CodeInvalidField, "from_address", "Shorten it to 300 bytes.")
	}
	if len(wrong) > 0 {
		// Whose delivery it is comes before what is wrong with the body.
		if _, err := s.delivery(c); err != nil {
			return nil, err
		}
		return nil, invalidDelivery("start:invalid", "The start is not as it must be.", wrong)
	}
	at, err := s.deps.Store.StartDelivery(c.ctx(), models.DeliveryStart{
		OrganizationID: c.principal.organization, DeliveryID: id, Fence: body.Fence, CallID: body.CallID, FromAddress: body.FromAddress})
	if err != nil {
		return nil, startProblem(err)
	}
	return StartedDelivery{id, at}, nil
}

// startProblem says in the dialer's terms why the call must not be made.
func startProblem(err error) error {
	switch {
	case errors.Is(err, models.ErrNotFound):
		return notFound("delivery")
	case errors.Is(err, models.ErrStale):
		return problem(http.StatusConflict, "delivery:stale", "This is not the delivery's present order. Do not make the call.")
	case errors.Is(err, models.ErrTooLate):
		return problem(http.StatusConflict, "delivery:too_late", "The order has run out. Do not make the call.")
	case errors.Is(err, models.ErrForbidden):
		return problem(http.StatusConflict, "delivery:not_eligible", "A rule forbids the call by now. Do not make it.")
	default:
		return unavailable(err)
	}
}
