package oracle

import (
	"cmp"
	"slices"

	"engaged/engagement"
)

// Conversation is everything that decides a conversation's records.
type Conversation struct {
	// Events are all events of one conversation, in any order; repeats do no harm.
	Events []engagement.Event
	// Agents is the directory: type and group by agent id. Who is missing is human, without group.
	Agents map[string]Agent
	// Settings are the organization's versions; none means the built-in defaults.
	Settings []engagement.Settings
	// Until is how far the conversation's time has come: deadlines up to it are decided.
	Until engagement.Instant
}

// Agent is what the directory knows of an agent.
type Agent struct {
	// Type is human (also when empty) or bot.
	Type string
	// GroupID is the agent's group.
	GroupID string
}

// Records are the rows that a conversation leaves behind.
type Records struct {
	// Legs are those that ended, by start; FirstEntry and LastEntry stay 0.
	Legs []engagement.Leg
	// Offers and Visits are those that were resolved or ended, by ordinal.
	Offers []engagement.Offer
	Visits []engagement.Visit
	// Ratings are ordered by survey, Closings by ordinal.
	Ratings  []engagement.Rating
	Closings []engagement.Closing
}

// Entries numbers the events as they stand and stamps them as intake does, received at their times.
func (c Conversation) Entries() []engagement.Entry {
	entries := make([]engagement.Entry, len(c.Events))
	for i, e := range c.Events {
		concerned := e.AgentID
		if e.Data.To != nil && e.Data.To.AgentID != "" {
			concerned = e.Data.To.AgentID
		}
		entries[i] = engagement.Entry{Number: int64(i + 1), ReceivedAt: e.Time, Event: e}
		if concerned != "" {
			entries[i].AgentType = c.agentType(concerned)
			entries[i].AgentGroupID = c.Agents[concerned].GroupID
		}
	}
	return entries
}

func (c Conversation) agentType(id string) string {
	if id == "" {
		return ""
	}
	return cmp.Or(c.Agents[id].Type, "human")
}

// ranks is the order at one instant.
var ranks = map[engagement.EventType]int{
	engagement.ConversationTransferred: 1,
	engagement.QueueEntered:            2,
	engagement.OfferCreated:            3,
	engagement.OfferDeclined:           4, engagement.OfferTimedOut: 4, engagement.OfferRescinded: 4,
	engagement.OfferAccepted: 5, engagement.OfferAcceptRequested: 5,
	engagement.AgentAssigned:   6,
	engagement.CustomerMessage: 7,
	engagement.AgentMessage:    8,
	engagement.HoldStarted:     9, engagement.HoldEnded: 9, engagement.WrapupStarted: 9, engagement.WrapupEnded: 9,
	engagement.AgentUnassigned: 10, engagement.QueueLeft: 10,
	engagement.StatusChanged: 11,
	engagement.AgentEnded:    12, engagement.ConversationRemoved: 12, engagement.ConversationClosed: 12,
	engagement.RatingRequested: 13, engagement.ConversationRated: 13, engagement.ConversationTagged: 13,
}

// story is a conversation's events in order, and the legs found so far.
type story struct {
	Conversation
	events []engagement.Event
	until  engagement.Instant
	legs   []*leg
	offers []*offer
	visits []*visit
	fates  map[[2]int]fate
}

// Of tells the records of a conversation.
func Of(c Conversation) Records {
	s := newStory(c)
	s.findOffers()
	s.findLegs()
	s.findVisits()
	s.tellMessages()
	return Records{
		Legs:     s.legRows(),
		Offers:   s.offerRows(),
		Visits:   s.visitRows(),
		Ratings:  s.ratingRows(),
		Closings: s.closingRows(),
	}
}

func newStory(c Conversation) *story {
	s := &story{Conversation: c, until: c.Until, fates: map[[2]int]fate{}}
	seen := map[[2]string]bool{}
	for _, e := range c.Events {
		if e.Type == engagement.ClockReached {
			s.until = max(s.until, e.Time)
			continue
		}
		if identity := [2]string{e.Source, e.ID}; !seen[identity] {
			seen[identity] = true
			s.events = append(s.events, e)
		}
	}
	slices.SortFunc(s.events, func(a, b engagement.Event) int {
		return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(ranks[a.Type], ranks[b.Type]),
			cmp.Compare(a.Seq, b.Seq), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Source, b.Source))
	})
	return s
}

// passed reports whether a deadline lies before event number p, or, past the last event, before
// the end of what is known. What happens exactly at a deadline comes before it.
func (s *story) passed(deadline engagement.Instant, p int) bool {
	if p < len(s.events) {
		return deadline < s.events[p].Time
	}
	return deadline <= s.until
}

// known returns the newest non-empty value that the events up to and including number p name.
func (s *story) known(p int, of func(engagement.Event) string) string {
	for i := min(p, len(s.events)-1); i >= 0; i-- {
		if v := of(s.events[i]); v != "" {
			return v
		}
	}
	return ""
}

// first returns the earliest non-empty value that the events up to and including number p name.
func (s *story) first(p int, of func(engagement.Event) string) string {
	for i := 0; i <= p; i++ {
		if v := of(s.events[i]); v != "" {
			return v
		}
	}
	return ""
}

func channelOf(e engagement.Event) string   { return e.Channel }
func ticketOf(e engagement.Event) string    { return e.TicketID }
func requesterOf(e engagement.Event) string { return e.RequesterID }
func contactOf(e engagement.Event) string   { return e.ContactPoint }
func directionOf(e engagement.Event) string { return e.Direction }

func (s *story) ticket(p int) string {
	return cmp.Or(s.known(p, ticketOf), s.events[0].ConversationID)
}

// statusBefore is the ticket status that the events before number p left.
func (s *story) statusBefore(p int) string {
	for i := p - 1; i >= 0; i-- {
		if s.events[i].Type == engagement.StatusChanged {
			return s.events[i].Data.Status
		}
	}
	return "new"
}

// tagsThrough is the conversation's set of tags after the events up to and including number p.
func (s *story) tagsThrough(p int) []string {
	var tags []string
	for i := 0; i <= p && i < len(s.events); i++ {
		e := s.events[i]
		if e.Tags != nil {
			tags = sorted(*e.Tags)
		}
		if e.Type == engagement.ConversationTagged {
			tags = retag(tags, e.Data)
		}
	}
	return tags
}

func retag(tags []string, change engagement.Data) []string {
	kept := slices.DeleteFunc(slices.Clone(tags), func(t string) bool { return slices.Contains(change.Remove, t) })
	return sorted(append(slices.DeleteFunc(kept, func(t string) bool { return slices.Contains(change.Add, t) }), change.Add...))
}

func sorted(tags []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(tags)))
}
