package engagement

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// A panic while one entry is applied makes that entry dead; the rest is what it would be without it.
func TestPanicMakesTheEntryDead(t *testing.T) {
	t.Parallel()
	g := readGolden(t, "timeline-v2")
	entries := g.entries(t)
	for i := range entries {
		broken := func(e *Entry) {
			if e.Number == entries[i].Number {
				panic("out of order")
			}
		}
		got := foldEntries(g.Settings, State{}, entries, 0, broken)
		require.Equal(t, Outcome{Kind: Dead, Reason: "out of order"}, got.Outcomes[entries[i].Number])
		want := Fold(g.Settings, State{}, slices.Delete(slices.Clone(entries), i, i+1), got.Clock)
		require.Equal(t, want.Legs, got.Legs)
		require.Equal(t, want.Offers, got.Offers)
		require.Equal(t, want.State.RecentLegs, got.State.RecentLegs)
	}
}

func TestPanicsOfSeveralEntries(t *testing.T) {
	t.Parallel()
	entries := readGolden(t, "timeline-v2").entries(t)
	r := foldEntries(nil, State{}, entries, 0, func(e *Entry) {
		if e.Type == CustomerMessage {
			panic(e.ID)
		}
	})
	require.Len(t, r.Outcomes, len(entries))
	require.Zero(t, r.Legs[0].CustomerMessages)
	require.Equal(t, 4, r.Legs[0].AgentMessages)
}

// A type that this version does not know is dead, not a reason to stop.
func TestUnknownTypeIsDead(t *testing.T) {
	t.Parallel()
	at := At(monday)
	r := Fold(nil, State{}, []Entry{
		{Number: 1, Event: Event{ID: "1", Type: AgentAssigned, AgentID: "A", Time: at}},
		{Number: 2, Event: Event{ID: "2", Type: "agent.promoted", AgentID: "A", Time: at}},
		{Number: 3, Event: Event{ID: "3", Type: AgentEnded, Time: at.Add(1000)}},
	}, 0)
	require.Equal(t, Outcome{Kind: Dead, Reason: "unknown event type agent.promoted"}, r.Outcomes[2])
	require.Len(t, r.Legs, 1)
}

func TestFoldLeavesItsArgumentsAlone(t *testing.T) {
	t.Parallel()
	for _, name := range goldenNames(t) {
		g := readGolden(t, name)
		carry, entries := Fold(g.Settings, g.carry(), g.entries(t), 0).State, g.entries(t)
		before, numbers := toJSON(t, carry), toJSON(t, entries)
		for i := range entries {
			entries[i].Time = entries[i].Time.Add(day)
		}
		moved := toJSON(t, entries)
		Fold(g.Settings, carry, entries, g.reached()+Instant(30*day))
		require.Equal(t, before, toJSON(t, carry), name)
		require.Equal(t, moved, toJSON(t, entries), name)
		require.NotEmpty(t, numbers)
	}
}
