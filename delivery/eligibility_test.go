package delivery

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func past(at ...Instant) []PastAttempt {
	var list []PastAttempt
	for _, a := range at {
		list = append(list, PastAttempt{At: a, TaskID: "other", ContactID: "C1", Number: c1Number})
	}
	return list
}

func TestCaps(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		cap  Cap
		past []PastAttempt
		next string
	}{
		{"day of the contact's clock", Cap{Scope: ScopeContact, Period: PeriodDay, Most: 1}, past(t0.Add(-hour)), "2026-03-03T05:00:00"},
		{"yesterday by its clock", Cap{Scope: ScopeContact, Period: PeriodDay, Most: 1}, past(utc("2026-03-02T04:59:59")), "2026-03-02T15:00:00"},
		{"room for one", Cap{Scope: ScopeContact, Period: PeriodDay, Most: 2}, past(t0.Add(-hour)), "2026-03-02T15:00:00"},
		{"ISO week", Cap{Scope: ScopeNumber, Period: PeriodWeek, Most: 1}, past(t0.Add(-hour)), "2026-03-09T04:00:00"}, // after the clock change
		{"last week", Cap{Scope: ScopeNumber, Period: PeriodWeek, Most: 1}, past(utc("2026-03-02T04:59:59")), "2026-03-02T15:00:00"},
		{"month", Cap{Scope: ScopeContact, Period: PeriodMonth, Most: 1}, past(t0.Add(-hour)), "2026-04-01T04:00:00"},
		{"rolling", Cap{Scope: ScopeContact, Period: PeriodRolling, Length: 7 * day, Most: 2}, past(t0.Add(-6*day), t0.Add(-hour)), "2026-03-03T15:00:00"},
		{"another task's", Cap{Scope: ScopeTask, Period: PeriodDay, Most: 1}, past(t0.Add(-hour)), "2026-03-02T15:00:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			require.NoError(t, c.cap.Check())
			p := withWindows(newPlan(), Window{t0, t0.Add(60 * day)})
			p.Rules.Caps = []Cap{c.cap}
			v := Evaluate(p, Candidate{Position: Position{Loop: 1}}, &Facts{History: c.past}, t0)
			require.Equal(t, utc(c.next), *v.NextAt)
			require.Equal(t, utc(c.next) != t0, v.Reason == ReasonCap)
		})
	}
}

func TestACapBeyondTheLastWindowExpiresNow(t *testing.T) {
	t.Parallel()
	p := withWindows(newPlan(), Window{t0, t0.Add(6 * hour)})
	p.Rules.Caps = []Cap{{Scope: ScopeContact, Period: PeriodDay, Most: 1}}
	v := Evaluate(p, Candidate{Position: Position{Loop: 1}}, &Facts{History: past(t0.Add(-hour))}, t0)
	require.Equal(t, Expire, v.Action)
	require.Equal(t, ReasonNoWindowLeft, v.Reason)
	require.Nil(t, v.NextAt)
	p.Rules.Retry.Retries = 5
	var l log
	l.add(t0, AttemptBlocked, 1, v.Blocked())
	r := foldAll(t, p, l, 0)
	require.Len(t, r.Attempts, 1)
	require.Equal(t, Expired, r.Task.Status)
}

func TestAWaitMovesTheAttempt(t *testing.T) {
	t.Parallel()
	p := newPlan()
	p.Rules.Caps = []Cap{{Scope: ScopeContact, Period: PeriodDay, Most: 1}}
	v := Evaluate(p, Candidate{Position: Position{Loop: 1}}, &Facts{History: past(t0.Add(-hour))}, t0)
	require.Equal(t, Wait, v.Action)
	var l log
	l.add(t0, AttemptBlocked, 1, v.Blocked())
	r := foldAll(t, p, l, 0)
	require.Equal(t, utc("2026-03-03T05:00:00"), *r.Task.NextScheduledAt)
	require.Equal(t, Step{StepWait, utc("2026-03-03T05:00:00")}, r.Next())
}

func TestChecksComeInOrder(t *testing.T) {
	t.Parallel()
	p := newPlan()
	p.Rules.Calling = map[PhoneType]Hours{Mobile: Daily(9*60, 10*60)}
	p.Rules.Packs = ExamplePacks()
	p.Rules.Holidays = []HolidaySet{{Name: "holiday", Dates: []string{"2026-03-02"}, Countries: []string{"US"}, Prefixes: []string{"1"}}}
	p.Rules.Queue = &QueueHours{"Europe/Berlin", Daily(0, 60)}
	p.Rules.Caps = []Cap{{Scope: ScopeTask, Period: PeriodDay, Most: 3}}
	facts := &Facts{Inactive: true, SuspensionType: "700610000", Capacity: &Capacity{}, NotToContact: []NotToContact{{List: "DNC", ContactID: "C1"}}}
	v := Evaluate(p, Candidate{Position: Position{Loop: 1}, NotBefore: t0.Add(hour)}, facts, t0)
	var rules []Rule
	for _, c := range v.Checks {
		if len(rules) == 0 || rules[len(rules)-1] != c.Rule {
			rules = append(rules, c.Rule)
		}
	}
	require.Equal(t, []Rule{
		RuleConfiguration, RuleExpiry, RulePolicy, RuleConsent, RuleCaps, RuleRetryDelay, RuleWindows, RuleQuietHours,
		RuleStatutory, RuleHolidays, RuleQueueHours, RuleCapacity,
	}, rules)
	require.Equal(t, Cancel, v.Action)
	require.Equal(t, ReasonDoNotContact, v.Reason)
	require.Equal(t, ReasonCapacityUnknown, v.Checks[len(v.Checks)-1].Reason)

	facts.NotToContact = nil
	require.Equal(t, Expire, Evaluate(p, Candidate{Position: Position{Loop: 1}}, facts, t0).Action, "the hours share no instant")
	p.Rules.IgnoreQueueHours = true
	v = Evaluate(p, Candidate{Position: Position{Loop: 1}}, facts, t0)
	require.Equal(t, Hold, v.Action)
	require.Equal(t, utc("2026-03-03T14:00:00"), *v.NextAt, "9:00 in New York on the next day")
}

func TestPausesAfterACall(t *testing.T) {
	t.Parallel()
	p := withWindows(newPlan(), Window{t0, t0.Add(20 * day)})
	p.Rules.Packs = ExamplePacks()
	spoken := past(t0.Add(-day))
	spoken[0].Conversation = true
	v := Evaluate(p, Candidate{Position: Position{Loop: 1}}, &Facts{History: spoken}, t0)
	require.Equal(t, ReasonPause, v.Reason)
	require.Equal(t, t0.Add(6*day), *v.NextAt)
}

func TestPacing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		pace Pace
		load Load
		want int
	}{
		{"copilot", Pace{Mode: Copilot, MaxConcurrent: 10}, Load{Live: 4}, 6},
		{"copilot, full", Pace{Mode: Copilot, MaxConcurrent: 10}, Load{Live: 12}, 0},
		{"progressive bounded", Pace{Mode: Progressive, MaxConcurrent: 3}, Load{Ready: 9, Live: 1, Dialed: 1}, 2},
		{"allotment", Pace{Mode: Progressive, Allotment: 50}, Load{Ready: 5}, 2},
		{"preview", Pace{Mode: Preview}, Load{Ready: 5, Queued: 2, Dialed: 1}, 2},
		{"preview without agents", Pace{Mode: Preview, SkipAvailability: true}, Load{Queued: 20}, 30},
	} {
		n, err := c.pace.NewCalls(c.load)
		require.NoError(t, err, c.name)
		require.Equal(t, c.want, n, c.name)
	}
	_, err := ParseMode("predictive")
	require.ErrorIs(t, err, ErrPredictive)
	_, err = ParseMode("x")
	require.ErrorIs(t, err, ErrUnknownMode)
	mode, err := ParseMode("100000002")
	require.NoError(t, err)
	require.Equal(t, Preview, mode)
}

func TestTurns(t *testing.T) {
	t.Parallel()
	waiting := []Waiting{
		{TaskID: "n1", ConfigurationID: "N", Class: 3, AcceptedAt: 1},
		{TaskID: "a1", ConfigurationID: "A", Class: 1, AcceptedAt: 1, Priority: "2"},
		{TaskID: "a2", ConfigurationID: "A", Class: 1, AcceptedAt: 2, Priority: "1"},
		{TaskID: "a3", ConfigurationID: "A", Class: 1, AcceptedAt: 0, Priority: "?"},
		{TaskID: "b1", ConfigurationID: "B", Class: 1, AcceptedAt: 1},
		{TaskID: "b2", ConfigurationID: "B", Class: 1, AcceptedAt: 2},
		{TaskID: "b3", ConfigurationID: "B", Class: 1, AcceptedAt: 9, Callback: true},
	}
	order := func(servedLast string) (ids []string) {
		for _, w := range Turns(waiting, map[string]Processing{"A": PriorityAscending, "B": LastInFirstOut}, servedLast) {
			ids = append(ids, w.TaskID)
		}
		return ids
	}
	require.Equal(t, []string{"a2", "b3", "a1", "b2", "a3", "b1", "n1"}, order(""))
	require.Equal(t, []string{"b3", "a2", "b2", "a1", "b1", "a3", "n1"}, order("A"))
}

func TestMatrixAndIdentity(t *testing.T) {
	t.Parallel()
	require.True(t, Pending.CanBecome(Cancelled))
	require.False(t, Pending.CanBecome(Complete))
	require.False(t, Complete.CanBecome(InProcess))
	require.False(t, InProcess.CanBecome(Cancelled))
	for status, list := range results {
		for _, r := range list {
			require.True(t, status.Allows(r))
			require.Contains(t, []Result{CallEnded, CallFailed, BotFailed, ResultExpired, ResultCancelled, ResultError}, r.Core())
		}
	}
	require.False(t, Complete.Allows(Terminated))
	require.Regexp(t, `^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`, AttemptID("o", "t", 1))
	require.NotEqual(t, AttemptID("o", "t1", 1), AttemptID("o", "t", 11))
	for _, key := range []string{"a", "b", "c"} {
		require.Less(t, Jitter(key, minute), minute)
		require.Zero(t, Jitter(key, 0))
	}
}
