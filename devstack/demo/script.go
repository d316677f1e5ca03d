package demo

import (
	"fmt"
	"math/rand/v2"

	"engaged/engagement"
)

// script writes the events of one conversation as time passes in it.
type script struct {
	random                *rand.Rand
	id, ticket, requester string
	staff                 []Member
	now                   engagement.Instant
	channel               channel
	direction             string
	events                []engagement.Event
}

// channel is what is typical of a channel.
type channel struct {
	name, queue string
	share       int
	// talks tells that customer and agent write messages; pace is the usual time between two.
	talks bool
	pace  engagement.Millis
}

var channels = []channel{
	{"messaging", "chats", 38, true, 40 * second},
	{"email", "mails", 18, true, 25 * minute},
	{"voice", "calls", 22, false, 50 * second},
	{"sms", "texts", 8, true, 70 * second},
	{"contact_form", "forms", 6, true, 20 * minute},
	{"chat", "chats", 6, true, 30 * second},
	{"callback", "calls", 2, false, 50 * second},
}

// play writes a conversation from its first contact to what is left to do after it.
func (s *script) play() {
	shares := make([]int, len(channels))
	for i, c := range channels {
		shares[i] = c.share
	}
	s.channel = channels[weighted(s.random, shares)]
	s.direction = "inbound"
	if s.channel.name == "callback" || s.chance(4) {
		s.direction = "outbound"
	}
	if s.channel.talks && s.direction == "inbound" {
		s.customer()
		s.pass(2 * second)
	}
	if s.chance(20) {
		s.tag([]string{s.one("vip", "order", "return", "complaint")}, nil)
	}
	agent := s.first()
	for legs := 0; agent != "" && legs < 5; legs++ {
		agent = s.serve(agent)
	}
	s.survey()
}

func (s *script) add(kind engagement.EventType, change func(*engagement.Event)) {
	e := engagement.Event{
		ID: fmt.Sprintf("%03d", len(s.events)+1), Type: kind, Time: s.now, ConversationID: s.id, TicketID: s.ticket,
		RequesterID: s.requester, Channel: s.channel.name, Direction: s.direction, ContactPoint: s.channel.name + "@centre",
	}
	if change != nil {
		change(&e)
	}
	s.events = append(s.events, e)
}

func (s *script) by(agent string, kind engagement.EventType) {
	s.add(kind, func(e *engagement.Event) { e.AgentID = agent })
}

func (s *script) customer() { s.add(engagement.CustomerMessage, nil) }

func (s *script) tag(add, remove []string) {
	s.add(engagement.ConversationTagged, func(e *engagement.Event) { e.Data.Add, e.Data.Remove = add, remove })
}

func (s *script) status(status string) {
	s.add(engagement.StatusChanged, func(e *engagement.Event) { e.Data.Status = status })
}

// pass lets about so much time pass: mostly less, at times a good deal more, never none.
func (s *script) pass(usual engagement.Millis) {
	s.now = s.now.Add(1 + engagement.Millis(min(4, s.random.ExpFloat64())*float64(usual)))
}

func (s *script) chance(percent int) bool { return s.random.IntN(100) < percent }

func (s *script) one(choices ...string) string { return choices[s.random.IntN(len(choices))] }

// human draws a person of the staff other than the given one.
func (s *script) human(not string) string {
	for {
		if m := s.staff[s.random.IntN(len(names))]; m.ID != not {
			return m.ID
		}
	}
}
