package scenario

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/bench/internal/chat"
)

// event is what the tests read of a body.
type event struct {
	ID             string    `json:"id"`
	Source         string    `json:"source"`
	Type           string    `json:"type"`
	Time           time.Time `json:"time"`
	ConversationID string    `json:"conversation_id"`
}

func read(t *testing.T, raw []byte) []event {
	t.Helper()
	if raw[0] == '[' {
		var several []event
		require.NoError(t, json.Unmarshal(raw, &several), "%s", raw)
		return several
	}
	var one event
	require.NoError(t, json.Unmarshal(raw, &one), "%s", raw)
	return []event{one}
}

var begin = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func TestTempoSendsEveryEventOfTheSliceOnce(t *testing.T) {
	t.Parallel()
	tempo := Tempo{Name: "t", Rate: 20, Window: time.Minute, FillRate: 50}
	fill := 35 * time.Second
	traffic := chat.Traffic{Prefix: "t", Rate: 20, Scale: 1, From: -chat.Length, Until: tempo.Window, Seed: 2}
	sent := map[string][]event{}
	measured, last := 0, -fill
	for _, r := range tempo.requests(traffic, begin, fill) {
		require.GreaterOrEqual(t, r.At, last, "in the order of time, and not before the start")
		last = r.At
		events := read(t, r.Body(nil))
		require.Len(t, events, r.Events)
		for _, e := range events {
			require.False(t, e.Time.After(begin.Add(r.At)), "nothing is sent before it happened")
			sent[e.ConversationID] = append(sent[e.ConversationID], e)
		}
		if r.Measured {
			measured++
		}
	}
	require.InEpsilon(t, tempo.Rate*tempo.Window.Seconds(), measured, 0.15, "the rate is that of the steady state")
	chats := 0
	for c := range traffic.Chats() {
		want := 0
		for _, e := range c.Events() {
			if e.At < tempo.Window {
				want++
			}
		}
		got := sent[c.ID]
		if len(got) == 0 {
			require.Less(t, c.Start+chat.Length, -time.Duration(0), "only chats that were over when it began are left out")
			continue
		}
		chats++
		seen := map[string]bool{}
		for _, e := range got {
			if e.Source == "" {
				require.False(t, seen[e.ID], "%s %s twice", c.ID, e.ID)
				seen[e.ID] = true
			}
		}
		require.Len(t, seen, want, c.ID)
	}
	require.Greater(t, chats, 900)
}

func TestLastLook(t *testing.T) {
	t.Parallel()
	c := &chat.Chat{Steps: chat.Script(chat.Straight, chat.Messages, chat.Length)}
	accepted := 8 * time.Second
	require.Equal(t, 3*time.Second, lastLook(c, 5*time.Second), "the offer")
	require.Equal(t, accepted, lastLook(c, 9*time.Minute), "the timer stands since the acceptance")
	fired := accepted + inactivity
	require.Equal(t, fired, lastLook(c, fired+time.Second), "it has fired once")
	var customer time.Duration
	for _, e := range c.Events() {
		if e.Step().Type == "customer.message" && e.At <= fired {
			customer = e.At
		}
	}
	require.Equal(t, customer+inactivity, lastLook(c, 24*time.Minute), "armed for the last message known then, it has fired again")
}

func TestNaiveTempoStartsEachChatOnce(t *testing.T) {
	t.Parallel()
	tempo := Tempo{Name: "t", Rate: 20, Window: time.Minute, FillRate: 50}
	started := map[string]bool{}
	last := -time.Hour
	for _, s := range tempo.shots(30 * time.Second) {
		require.GreaterOrEqual(t, s.at, last)
		last = s.at
		require.Equal(t, !started[s.event.Chat.ID], s.first, s.event.Chat.ID)
		started[s.event.Chat.ID] = true
	}
	require.Greater(t, len(started), 900)
}

func TestIntakeBatches(t *testing.T) {
	t.Parallel()
	intake := Intake{Name: "i", Requests: 50, Batch: 20, Window: 5 * time.Second, Chat: 3 * time.Second}
	events, last := 0, -time.Hour
	for r := range intake.requests(begin) {
		require.GreaterOrEqual(t, r.At, last)
		last = r.At
		events += len(read(t, r.Body(nil)))
	}
	all := 0
	for range intake.traffic().Events() {
		all++
	}
	require.Equal(t, all, events)
}
