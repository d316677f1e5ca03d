package delivery

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var drawnTypes = []EventType{
	PreviewOffered, PreviewAccepted, PreviewDeclined, CallStarted, CallConnected, AgentConnected, SpeechDetected, AMDResult,
	BotFailure, CallEnd, CallFailure, DispositionSet, AttributesSet, TaskCancelled, TaskSuspended, TaskResumed,
	TaskRescheduled, ContactOptedOut, AttemptOrdered, AttemptBlocked, ClaimLost, ClockReached,
}

// drawEntries draws entries that often make whole calls, and some that make no sense.
func drawEntries(t *rapid.T, p *Plan) []Entry {
	var l log
	at := p.Task.AcceptedAt
	for seq := range rapid.IntRange(1, 5).Draw(t, "calls") {
		at = at.Add(Millis(rapid.IntRange(0, 400).Draw(t, "pause")) * minute)
		end := rapid.SampledFrom([]EventType{CallEnd, CallFailure}).Draw(t, "end")
		l.call(at, seq+1, end, Data{SIPCode: rapid.SampledFrom([]int{0, 486, 404, 603}).Draw(t, "sip")})
	}
	for range rapid.IntRange(0, 12).Draw(t, "others") {
		when := p.Task.AcceptedAt.Add(Millis(rapid.IntRange(0, 1500).Draw(t, "when")) * minute)
		l.add(when, rapid.SampledFrom(drawnTypes).Draw(t, "type"), rapid.IntRange(0, 4).Draw(t, "attempt"), Data{
			Codes:      rapid.SampledFrom([][]string{nil, {"NotRightParty"}, {"DoNotContact"}}).Draw(t, "codes"),
			Action:     rapid.SampledFrom([]Action{Wait, Expire, Cancel, Hold, Fail}).Draw(t, "action"),
			NextAt:     when.Add(hour),
			AnsweredBy: rapid.SampledFrom([]string{"human", "machine", "fax"}).Draw(t, "answered"),
		})
	}
	return l
}

func drawChain(t *rapid.T) *Plan {
	p := drawPlan(t)
	if rapid.Bool().Draw(t, "second contact") {
		p.Task.Contacts = append(p.Task.Contacts, Contact{ID: "C2", TimeZone: "Europe/Berlin", Phones: []Phone{
			{Business, "+4930123456"}, {Home, "+4930123457"},
		}})
	}
	if rapid.Bool().Draw(t, "dispositions") {
		p.Rules.Retry.OnDispositions = []string{"notrightparty"}
	}
	return p
}

// Any order and any repetition of the same entries gives the same result.
func TestOrderAndRepetitionDoNotMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := drawChain(t)
		entries := drawEntries(t, p)
		before := slices.Clone(entries)
		want := Fold(p, State{}, entries, 0)
		require.Equal(t, before, entries)
		shuffled := rapid.Permutation(append(slices.Clone(entries), entries[:len(entries)/2]...)).Draw(t, "order")
		require.Equal(t, want, Fold(p, State{}, shuffled, 0))
	})
}

// The fold of prefixes, cut at instants and their states sent through JSON, gives what the fold of
// all gives.
func TestPrefixPlusRestIsAll(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := drawChain(t)
		entries := drawEntries(t, p)
		end := p.Task.AcceptedAt.Add(10 * day)
		want := Fold(p, State{}, entries, end)
		rows := map[int]Attempt{}
		outcomes := map[int64]Outcome{}
		carry, rest := State{}, entries
		take := func(r Folded) {
			for _, a := range r.Attempts {
				rows[a.Seq] = a
			}
			for n, o := range r.Outcomes {
				outcomes[n] = o
			}
			carry = roundTrip(t, r.State)
		}
		for _, minutes := range []int{0, 30, 200, 700, 1440, 3000} {
			var through []Entry
			cut := p.Task.AcceptedAt.Add(Millis(minutes) * minute)
			through, rest = UpTo(rest, cut)
			take(Fold(p, carry, through, cut))
		}
		take(Fold(p, carry, rest, end))
		require.Equal(t, want.State, carry)
		require.Equal(t, want.Outcomes, outcomes)
		require.Len(t, rows, len(want.Attempts))
		for _, a := range want.Attempts {
			require.Equal(t, a, rows[a.Seq])
		}
	})
}

// Rows make sense whatever comes: each attempt ends once, one is live at a time, and every task
// comes to an end.
func TestRowsMakeSense(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := drawChain(t)
		r := foldAll(t, p, drawEntries(t, p), p.Task.AcceptedAt.Add(20*day))
		require.True(t, r.State.Status.Final())
		require.Nil(t, r.State.Current)
		require.Nil(t, r.Deadline)
		require.Len(t, r.Ended, len(r.Attempts))
		calls := 0
		for i, a := range r.Attempts {
			require.Equal(t, i+1, a.Seq)
			require.NotEmpty(t, a.Result.Core())
			require.GreaterOrEqual(t, *a.EndedAt, a.PlannedAt)
			if i > 0 {
				require.GreaterOrEqual(t, a.PlannedAt, *r.Attempts[i-1].EndedAt)
			}
			if a.StartedAt != nil {
				calls++
				require.GreaterOrEqual(t, *a.StartedAt, *a.ScheduledAt)
				require.Less(t, *a.StartedAt, a.ExpiresAt)
			}
		}
		require.Equal(t, calls, r.Task.Calls)
	})
}

func TestChainWalksContactsPhonesAndLoops(t *testing.T) {
	t.Parallel()
	p := newPlan()
	p.Rules.Mode = Copilot
	p.Rules.Retry = Retry{Retries: 1, Delay: 2 * hour, PhoneDelay: 5 * minute, ContactDelay: 20 * minute, On: []ReattemptRule{OnBusy}}
	p.Task.Contacts = []Contact{
		{ID: "A", Phones: []Phone{{Mobile, "+12125550101"}, {Home, "+12125550102"}}},
		{ID: "B", Phones: []Phone{{Business, "+12125550103"}}},
	}
	var l log
	var called []string
	at := t0
	// The home number is invalid, everything else is busy.
	for seq := 1; ; seq++ {
		r := foldAll(t, p, l, at)
		if r.Dial == nil {
			require.Equal(t, Complete, r.Task.Status)
			require.True(t, r.Task.Chain.ChainExhausted)
			require.True(t, r.Task.Chain.LoopsExhausted)
			require.Equal(t, 2, r.Task.Chain.EligiblePhones)
			require.Equal(t, 1, r.Task.Retries)
			break
		}
		at = r.Dial.At
		a := requireAttempt(t, r, seq, Pending, "")
		called = append(called, fmt.Sprintf("%s %s %d after %d min", a.ContactID, a.PhoneType, a.Position.Loop, at.Sub(t0)/minute))
		sip := 486
		if a.PhoneType == Home {
			sip = 404
		}
		l.call(at, seq, CallFailure, Data{SIPCode: sip})
		at = at.Add(minute)
	}
	require.Equal(t, []string{
		"A mobile 1 after 0 min", "A home 1 after 6 min", "B business 1 after 27 min",
		"A mobile 2 after 148 min", "B business 2 after 169 min",
	}, called)
}

func TestChainStopsWhenACustomerIsReached(t *testing.T) {
	t.Parallel()
	p := newPlan()
	p.Task.Contacts[0].Phones = append(p.Task.Contacts[0].Phones, Phone{Home, "+12125550102"})
	var l log
	l.call(t0, 1, CallEnd, Data{})
	r := foldAll(t, p, l, 0)
	require.Equal(t, Complete, r.Task.Status)
	require.Len(t, r.Attempts, 1)
}

func TestDispositionsRetry(t *testing.T) {
	t.Parallel()
	p := newPlan()
	p.Rules.Retry = Retry{Retries: 1, Delay: hour, OnDispositions: []string{"WrongPerson"}}
	var l log
	l.call(t0, 1, CallEnd, Data{})
	waiting := foldAll(t, p, l, 0)
	require.Equal(t, &Deadline{t0.Add(11 * minute), DeadlineDisposition}, waiting.Deadline)
	require.Equal(t, InProcess, waiting.Task.Status)
	require.Equal(t, Complete, foldAll(t, p, l, t0.Add(11*minute)).Task.Status)
	l.add(t0.Add(3*minute), DispositionSet, 1, Data{Codes: []string{"wrongperson"}})
	requireAttempt(t, foldAll(t, p, l, 0), 2, Pending, "")
}

func TestLostClaimsAreRetriedAsFailedCalls(t *testing.T) {
	t.Parallel()
	p := newPlan()
	p.Rules.Mode = Copilot
	p.Rules.Retry = Retry{Retries: 1, Delay: hour}
	var l log
	l.add(t0, AttemptOrdered, 1, Data{Fence: 7})
	l.add(t0.Add(minute), ClaimLost, 1, Data{Fence: 7})
	l.add(t0.Add(2*minute), CallStarted, 1, Data{Fence: 7})
	r := foldAll(t, p, l, 0)
	require.Equal(t, ReasonLost, requireAttempt(t, r, 1, Error, Unknown).Reason)
	require.Equal(t, Error, r.Task.Status)
	require.Equal(t, Late, r.Outcomes[3].Kind)
	p.Rules.Retry.On = []ReattemptRule{OnFailed}
	requireAttempt(t, foldAll(t, p, l, 0), 2, Pending, "")
}

func TestStartsNeedALiveOrder(t *testing.T) {
	t.Parallel()
	p := newPlan()
	p.Rules.Mode = Copilot
	start := func(change func(*log)) Outcome {
		var l log
		change(&l)
		r := foldAll(t, p, l, 0)
		return r.Outcomes[int64(len(l))]
	}
	require.Equal(t, superseded(SupersededNotOrdered), start(func(l *log) { l.add(t0, CallStarted, 1, Data{}) }))
	require.Equal(t, superseded(SupersededStale), start(func(l *log) {
		l.add(t0, AttemptOrdered, 1, Data{Fence: 7})
		l.add(t0+1, CallStarted, 1, Data{Fence: 6})
	}))
	require.Equal(t, superseded(SupersededTooLate), start(func(l *log) {
		l.add(t0, AttemptOrdered, 1, Data{NotAfter: t0.Add(minute)})
		l.add(t0.Add(minute), CallStarted, 1, Data{})
	}))
	require.Equal(t, superseded(SupersededNotOrdered), start(func(l *log) {
		l.add(t0, AttemptOrdered, 1, Data{})
		l.add(t0+1, TaskSuspended, 0, Data{})
		l.add(t0+2, CallStarted, 1, Data{})
	}))
	require.Equal(t, superseded(SupersededNotFound), start(func(l *log) { l.add(t0, CallStarted, 2, Data{}) }))
	require.Equal(t, superseded(SupersededInProcess), start(func(l *log) {
		l.call(t0, 1, CallConnected, Data{})
		l.add(t0.Add(2*minute), CallStarted, 1, Data{})
	}))
}

func TestCallbacksBeatRetries(t *testing.T) {
	t.Parallel()
	p := newPlan()
	callback := t0.Add(5 * hour)
	var l log
	l.call(t0, 1, CallEnd, Data{})
	l.add(t0+30_000, TaskRescheduled, 0, Data{NotBefore: callback})
	r := foldAll(t, p, l, 0)
	a := requireAttempt(t, r, 2, Pending, "")
	require.Equal(t, callback, *a.ScheduledAt)
	require.True(t, a.Callback)
	require.Equal(t, 1, r.Task.Callbacks)

	// What waits moves; windows that leave nothing expire it now.
	var waiting log
	waiting.add(t0+1, TaskRescheduled, 0, Data{NotBefore: callback})
	waiting.add(t0+2, TaskRescheduled, 0, Data{NotBefore: callback})
	moved := foldAll(t, p, waiting, 0).Task
	require.Equal(t, callback, *moved.NextScheduledAt)
	require.Zero(t, moved.Callbacks, "nobody has been called yet")
	waiting.add(t0+2, TaskRescheduled, 0, Data{Windows: []Window{{t0 - 2, t0 - 1}}})
	require.Equal(t, Expired, foldAll(t, p, waiting, 0).Task.Status)
}

func TestRetryTable(t *testing.T) {
	t.Parallel()
	p := newPlan()
	p.Rules.Mode = Copilot
	p.Rules.Retry = Retry{Retries: 0, Delay: hour, Table: []RetryRow{{Result: Busy, Retry: true, Same: true, Most: 2, Delay: new(10 * minute)}}}
	require.NoError(t, p.Rules.Check())
	var l log
	for i := range 3 {
		l.call(t0.Add(Millis(i)*11*minute), i+1, CallFailure, Data{SIPCode: 486})
	}
	r := foldAll(t, p, l, 0)
	require.Len(t, r.Attempts, 3)
	require.Equal(t, Complete, r.Task.Status)
	require.Error(t, (&Retry{Table: []RetryRow{{Result: InvalidAddress, Retry: true}}}).Check())
	require.Error(t, (&Retry{On: []ReattemptRule{"x"}}).Check())
}

func TestSilenceEndsACall(t *testing.T) {
	t.Parallel()
	p := newPlan()
	var l log
	l.add(t0, AttemptOrdered, 1, Data{})
	l.add(t0, CallStarted, 1, Data{})
	r := foldAll(t, p, l, t0.Add(4*hour+2*minute))
	requireAttempt(t, r, 1, Complete, Unknown)
	require.Equal(t, ResultError, Unknown.Core())
}

// What comes after the start was carried cannot make a call end before it began.
func TestCallsDoNotEndBeforeTheyBegan(t *testing.T) {
	t.Parallel()
	p := newPlan()
	var l log
	l.add(t0, AttemptOrdered, 1, Data{})
	l.add(t0.Add(minute), CallStarted, 1, Data{})
	carry := Fold(p, State{}, l, 0).State
	var late log
	late.add(t0.Add(minute)-5, CallEnd, 1, Data{})
	r := Fold(p, carry, late, 0)
	require.Equal(t, t0.Add(minute), *requireAttempt(t, r, 1, Complete, CallFailed).EndedAt)
}

// An attempt keeps so many attributes and no more; what is too much leaves those it has.
func TestToldAttributesAreBounded(t *testing.T) {
	t.Parallel()
	p := newPlan()
	set := func(n int, value string) Data {
		d := Data{Attributes: map[string]string{}}
		for i := range n {
			d.Attributes[fmt.Sprint("k", i)] = value
		}
		return d
	}
	for _, c := range []struct {
		data Data
		want Outcome
	}{
		{set(MaxAttributes, "v"), applied},
		{set(MaxAttributes+1, "v"), superseded(SupersededTooLarge)},
		{set(16, strings.Repeat("x", 4090)), applied},
		{set(17, strings.Repeat("x", 4090)), superseded(SupersededTooLarge)},
	} {
		var l log
		l.add(t0+1, AttributesSet, 1, Data{Attributes: map[string]string{"k0": "first"}})
		l.add(t0+2, AttributesSet, 1, c.data)
		r := Fold(p, State{}, l, 0)
		require.Equal(t, c.want, r.Outcomes[2])
		if c.want.Kind != Applied {
			require.Equal(t, map[string]string{"k0": "first"}, r.Attempts[0].Attributes)
		}
	}
}
