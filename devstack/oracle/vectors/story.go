package vectors

import (
	"fmt"
	"hash/crc32"
	"strings"
	"time"

	"engaged/devstack/oracle"
	"engaged/engagement"
)

// story builds the events of one conversation; times are "15:04:05" on the vector's day, or
// "2006-01-02 15:04:05".
type story struct {
	name, channel string
	day           string
	events        []engagement.Event
}

func on(day, name, channel string) *story { return &story{name: name, channel: channel, day: day} }

func (s *story) at(clock string) engagement.Instant {
	if !strings.Contains(clock, " ") {
		clock = s.day + " " + clock
	}
	t, err := time.ParseInLocation("2006-01-02 15:04:05.999", clock, time.UTC)
	if err != nil {
		panic(err)
	}
	return engagement.At(t)
}

func (s *story) add(clock string, kind engagement.EventType, change func(*engagement.Event)) *story {
	e := engagement.Event{
		ID: fmt.Sprintf("%02d", len(s.events)+1), Type: kind, Time: s.at(clock), ConversationID: s.name,
		TicketID: ticketOf(s.name), RequesterID: "701", Channel: s.channel, Direction: "inbound", ContactPoint: "support",
	}
	if change != nil {
		change(&e)
	}
	s.events = append(s.events, e)
	return s
}

// ticketOf gives every vector a ticket of its own; V4's is the one in the real record.
func ticketOf(name string) string {
	if name == "V4" {
		return "94588"
	}
	return fmt.Sprint(100_000 + crc32.ChecksumIEEE([]byte(name))%900_000)
}

// by adds an event that names an agent.
func (s *story) by(agent, clock string, kind engagement.EventType) *story {
	return s.add(clock, kind, func(e *engagement.Event) { e.AgentID = agent })
}

func (s *story) customer(clocks ...string) *story {
	for _, clock := range clocks {
		s.add(clock, engagement.CustomerMessage, nil)
	}
	return s
}

func (s *story) says(agent string, clocks ...string) *story {
	for _, clock := range clocks {
		s.by(agent, clock, engagement.AgentMessage)
	}
	return s
}

func (s *story) offered(agent, clock string) *story {
	return s.by(agent, clock, engagement.OfferCreated)
}

func (s *story) accepts(agent, clock string) *story {
	return s.by(agent, clock, engagement.OfferAccepted)
}

func (s *story) assigned(agent, clock, reason string) *story {
	return s.add(clock, engagement.AgentAssigned, func(e *engagement.Event) { e.AgentID, e.Data.Reason = agent, reason })
}

func (s *story) status(clock, status string) *story {
	return s.add(clock, engagement.StatusChanged, func(e *engagement.Event) { e.Data.Status = status })
}

func (s *story) transfer(clock string, to engagement.Target) *story {
	return s.add(clock, engagement.ConversationTransferred, func(e *engagement.Event) { e.Data.To = &to })
}

func (s *story) queue(clock, queue string, kind engagement.EventType, reason string) *story {
	return s.add(clock, kind, func(e *engagement.Event) { e.QueueID, e.Data.Reason = queue, reason })
}

func (s *story) closed(clock, by string) *story {
	return s.add(clock, engagement.ConversationClosed, func(e *engagement.Event) { e.Data.ClosedBy = by })
}

func (s *story) rated(clock, survey string, score float64) *story {
	return s.add(clock, engagement.ConversationRated, func(e *engagement.Event) { e.Data.Survey, e.Data.Score = survey, &score })
}

func (s *story) tagged(clock string, add, remove []string) *story {
	return s.add(clock, engagement.ConversationTagged, func(e *engagement.Event) { e.Data.Add, e.Data.Remove = add, remove })
}

// until completes the vector: all deadlines up to then are decided.
func (s *story) until(clock, told string, legs ...Leg) Vector {
	return Vector{Name: s.name, Story: told, Legs: legs, Conversation: oracle.Conversation{
		Events: s.events, Agents: Agents(), Settings: Settings(), Until: s.at(clock),
	}}
}

func (v Vector) offers(offers ...Offer) Vector { v.Offers = offers; return v }

func (v Vector) visits(visits ...Visit) Vector { v.Visits = visits; return v }

func (v Vector) ratings(ratings ...Rating) Vector { v.Ratings = ratings; return v }

func (v Vector) closings(closings ...Closing) Vector { v.Closings = closings; return v }

// Agents is the directory of all vectors.
func Agents() map[string]oracle.Agent {
	return map[string]oracle.Agent{"A": {GroupID: "sales"}, "B": {GroupID: "sales"}, "C": {GroupID: "care"}, "bot": {Type: "bot"}}
}

// Settings are those of all vectors: business hours Monday to Friday 09:00 to 17:00 UTC; the
// channel anchored counts silence from the agent's message, and the group care writes a closing
// for what it solves.
func Settings() []engagement.Settings {
	office, agentAnchor, yes := "office", "first_unanswered_agent_message", true
	var weekly []engagement.WeeklyInterval
	for weekday := 1; weekday <= 5; weekday++ {
		weekly = append(weekly, engagement.WeeklyInterval{Weekday: weekday, StartMinute: 9 * 60, EndMinute: 17 * 60})
	}
	return []engagement.Settings{{
		Version: 1, EffectiveFrom: engagement.At(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)),
		Defaults:  engagement.Rules{ScheduleID: &office},
		Channels:  map[string]engagement.Rules{"anchored": {InactivityAnchor: &agentAnchor}},
		Groups:    map[string]engagement.Rules{"care": {CloseOnSolved: &yes}},
		Schedules: map[string]engagement.Schedule{"office": {TimeZone: "UTC", Weekly: weekly}},
	}}
}
