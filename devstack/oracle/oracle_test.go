package oracle_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/devstack/oracle"
	"engaged/devstack/oracle/vectors"
	"engaged/engagement"
)

// TestVectors holds the oracle to the numbers worked out by hand.
func TestVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectors.All() {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			require.Empty(t, strings.Join(v.Check(oracle.Of(v.Conversation)), "\n"), v.Story)
		})
	}
}

// TestOrderAndRepeatsDoNotMatter shuffles and repeats the events of every vector.
func TestOrderAndRepeatsDoNotMatter(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for _, v := range vectors.All() {
		want := oracle.Of(v.Conversation)
		c := v.Conversation
		c.Events = append(append([]engagement.Event{}, c.Events...), c.Events...)
		random.Shuffle(len(c.Events), func(i, j int) { c.Events[i], c.Events[j] = c.Events[j], c.Events[i] })
		require.Equal(t, want, oracle.Of(c), v.Name)
	}
}

// TestBusinessTimeAcrossClockChange reads a schedule over the night in which clocks go forward.
func TestBusinessTimeAcrossClockChange(t *testing.T) {
	t.Parallel()
	berlin := "berlin"
	start := time.Date(2025, 3, 30, 0, 30, 0, 0, time.UTC) // 01:30 local; 02:00 becomes 03:00
	event := func(id string, at time.Time, kind engagement.EventType) engagement.Event {
		return engagement.Event{ID: id, Type: kind, Time: engagement.At(at), ConversationID: "c", AgentID: "A", Channel: "voice"}
	}
	got := oracle.Of(oracle.Conversation{
		Events: []engagement.Event{event("1", start, engagement.AgentAssigned), event("2", start.Add(90*time.Minute), engagement.AgentEnded)},
		Settings: []engagement.Settings{{
			Defaults: engagement.Rules{ScheduleID: &berlin},
			Schedules: map[string]engagement.Schedule{"berlin": {
				TimeZone: "Europe/Berlin", Weekly: []engagement.WeeklyInterval{{Weekday: 0, StartMinute: 60, EndMinute: 210}},
			}},
		}},
		Until: engagement.At(start.Add(time.Hour * 2)),
	})
	// Open 01:00 to 03:30 local is 00:00 to 01:30 UTC on that day: 60 of the leg's 90 minutes.
	require.Equal(t, engagement.MillisOf(time.Hour), *got.Legs[0].BusinessDuration)
	require.True(t, got.Legs[0].StartedInBusinessHours)
}
