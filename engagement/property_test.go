package engagement

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Any order and any repetition of the same entries gives the same result.
func TestOrderAndRepetitionDoNotMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		versions, entries := drawSettings(t), drawEntries(t)
		want := Fold(versions, State{}, entries, 0)
		shuffled := rapid.Permutation(append(slices.Clone(entries), entries[:len(entries)/2]...)).Draw(t, "order")
		require.Equal(t, want, Fold(versions, State{}, shuffled, 0))
	})
}

// The fold of a prefix, cut at an instant and its state sent through JSON, plus the rest gives what
// the fold of all gives, whatever is open at the cut.
func TestPrefixPlusRestIsAll(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		versions, entries := drawSettings(t), drawEntries(t)
		end := entries[len(entries)-1].Time.Add(20 * day)
		want := Fold(versions, State{}, entries, end)
		cuts := rapid.SliceOfNDistinct(rapid.SampledFrom(instants(entries)), 1, -1, rapid.ID[Instant]).Draw(t, "cuts")
		slices.Sort(cuts)
		var parts []Result
		carry, rest := State{}, entries
		for _, cut := range cuts {
			var through []Entry
			through, rest = UpTo(rest, cut)
			part := Fold(versions, carry, through, cut)
			parts = append(parts, part)
			carry = roundTrip(t, part.State)
			require.Equal(t, part.State, carry)
		}
		parts = append(parts, Fold(versions, carry, rest, end))
		requireSameRows(t, want, parts)
	})
}

// A run that records step by step, as Next says, writes the rows that one fold of all gives, and
// always comes to an end.
func TestRunsRecordWhatOneFoldGives(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		versions, entries := drawSettings(t), drawEntries(t)
		end := entries[len(entries)-1].Time.Add(40 * day)
		want := Fold(versions, State{}, entries, end)
		var parts []Result
		carry, reached := State{}, end
		for steps := 0; ; steps++ {
			require.Less(t, steps, 200, "the run does not come to an end")
			step := Fold(versions, carry, entries, reached).Next()
			require.NotEqual(t, StepWait, step.Kind, "nothing is left to wait for after 40 days")
			through, after := UpTo(entries, step.At)
			part := Fold(versions, carry, through, step.At)
			parts, carry, entries = append(parts, part), roundTrip(t, part.State), after
			if step.Kind == StepEnd {
				require.Empty(t, after)
				break
			}
			require.NotEmpty(t, part.Legs)
		}
		requireSameRows(t, want, parts)
	})
}

// No duration is negative, sums add up, and the legs of a conversation never overlap.
func TestRowsMakeSense(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		entries := drawEntries(t)
		r := Fold(drawSettings(t), State{}, entries, entries[len(entries)-1].Time.Add(20*day))
		require.Nil(t, r.Open, "nothing stays open for 20 days")
		require.True(t, r.State.Idle())
		require.Len(t, r.Outcomes, len(entries))
		var last Instant
		for i, l := range r.Legs {
			require.Equal(t, i+1, l.Ordinal)
			require.GreaterOrEqual(t, l.StartedAt, last)
			require.GreaterOrEqual(t, *l.EndedAt, l.StartedAt)
			last = *l.EndedAt
			requireSensibleLeg(t, l)
		}
		for i, o := range r.Offers {
			require.Equal(t, i+1, o.Ordinal)
			require.NotEmpty(t, o.Outcome)
			require.True(t, o.OfferedAt == nil || *o.ResolvedAt >= *o.OfferedAt)
		}
		for i, v := range r.Visits {
			require.Equal(t, i+1, v.Ordinal)
			require.GreaterOrEqual(t, *v.LeftAt, v.EnteredAt)
			require.Equal(t, v.Outcome == VisitAnswered, v.LegOrdinal != 0)
		}
	})
}

func requireSensibleLeg(t require.TestingT, l Leg) {
	sum, answered := Millis(0), 0
	for i, w := range l.Waits {
		length := w.ClosedAt.Sub(w.OpenedAt)
		require.GreaterOrEqual(t, length, Millis(0))
		require.GreaterOrEqual(t, w.OpenedAt, l.StartedAt)
		require.LessOrEqual(t, *w.ClosedAt, *l.EndedAt)
		require.True(t, i == 0 || w.OpenedAt >= *l.Waits[i-1].ClosedAt)
		require.True(t, *w.Business >= 0 && *w.Business <= length)
		sum += length
		if w.Answered {
			answered++
		}
	}
	totals := l.WaitTotals()
	require.Equal(t, sum, totals.Total)
	require.Equal(t, totals.Total, totals.Answered+totals.Unanswered)
	require.Equal(t, l.AgentReplies, answered)
	require.LessOrEqual(t, l.AgentReplies, l.AgentMessages)
	require.True(t, l.Hold >= 0 && l.Hold <= l.Duration())
	require.LessOrEqual(t, sum, l.Duration())
	require.True(t, *l.BusinessDuration >= 0 && *l.BusinessDuration <= l.Duration())
	require.True(t, l.OfferTime == nil || *l.OfferTime >= 0)
	require.True(t, l.HandoffGap == nil || *l.HandoffGap >= 0)
	require.True(t, l.FirstResponse == nil || *l.FirstResponse >= 0)
	require.True(t, l.Wrapup == nil || *l.Wrapup >= 0)
	require.LessOrEqual(t, l.Duration(), DefaultOpenLimit)
	require.LessOrEqual(t, l.FirstEntry, l.LastEntry)
}
