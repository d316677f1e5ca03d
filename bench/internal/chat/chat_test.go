package chat_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/bench/internal/chat"
	"engaged/engagement"
)

func TestEventsAreValid(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	for _, kind := range []chat.Kind{chat.Straight, chat.Reoffered} {
		c := &chat.Chat{ID: "c-1", Number: 3, Kind: kind, Steps: chat.Script(kind, chat.Messages, chat.Length)}
		for _, e := range c.Events() {
			raw := e.Append(nil, at.Add(e.At))
			require.True(t, json.Valid(raw), "%s", raw)
			event, _, faults := engagement.DecodeEvent(raw)
			require.Empty(t, faults, "%s", raw)
			require.Empty(t, event.Validate(), "%s", raw)
		}
	}
}

func TestScript(t *testing.T) {
	t.Parallel()
	for kind, events := range map[chat.Kind]int{chat.Straight: 28, chat.Reoffered: 32} {
		steps := chat.Script(kind, chat.Messages, chat.Length)
		require.Len(t, steps, events)
		messages, last := 0, -2*time.Second
		for _, s := range steps {
			if !s.Lifecycle() {
				messages++
				continue
			}
			require.GreaterOrEqual(t, s.Offset-last, 2*time.Second, s.Type)
			last = s.Offset
		}
		require.Equal(t, chat.Messages, messages)
		require.Equal(t, chat.Length, last, "solved ends the chat")
	}
}

func TestShortScriptsKeepTheirOrder(t *testing.T) {
	t.Parallel()
	for _, kind := range []chat.Kind{chat.Straight, chat.Reoffered} {
		var last time.Duration
		steps := chat.Script(kind, chat.Messages, time.Minute)
		for i, s := range steps {
			require.GreaterOrEqual(t, s.Offset, last)
			last = s.Offset
			require.Equal(t, i == len(steps)-1, s.Type == "status.changed")
		}
	}
}

func TestTraffic(t *testing.T) {
	t.Parallel()
	traffic := chat.Traffic{Prefix: "t", Rate: 1000, Scale: 1.0 / 150, From: -10 * time.Second, Until: 30 * time.Second, Seed: 7}
	var last time.Duration = -time.Hour
	inside, messages, all := 0, 0, 0
	for e := range traffic.Events() {
		require.GreaterOrEqual(t, e.At, last)
		last = e.At
		all++
		if e.At >= 0 && e.At < 30*time.Second {
			inside++
			if !e.Step().Lifecycle() {
				messages++
			}
		}
	}
	require.InEpsilon(t, 30_000, inside, 0.1, "the rate holds from the start, because chats began before it")
	require.InEpsilon(t, chat.MessageShare, float64(messages)/float64(inside), 0.05)
	require.Greater(t, all, inside)
}
