package engagement

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// A run that folds after each arrival, and sleeps until the instant that Next names, records every
// leg no earlier than settle after its end.
func TestNextWalksThroughAConversation(t *testing.T) {
	t.Parallel()
	at := At(monday)
	say := func(number int64, offset Millis, e Event) Entry {
		e.ID, e.Time = fmt.Sprint(number), at.Add(offset)
		return Entry{Number: number, ReceivedAt: e.Time, Event: e}
	}
	entries := []Entry{say(1, 0, Event{Type: OfferCreated, AgentID: "A"})}
	step := Fold(nil, State{}, entries, 0).Next()
	require.Equal(t, Step{StepWait, at.Add(DefaultOpenLimit)}, step, "only the limit runs")

	entries = append(entries, say(2, 5000, Event{Type: OfferAccepted, AgentID: "A"}))
	step = Fold(nil, State{}, entries, 0).Next()
	require.Equal(t, Step{StepWait, at.Add(605_000)}, step, "silence would end the leg")

	step = Fold(nil, State{}, entries, step.At).Next()
	require.Equal(t, Step{StepWait, at.Add(607_000)}, step, "it has ended, and settles")

	record := Fold(nil, State{}, entries, step.At).Next()
	require.Equal(t, Step{StepRecord, at.Add(605_000)}, record)

	through, after := UpTo(entries, record.At)
	require.Empty(t, after)
	recorded := Fold(nil, State{}, through, record.At)
	require.Len(t, recorded.Legs, 1)
	require.Equal(t, record.At, recorded.State.Floor)

	end := Fold(nil, recorded.State, nil, 0).Next()
	require.Equal(t, Step{StepEnd, record.At}, end)
}

// An earlier leg that has not settled holds back the later ones: records are written in order.
func TestRecordsComeInOrder(t *testing.T) {
	t.Parallel()
	at := At(monday)
	versions := []Settings{{Version: 1, Groups: map[string]Rules{"slow": {Settle: new(Millis(60_000))}}}}
	entries := []Entry{
		{Number: 1, Event: Event{ID: "1", Type: AgentAssigned, AgentID: "A", GroupID: "slow", Time: at}},
		{Number: 2, Event: Event{ID: "2", Type: AgentAssigned, AgentID: "B", Time: at.Add(1000)}},
		{Number: 3, Event: Event{ID: "3", Type: AgentEnded, Time: at.Add(2000)}},
	}
	require.Equal(t, Step{StepWait, at.Add(61_000)}, Fold(versions, State{}, entries, at.Add(30_000)).Next())
	require.Equal(t, Step{StepRecord, at.Add(1000)}, Fold(versions, State{}, entries, at.Add(61_000)).Next())
}

func TestUpToKeepsTheOrder(t *testing.T) {
	t.Parallel()
	entries := []Entry{{Number: 1, Event: Event{Time: 5}}, {Number: 2, Event: Event{Time: 3}}, {Number: 3, Event: Event{Time: 5}}, {Number: 4, Event: Event{Time: 6}}}
	through, after := UpTo(entries, 5)
	require.Equal(t, []Entry{entries[0], entries[1], entries[2]}, through)
	require.Equal(t, []Entry{entries[3]}, after)
}

// chatter is a leg with n messages, customer and agent by turns, a second apart.
func chatter(n int) []Entry {
	at := At(monday)
	entries := []Entry{{Number: 1, Event: Event{ID: "begin", Type: AgentAssigned, AgentID: "A", Time: at}}}
	for i := range n {
		e := Event{ID: fmt.Sprintf("m%06d", i), Type: CustomerMessage, Time: at.Add(Millis(i+1) * 1000)}
		if i%2 == 1 {
			e.Type, e.AgentID = AgentMessage, "A"
		}
		entries = append(entries, Entry{Number: int64(i + 2), Event: e})
	}
	return entries
}

// A long leg can be cut anywhere: the carry keeps its counts and waits, and what comes with a time
// up to a floor that the run has set there is late.
func TestLongLegIsCut(t *testing.T) {
	t.Parallel()
	entries := chatter(30_000)
	whole := Fold(nil, State{}, entries, 0)
	cut := entries[20_000].Time
	through, after := UpTo(entries, cut)
	part := Fold(nil, State{}, through, cut)
	part.State.Floor = cut
	rest := Fold(nil, part.State, append(after, Entry{Number: 40_000, Event: Event{ID: "late", Type: AgentMessage, AgentID: "A", Time: cut}}), 0)
	require.Equal(t, Late, rest.Outcomes[40_000].Kind)
	require.Equal(t, whole.Open, rest.Open)
	require.Equal(t, 15_000, rest.Open.AgentReplies)
}

func BenchmarkFold(b *testing.B) {
	for _, n := range []int{24, 1000, 20_000} {
		entries := chatter(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Fold(nil, State{}, entries, 0)
			}
		})
	}
}

// BenchmarkFoldBroadcast folds offers that stay open and are declined one by one.
func BenchmarkFoldBroadcast(b *testing.B) {
	at := At(monday)
	var entries []Entry
	for i := range 10_000 {
		agent := fmt.Sprintf("a%05d", i)
		entries = append(entries,
			Entry{Number: int64(2*i + 1), Event: Event{ID: "o" + agent, Type: OfferCreated, AgentID: agent, Time: at.Add(Millis(i))}},
			Entry{Number: int64(2*i + 2), Event: Event{ID: "d" + agent, Type: OfferDeclined, AgentID: agent, Time: at.Add(Millis(20_000 + i))}})
	}
	for b.Loop() {
		Fold(nil, State{}, entries, 0)
	}
}

// However many offers a sender makes, a bounded number is open.
func TestOpenOffersAreBounded(t *testing.T) {
	t.Parallel()
	var entries []Entry
	for i := range mostOpenOffers + 3 {
		id := fmt.Sprintf("%04d", i)
		entries = append(entries, Entry{Number: int64(i + 1), Event: Event{ID: id, Type: OfferCreated, AgentID: id, Time: At(monday)}})
	}
	r := Fold(nil, State{}, entries, 0)
	require.Len(t, r.State.Offers, mostOpenOffers)
	require.Len(t, r.Offers, 3)
	require.Equal(t, OfferOutcomeRescinded, r.Offers[2].Outcome)
	require.Equal(t, "0002", r.Offers[2].AgentID)
}
