package api

import (
	"errors"

	"engaged/engagement"
	"engaged/models"
)

// EngagementDetail is one engagement with its timeline.
type EngagementDetail struct {
	Engagement
	// Offers are those of its conversation that led to it: resolved after the previous leg's start
	// and not after this one's.
	Offers []Offer `json:"offers"`
	// RequesterWaits are its waits in order.
	RequesterWaits []Wait `json:"requester_waits"`
}

// Offer is one offer as this API shows it.
type Offer struct {
	// Ordinal counts the conversation's offers from 1; OfferID is the sender's.
	Ordinal int     `json:"ordinal"`
	OfferID *string `json:"offer_id"`
	// AgentID, GroupID and QueueID are whom it was made to, and from where.
	AgentID string  `json:"agent_id"`
	GroupID *string `json:"group_id"`
	QueueID *string `json:"queue_id"`
	// OfferedAt is null for an acceptance without a known offer; ResolvedAt while it is open.
	OfferedAt  *engagement.Instant `json:"offered_at"`
	ExpiresAt  *engagement.Instant `json:"expires_at"`
	ResolvedAt *engagement.Instant `json:"resolved_at"`
	// Outcome is accepted, declined, timed_out, rescinded or expired; null while it is open.
	Outcome *string `json:"outcome"`
}

// Wait is one requester wait as this API shows it.
type Wait struct {
	OpenedAt engagement.Instant `json:"opened_at"`
	// ClosedAt is null while the customer waits.
	ClosedAt *engagement.Instant `json:"closed_at"`
	// Answered tells whether a reply closed it; otherwise the end of the leg did.
	Answered bool `json:"answered"`
	// Wait and Business are its length in calendar and business time.
	Wait     *engagement.Millis `json:"wait_ms"`
	Business *engagement.Millis `json:"wait_business_ms"`
}

// getEngagement is GET /v1/engagements/{engagement_id}.
func (s *Server) getEngagement(c *call) (any, error) {
	id, err := engagement.ParseID(c.Param("engagement_id"))
	if err != nil {
		return nil, notFound("engagement")
	}
	// A leg may be recorded while we look for it among the open ones: then its record is there.
	for _, find := range []func(*call, engagement.ID) (EngagementDetail, error){s.recordedDetail, s.openDetail, s.recordedDetail} {
		detail, err := find(c, id)
		if err == nil {
			return detail, nil
		}
		if !errors.Is(err, models.ErrNotFound) {
			return nil, unavailable(err)
		}
	}
	return nil, notFound("engagement")
}

// recordedDetail reads the record and the rows that belong to it.
func (s *Server) recordedDetail(c *call, id engagement.ID) (EngagementDetail, error) {
	row, err := s.deps.Store.Engagement(c.ctx(), c.principal.organization, id)
	if err != nil {
		return EngagementDetail{}, err
	}
	offers, waits, err := s.deps.Store.Timeline(c.ctx(), row)
	if err != nil {
		return EngagementDetail{}, err
	}
	detail := EngagementDetail{Engagement: endedEngagement(row), Offers: []Offer{}, RequesterWaits: []Wait{}}
	for _, o := range offers {
		detail.Offers = append(detail.Offers, Offer{
			Ordinal: int(o.Ordinal), OfferID: orNull(o.OfferID), AgentID: o.AgentID, GroupID: orNull(o.GroupID), QueueID: orNull(o.QueueID),
			OfferedAt: instant(o.OfferedAt), ExpiresAt: instant(o.ExpiresAt), ResolvedAt: instant(&o.ResolvedAt), Outcome: &o.Outcome,
		})
	}
	for _, w := range waits {
		detail.RequesterWaits = append(detail.RequesterWaits, Wait{
			OpenedAt: engagement.At(w.OpenedAt), ClosedAt: instant(&w.ClosedAt), Answered: w.Answered,
			Wait: millis(&w.WaitMS), Business: millis(&w.WaitBusinessMS),
		})
	}
	return detail, nil
}

// legDetail adds the waits of a leg as the core made it, and the offers that led to it.
func legDetail(e Engagement, leg engagement.Leg, offers []engagement.Offer) EngagementDetail {
	detail := EngagementDetail{Engagement: e, Offers: []Offer{}, RequesterWaits: []Wait{}}
	for _, o := range offers {
		detail.Offers = append(detail.Offers, offerOf(o))
	}
	for _, w := range leg.Waits {
		wait := Wait{OpenedAt: w.OpenedAt, ClosedAt: w.ClosedAt, Answered: w.Answered, Business: w.Business}
		if w.ClosedAt != nil {
			wait.Wait = new(w.ClosedAt.Sub(w.OpenedAt))
		}
		detail.RequesterWaits = append(detail.RequesterWaits, wait)
	}
	return detail
}

func offerOf(o engagement.Offer) Offer {
	return Offer{
		Ordinal: o.Ordinal, OfferID: orNull(o.OfferID), AgentID: o.AgentID, GroupID: orNull(o.GroupID), QueueID: orNull(o.QueueID),
		OfferedAt: o.OfferedAt, ExpiresAt: o.ExpiresAt, ResolvedAt: o.ResolvedAt, Outcome: orNull(o.Outcome),
	}
}
