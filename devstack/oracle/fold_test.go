package oracle_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"engaged/devstack/demo"
	"engaged/devstack/oracle"
	"engaged/devstack/oracle/vectors"
	"engaged/engagement"
)

func fold(c oracle.Conversation) oracle.Records {
	return oracle.FromResult(engagement.Fold(c.Settings, engagement.State{}, c.Entries(), c.Until))
}

// TestFoldGivesTheVectors holds the engine's fold to the numbers worked out by hand.
func TestFoldGivesTheVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectors.All() {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			got := fold(v.Conversation)
			require.Empty(t, strings.Join(v.Check(got), "\n"), v.Story)
			require.Empty(t, strings.Join(oracle.Diff(oracle.Of(v.Conversation), got), "\n"), v.Story)
		})
	}
}

// TestFoldAgreesOnDays compares both readings of the rules over several days.
func TestFoldAgreesOnDays(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		day := demo.Generate(seed, 300, time.Date(2025, 3, 10, 0, 0, 0, 0, time.UTC))
		for _, c := range day.Conversations() {
			c.Settings = vectors.Settings()
			require.Empty(t, differences(c), c.Events[0].ConversationID)
		}
	}
}

// TestFoldAgreesOnAnything compares them over sequences that no routing system would send.
func TestFoldAgreesOnAnything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := anything(t)
		if found := differences(c); found != "" {
			t.Fatal(found)
		}
	})
}

func differences(c oracle.Conversation) string {
	found := oracle.Diff(oracle.Of(c), fold(c))
	if len(found) == 0 {
		return ""
	}
	return strings.Join(found, "\n") + "\n" + tell(c)
}

// tell prints a conversation's events so that a person can work it out by hand.
func tell(c oracle.Conversation) string {
	var out strings.Builder
	for _, e := range c.Events {
		data, err := json.Marshal(e.Data)
		if err != nil {
			data = []byte(err.Error())
		}
		fmt.Fprintf(&out, "%s %-26s %-4s %s %s %s %s\n", e.Time.Time().Format("02 15:04:05.000"), e.Type, e.AgentID, e.QueueID, e.GroupID, e.Channel, data)
	}
	fmt.Fprintf(&out, "%s until\n", c.Until.Time().Format("02 15:04:05.000"))
	return out.String()
}

// anything draws conversations without any sense, close enough together in time to collide.
func anything(t *rapid.T) oracle.Conversation {
	channel := rapid.SampledFrom([]string{"messaging", "messaging", "email", "voice", "anchored"}).Draw(t, "channel")
	c := oracle.Conversation{Agents: vectors.Agents(), Settings: vectors.Settings()}
	at := engagement.At(time.Date(2025, 3, 10, 8, 0, 0, 0, time.UTC))
	handed := engagement.Instant(0)
	for range rapid.IntRange(1, 24).Draw(t, "events") {
		step := rapid.SampledFrom([]engagement.Millis{1000, 0, 0, 20_000, 60_000, 240_000, 600_000, 3_600_000, 86_400_000}).Draw(t, "step")
		at = at.Add(step)
		e := anyEvent(t, c.Events, at, channel)
		hands := e.Type == engagement.AgentAssigned || e.Type == engagement.OfferAccepted || e.Type == engagement.ConversationTransferred
		if e.Channel != channel || hands && at == handed {
			// What is known of the channel amid the events of one instant, and which of three legs at
			// one instant a message belongs to, is nobody's question.
			channel = e.Channel
			e.Time++
			at += 2
		}
		if hands {
			handed = e.Time
		}
		c.Events = append(c.Events, e)
	}
	c.Until = at.Add(20 * 86_400_000)
	return c
}

func anyEvent(t *rapid.T, before []engagement.Event, at engagement.Instant, channel string) engagement.Event {
	pick := func(label string, of ...string) string { return rapid.SampledFrom(of).Draw(t, label) }
	agent := func() string { return pick("agent", "A", "B", "C", "bot") }
	e := engagement.Event{
		ID: fmt.Sprintf("%02d", len(before)), Time: at, ConversationID: "c", TicketID: "1", RequesterID: "r", Channel: channel, Direction: "inbound", ContactPoint: "p",
	}
	e.Type = rapid.SampledFrom([]engagement.EventType{
		engagement.HoldEnded, engagement.QueueEntered, engagement.QueueLeft, engagement.OfferCreated, engagement.OfferCreated, engagement.OfferAccepted, engagement.OfferAccepted,
		engagement.OfferDeclined, engagement.OfferTimedOut, engagement.OfferRescinded, engagement.AgentAssigned, engagement.AgentAssigned,
		engagement.AgentUnassigned, engagement.CustomerMessage, engagement.CustomerMessage, engagement.AgentMessage, engagement.AgentMessage,
		engagement.ConversationTransferred, engagement.StatusChanged, engagement.StatusChanged, engagement.HoldStarted,
		engagement.WrapupStarted, engagement.WrapupEnded, engagement.AgentEnded, engagement.ConversationRemoved, engagement.ConversationClosed,
		engagement.RatingRequested, engagement.ConversationRated, engagement.ConversationTagged,
	}).Draw(t, "type")
	switch e.Type {
	case engagement.QueueEntered, engagement.QueueLeft:
		e.QueueID = pick("queue", "q1", "q2")
	case engagement.CustomerMessage:
		e.Data.Automatic = pick("automatic", "", "", "", "yes") != ""
	case engagement.StatusChanged:
		e.Data.Status = pick("status", "new", "open", "open", "pending", "hold", "solved", "closed", "deleted")
	case engagement.ConversationClosed:
		e.Data.ClosedBy = pick("by", "", "agent", "end_user", "unknown")
	case engagement.RatingRequested, engagement.ConversationRated:
		e.Data.Survey = pick("survey", "", "nps")
		if e.Type == engagement.ConversationRated {
			score := float64(rapid.IntRange(1, 5).Draw(t, "score"))
			e.Data.Score = &score
		}
	case engagement.ConversationTagged:
		e.Data.Add, e.Data.Remove = []string{pick("add", "x", "y", "z")}, []string{pick("remove", "x", "y", "z")}
	case engagement.AgentEnded:
		e.AgentID = pick("agent", "", "A", "B")
	case engagement.ConversationTransferred:
		e.Data.To = &engagement.Target{}
		switch pick("target", "agent", "agent", "offer", "group", "queue") {
		case "agent":
			e.Data.To.AgentID = agent()
		case "offer":
			e.Data.To.AgentID, e.Data.Mode = agent(), "offer"
		case "group":
			e.Data.To.GroupID = pick("group", "care", "tier2")
		default:
			e.Data.To.QueueID = pick("queue", "q1", "q2")
		}
	default:
		e.AgentID = agent()
		anyDetail(t, before, &e)
	}
	return e
}

// anyDetail fills in what events that name an agent say besides.
func anyDetail(t *rapid.T, before []engagement.Event, e *engagement.Event) {
	pick := func(label string, of ...string) string { return rapid.SampledFrom(of).Draw(t, label) }
	switch e.Type {
	case engagement.AgentAssigned:
		e.Data.Reason = pick("reason", "", "", "routing", "assigned", "manual", "reopened", "transferred")
		e.GroupID = pick("group", "", "", "", "care")
		if pick("switch", "", "", "", "", "yes") != "" {
			e.Channel = "voice"
		}
	case engagement.OfferCreated:
		e.QueueID = pick("queue", "", "q1", "q2")
		if e.Channel != "email" {
			e.Data.OfferID = "o" + e.ID // senders name all their offers or none
		}
		if pick("expires", "", "yes") != "" {
			expires := e.Time.Add(30_000)
			e.Data.ExpiresAt = &expires
		}
	case engagement.OfferAccepted, engagement.OfferDeclined, engagement.OfferTimedOut, engagement.OfferRescinded:
		ids := []string{""}
		for _, o := range before {
			if o.Type == engagement.OfferCreated && o.AgentID == e.AgentID {
				ids = append(ids, "", o.Data.OfferID)
			}
		}
		e.Data.OfferID = pick("offer", ids...)
	case engagement.AgentMessage:
		e.Data.Visibility = pick("visibility", "", "", "", "internal")
	}
}
