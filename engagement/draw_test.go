package engagement

import (
	"fmt"

	"pgregory.net/rapid"
)

// drawn are the types that drawEntries uses, the common ones more often.
var drawn = []EventType{
	QueueEntered, QueueLeft, OfferCreated, OfferCreated, OfferAccepted, OfferAccepted, OfferDeclined, OfferTimedOut,
	OfferRescinded, OfferAcceptRequested, AgentAssigned, AgentAssigned, AgentUnassigned, CustomerMessage, CustomerMessage,
	CustomerMessage, AgentMessage, AgentMessage, AgentMessage, ConversationTransferred, StatusChanged, StatusChanged,
	HoldStarted, HoldEnded, WrapupStarted, WrapupEnded, AgentEnded, ConversationRemoved, ConversationClosed,
	RatingRequested, ConversationRated, ConversationTagged, ClockReached,
}

// drawEntries draws a conversation without any sense, its entries close enough in time to collide
// and far enough apart to run into every deadline.
func drawEntries(t *rapid.T) []Entry {
	at := At(monday)
	entries := make([]Entry, rapid.IntRange(1, 30).Draw(t, "entries"))
	for i := range entries {
		at = at.Add(rapid.SampledFrom([]Millis{0, 0, 1, 1000, 20_000, 240_000, 600_000, 7_200_000, 90_000_000, 1_300_000_000}).Draw(t, "step"))
		entries[i] = Entry{
			Number:     int64(i + 1),
			ReceivedAt: at.Add(rapid.SampledFrom([]Millis{0, 500, 90_000_000}).Draw(t, "delay")),
			Event:      drawEvent(t, i, at),
			AgentType:  rapid.SampledFrom([]string{"", AgentHuman, AgentBot}).Draw(t, "agent type"),
		}
	}
	return entries
}

func drawEvent(t *rapid.T, i int, at Instant) Event {
	pick := func(label string, of ...string) string { return rapid.SampledFrom(of).Draw(t, label) }
	agent := func() string { return pick("agent", "A", "B", "C") }
	e := Event{
		ID: fmt.Sprintf("%02d", i), ConversationID: "c", Time: at, Type: rapid.SampledFrom(drawn).Draw(t, "type"),
		Channel: pick("channel", "", "", "", "messaging", "email", "voice"),
		Seq:     rapid.Int64Range(0, 1).Draw(t, "seq"),
	}
	switch e.Type {
	case QueueEntered, QueueLeft:
		e.QueueID = pick("queue", "q1", "q2")
	case CustomerMessage:
		e.Data.Automatic = rapid.Bool().Draw(t, "automatic")
	case StatusChanged:
		e.Data.Status = rapid.SampledFrom(statuses).Draw(t, "status")
		e.Data.PreviousStatus = pick("previous", "", "", "pending", "open")
	case ConversationClosed:
		e.Data.ClosedBy = pick("by", "", "agent", "end_user")
	case ConversationRated:
		e.Data.Score = new(float64(3))
	case ConversationTagged:
		e.Data.Add, e.Data.Remove = []string{pick("add", "x", "y")}, []string{pick("remove", "x", "y")}
	case AgentEnded:
		e.AgentID = pick("agent", "", "A", "B")
	case ConversationTransferred:
		e.Data.To = rapid.SampledFrom([]*Target{{AgentID: "A"}, {AgentID: "B"}, {GroupID: "g"}, {QueueID: "q1"}}).Draw(t, "to")
		e.Data.Mode = pick("mode", "", "", "offer")
	case RatingRequested, ConversationRemoved, ClockReached:
	default:
		e.AgentID = agent()
		drawDetails(t, &e)
	}
	return e
}

// drawDetails fills in what events that name an agent say besides.
func drawDetails(t *rapid.T, e *Event) {
	pick := func(label string, of ...string) string { return rapid.SampledFrom(of).Draw(t, label) }
	switch e.Type {
	case OfferCreated:
		e.Data.OfferID = pick("offer", "", "", "o1", "o2")
		if rapid.Bool().Draw(t, "expires") {
			e.Data.ExpiresAt = new(e.Time.Add(30_000))
		}
	case OfferAccepted, OfferAcceptRequested, OfferDeclined:
		e.Data.OfferID = pick("offer", "", "", "o1", "o2")
	case AgentAssigned:
		e.Data.Reason = pick("reason", "", "routing", "manual")
	case AgentMessage:
		e.Data.Visibility = pick("visibility", "", "", "internal")
	}
}

// drawSettings draws settings that differ in what the fold looks at.
func drawSettings(t *rapid.T) []Settings {
	s := Settings{
		Version: 1, EffectiveFrom: At(monday),
		Defaults: Rules{
			InactivityAnchor: new(rapid.SampledFrom([]string{AnchorLastEndUserMessage, AnchorFirstUnansweredAgentMessage}).Draw(t, "anchor")),
			CloseOnSolved:    new(rapid.Bool().Draw(t, "close on solved")),
			ScheduleID:       new("office"),
		},
		Schedules: map[string]Schedule{"office": berlinOffice()},
	}
	if rapid.Bool().Draw(t, "queue") {
		s.Defaults.ReturnAfterTimeout = new(ReturnToQueue)
	}
	if rapid.Bool().Draw(t, "settings") {
		return []Settings{s}
	}
	return nil
}
