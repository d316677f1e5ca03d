package api

import (
	"context"
	"net/http"

	"engaged/engagement"
	"engaged/models"
)

// maxFolded bounds the entries that one request folds; the core keeps no more of a leg either.
const maxFolded = 50_000

// Conversation is the state of a conversation now: the fold of its log, records included.
type Conversation struct {
	// ConversationID is the caller's own id.
	ConversationID string `json:"conversation_id"`
	// TicketID, RequesterID, Channel, Direction, ContactPoint and Tags are the latest known.
	TicketID     *string  `json:"ticket_id"`
	RequesterID  *string  `json:"requester_id"`
	Channel      *string  `json:"channel"`
	Direction    *string  `json:"direction"`
	ContactPoint *string  `json:"contact_point"`
	Tags         []string `json:"tags"`
	// Status is the ticket status; AssigneeID the agent to whom the conversation belongs.
	Status     string  `json:"status"`
	AssigneeID *string `json:"assignee_id"`
	// State is engaged (a leg is open), offered, queued, or idle; Closed tells that the conversation
	// is closed.
	State  string `json:"state"`
	Closed bool   `json:"closed"`
	// Engagements are all legs so far by ordinal, the open one last.
	Engagements []Engagement `json:"engagements"`
	// OpenOffers and QueueVisit are what is pending.
	OpenOffers []Offer     `json:"open_offers"`
	QueueVisit *QueueVisit `json:"queue_visit"`
	// PendingSince is the earliest customer message that nobody has answered.
	PendingSince *engagement.Instant `json:"pending_since"`
	// Deadline is the next instant at which time alone changes something.
	Deadline *engagement.Deadline `json:"deadline"`
	// Clock is how far the conversation's time has got in its log.
	Clock engagement.Instant `json:"clock"`
	// LastNumber is the number of its newest entry.
	LastNumber int64 `json:"last_number"`
}

// QueueVisit is a stay in a queue that goes on.
type QueueVisit struct {
	QueueID   string             `json:"queue_id"`
	EnteredAt engagement.Instant `json:"entered_at"`
}

// folded is a conversation and the fold of its log from the last record on.
type folded struct {
	conversation models.Conversation
	result       engagement.Result
}

// id is the identity of one of the conversation's legs.
func (f folded) id(subject models.Subject, ordinal int) engagement.ID {
	return engagement.EngagementID(subject.OrganizationID, subject.ConversationID, f.conversation.Generation, ordinal)
}

// fold reads everything that no record covers and folds it, as the workflow does. A conversation
// that the log does not know has no generation.
func (s *Server) fold(ctx context.Context, subject models.Subject) (folded, error) {
	conversation, err := s.deps.Store.LoadConversation(ctx, subject)
	if err != nil {
		return folded{}, err
	}
	for more := conversation.More; more; {
		batch, err := s.deps.Store.FetchEntries(ctx, subject, conversation.Seen)
		if err != nil {
			return folded{}, err
		}
		conversation.Entries = append(conversation.Entries, batch.Entries...)
		if len(conversation.Entries) > maxFolded {
			return folded{}, problem(http.StatusUnprocessableEntity, "conversation:too_long",
				"More than %d events of this conversation are in no record yet; its state is not folded on request. Read its records with GET /v1/engagements?conversation_id=...", maxFolded)
		}
		more = batch.More && batch.To > conversation.Seen
		conversation.Seen = max(conversation.Seen, batch.To)
	}
	return folded{conversation, engagement.Fold(conversation.Settings, conversation.Carry, conversation.Entries, 0)}, nil
}

// getConversation is GET /v1/conversations/{conversation_id}.
func (s *Server) getConversation(c *call) (any, error) {
	subject := models.Subject{OrganizationID: c.principal.organization, ConversationID: c.Param("conversation_id")}
	now, err := s.fold(c.ctx(), subject)
	if err != nil {
		return nil, unavailable(err)
	}
	if now.conversation.Generation == "" {
		return nil, notFound("conversation")
	}
	// Records after the fold: a leg that is recorded in between is then found twice, never not at all.
	recorded, err := s.deps.Store.ConversationEngagements(c.ctx(), subject)
	if err != nil {
		return nil, unavailable(err)
	}
	return conversationOf(subject, now, recorded), nil
}

// conversationOf puts the fold and the records together.
func conversationOf(subject models.Subject, now folded, recorded []models.EngagementRow) Conversation {
	state := now.result.State
	shown := Conversation{
		ConversationID: subject.ConversationID,
		TicketID:       orNull(state.TicketID), RequesterID: orNull(state.RequesterID), Channel: orNull(state.Channel),
		Direction: orNull(state.Direction), ContactPoint: orNull(state.ContactPoint), Tags: orEmpty(state.Tags),
		Status: state.Status, AssigneeID: orNull(state.AssigneeID), Closed: state.Closed, State: "idle",
		Engagements: []Engagement{}, OpenOffers: []Offer{},
		PendingSince: state.PendingSince, Deadline: now.result.Deadline,
		Clock: now.result.Clock, LastNumber: now.conversation.Seen,
	}
	if shown.Status == "" {
		shown.Status = engagement.StatusNew
	}
	for _, row := range recorded {
		shown.Engagements = append(shown.Engagements, endedEngagement(row))
	}
	for _, leg := range now.result.Legs {
		shown.Engagements = append(shown.Engagements, legEngagement(now.id(subject, leg.Ordinal), subject.ConversationID, leg))
	}
	if visit := state.Visit; visit != nil {
		shown.State = "queued"
		shown.QueueVisit = &QueueVisit{QueueID: visit.Visit.QueueID, EnteredAt: visit.Visit.EnteredAt}
	}
	for _, offer := range state.Offers {
		shown.State = "offered"
		shown.OpenOffers = append(shown.OpenOffers, offerOf(offer.Offer))
	}
	if leg := now.result.Open; leg != nil {
		shown.State = "engaged"
		shown.Engagements = append(shown.Engagements, openEngagement(now.id(subject, leg.Ordinal), subject.ConversationID, *leg))
	}
	shown.Engagements = inOrder(shown.Engagements)
	return shown
}

// openDetail folds the log of the conversation whose leg is open: the live projection knows of it,
// but not of its latest messages.
func (s *Server) openDetail(c *call, id engagement.ID) (EngagementDetail, error) {
	live, err := s.deps.Store.OpenEngagement(c.ctx(), c.principal.organization, id)
	if err != nil {
		return EngagementDetail{}, err
	}
	subject := models.Subject{OrganizationID: c.principal.organization, ConversationID: live.ConversationID}
	now, err := s.fold(c.ctx(), subject)
	if err != nil {
		return EngagementDetail{}, err
	}
	open := now.result.Open
	if open != nil && now.id(subject, open.Ordinal) == id {
		var offers []engagement.Offer
		if carried := now.result.State.Leg; carried != nil && carried.Offer != nil {
			offers = append(offers, *carried.Offer)
		}
		return legDetail(openEngagement(id, subject.ConversationID, *open), *open, offers), nil
	}
	for _, leg := range now.result.Legs {
		if now.id(subject, leg.Ordinal) == id {
			return legDetail(legEngagement(id, subject.ConversationID, leg), leg, now.result.Offers), nil
		}
	}
	// It was recorded just now.
	return EngagementDetail{}, models.ErrNotFound
}
