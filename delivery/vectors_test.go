package delivery

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestV1DefaultWindow(t *testing.T) {
	t.Parallel()
	end := utc("2026-03-03T15:00:00")
	p := newPlan()
	begun := foldAll(t, p, nil, 0)
	a := requireAttempt(t, begun, 1, Pending, "")
	require.Equal(t, Window{t0, end}, a.Window)
	require.Equal(t, end, a.ExpiresAt)
	require.Equal(t, Step{StepDial, end}, begun.Next())
	require.Equal(t, Pending, foldAll(t, p, nil, end-1).Task.Status)

	never := foldAll(t, p, nil, end)
	require.Equal(t, end, *requireAttempt(t, never, 1, Expired, ResultExpired).EndedAt)
	require.Equal(t, Expired, never.Task.Status)

	var offered log
	offered.add(t0, AttemptOrdered, 1, Data{})
	offered.add(t0+1000, PreviewOffered, 1, Data{})
	offered.add(t0+9000, PreviewDeclined, 1, Data{})
	require.Equal(t, InProcess, foldAll(t, p, offered, end-1).Task.Status)
	r := foldAll(t, p, offered, end)
	require.Equal(t, end, *requireAttempt(t, r, 1, Expired, Terminated).EndedAt)
	require.Equal(t, Expired, r.Task.Status)

	// Handed out, but no agent was ever there to be offered it.
	require.Equal(t, ResultExpired, requireAttempt(t, foldAll(t, p, offered[:1], end), 1, Expired, ResultExpired).Result)
}

func TestV2TwoWindows(t *testing.T) {
	t.Parallel()
	windows, err := DecodeWindows([]byte(`"[{\"Start\":\"2026-03-02T18:00:00Z\",\"End\":\"2026-03-02T19:00:00.000Z\"},` +
		`{\"start\":\"2026-03-03T09:00:00.000Z\",\"end\":\"2026-03-03T15:59:59.999Z\"}]"`))
	require.NoError(t, err)
	p := withWindows(newPlan(), windows...)
	p.Rules.Mode = Progressive
	p.Rules.Retry = Retry{Retries: 2, Delay: 2 * hour, On: []ReattemptRule{OnBusy}}
	begun := foldAll(t, p, nil, 0)
	require.Equal(t, Step{StepWait, utc("2026-03-02T18:00:00")}, begun.Next())

	var l log
	busy := utc("2026-03-02T18:04:00")
	l.call(busy, 1, CallFailure, Data{SIPCode: 486})
	r := foldAll(t, p, l, busy.Add(hour))
	require.Equal(t, windows[0], requireAttempt(t, r, 1, Complete, Busy).Window)
	second := requireAttempt(t, r, 2, Pending, "")
	require.Equal(t, utc("2026-03-02T20:05:00"), second.NotBefore)
	require.Equal(t, utc("2026-03-03T09:00:00"), *r.Task.NextScheduledAt)
	require.Equal(t, windows[1], second.Window)
	require.Equal(t, utc("2026-03-03T15:59:59")+999, second.ExpiresAt)

	// Where no later window holds the retry, the task ends now instead of waiting.
	p.Task.Windows = p.Task.Windows[:1]
	r = foldAll(t, p, l, 0)
	require.Len(t, r.Attempts, 1)
	require.Equal(t, Expired, r.Task.Status)
	require.Equal(t, busy.Add(minute), *r.Task.EndedAt)
}

func TestV3AllWindowsPast(t *testing.T) {
	t.Parallel()
	past := []Window{window("2026-03-01T09:00:00", "2026-03-01T17:00:00")}
	windows, err := PlanWindows(past, t0)
	require.ErrorIs(t, err, ErrWindowsExpired)
	r := foldAll(t, withWindows(newPlan(), windows...), nil, 0)
	a := requireAttempt(t, r, 1, Expired, ResultExpired)
	require.Nil(t, a.StartedAt)
	require.Nil(t, r.Dial)
	require.Zero(t, r.Task.Calls)
	require.Equal(t, Expired, r.Task.Status)
}

func TestV4Cancel(t *testing.T) {
	t.Parallel()
	p := newPlan()
	p.Rules.Mode = Copilot
	p.Rules.Retry = Retry{Retries: 3, Delay: minute, On: []ReattemptRule{OnBusy}}
	var l log
	l.add(t0+1, TaskCancelled, 0, Data{})
	l.add(t0+2, TaskCancelled, 0, Data{})
	r := foldAll(t, p, l, 0)
	requireAttempt(t, r, 1, Cancelled, ResultCancelled)
	require.Nil(t, r.Task.NextScheduledAt)
	require.Equal(t, Cancelled, r.Task.Status)
	require.Equal(t, Outcome{Superseded, SupersededOver}, r.Outcomes[2])

	var under log
	under.call(t0, 1, CallFailure, Data{SIPCode: 486})
	under.add(t0+3000, TaskCancelled, 0, Data{})
	r = foldAll(t, p, under, 0)
	requireAttempt(t, r, 1, Complete, Busy)
	require.Len(t, r.Attempts, 1)
	require.Equal(t, Cancelled, r.Task.Status)
}

func TestV5SuspendAcrossAWindow(t *testing.T) {
	t.Parallel()
	end := utc("2026-03-02T16:00:00")
	p := withWindows(newPlan(), Window{t0, end})
	var l log
	l.add(t0.Add(10*minute), TaskSuspended, 0, Data{})
	require.Nil(t, foldAll(t, p, l, 0).Dial)
	again := append(log{}, l...)
	again.add(t0.Add(50*minute), TaskResumed, 0, Data{})
	require.Equal(t, Step{StepDial, end}, new(foldAll(t, p, again, 0)).Next())
	l.add(t0.Add(65*minute), TaskResumed, 0, Data{})
	a := requireAttempt(t, foldAll(t, p, l, 0), 1, Expired, ResultExpired)
	require.Equal(t, end, *a.EndedAt)

	// The same by the configuration's suspension.
	candidate, facts := Candidate{Position: Position{Loop: 1}}, &Facts{Inactive: true, SuspensionType: "700610002"}
	require.Equal(t, Hold, Evaluate(p, candidate, facts, t0).Action)
	require.Equal(t, Expire, Evaluate(p, candidate, facts, end).Action)
	require.Equal(t, Allow, Evaluate(p, candidate, &Facts{}, end-1).Action)
}

func TestV7SIPMapping(t *testing.T) {
	t.Parallel()
	for code, want := range map[int]Result{
		486: Busy, 600: Busy, 603: NoAnswer, 607: NoAnswer, 404: InvalidAddress, 410: InvalidAddress, 484: InvalidAddress,
		485: InvalidAddress, 604: InvalidAddress, 408: CallFailed, 480: CallFailed, 487: CallFailed, 500: CallFailed,
		502: CallFailed, 503: CallFailed, 504: CallFailed, 401: NonRetriableError, 405: NonRetriableError,
		407: NonRetriableError, 415: NonRetriableError, 488: NonRetriableError, 501: NonRetriableError,
		505: NonRetriableError, 0: CallFailed, 499: CallFailed, 599: CallFailed, 699: NoAnswer,
	} {
		require.Equal(t, want, SIPResult(code), code)
		p := newPlan()
		p.Rules.Mode = Copilot
		p.Rules.Retry = Retry{Retries: 1, Delay: hour, On: []ReattemptRule{OnNoAnswer, OnBusy, OnFailed, OnAnsweringMachine}}
		var l log
		l.call(t0, 1, CallFailure, Data{SIPCode: code})
		r := foldAll(t, p, l, 0)
		requireAttempt(t, r, 1, Complete, want)
		require.Equal(t, want != InvalidAddress && want != NonRetriableError, len(r.Attempts) == 2, code)

		// A second number is called after an invalid one, which is never called again.
		p.Task.Contacts[0].Phones = append(p.Task.Contacts[0].Phones, Phone{Home, "+12125550102"})
		r = foldAll(t, p, l, 0)
		require.Equal(t, want != NonRetriableError, len(r.Attempts) == 2, code)
		if want == InvalidAddress {
			require.Equal(t, "+12125550102", requireAttempt(t, r, 2, Pending, "").ToAddress)
			l.call(t0.Add(5*minute), 2, CallFailure, Data{SIPCode: 486})
			require.Equal(t, "+12125550102", requireAttempt(t, foldAll(t, p, l, 0), 3, Pending, "").ToAddress)
		}
	}
}

func TestV8Dispositions(t *testing.T) {
	t.Parallel()
	require.Equal(t, `"PromiseToPay","SpokeToAgent"`, FormatDispositions([]string{"PromiseToPay", "SpokeToAgent"}))
	require.Equal(t, `"Said ""no"""`, FormatDispositions([]string{`Said "no"`}))
	require.Empty(t, FormatDispositions(nil))
	codes, err := ParseDispositions(`"PromiseToPay", 'Spoke''s' ,bare word`)
	require.NoError(t, err)
	require.Equal(t, []string{"PromiseToPay", "Spoke's", "bare word"}, codes)
	thirteen := make([]string, 13)
	for i := range thirteen {
		thirteen[i] = "x"
	}
	require.Error(t, CheckDispositions(thirteen))
	require.NoError(t, CheckDispositions(thirteen[:12]))

	p := newPlan()
	var l log
	l.call(t0, 1, CallEnd, Data{})
	l.add(t0.Add(2*minute), DispositionSet, 1, Data{Codes: []string{"Do not contact"}})
	l.add(t0.Add(3*minute), DispositionSet, 1, Data{Codes: thirteen})
	r := foldAll(t, p, l, 0)
	a := requireAttempt(t, r, 1, Complete, CallEnded)
	require.True(t, a.OptedOut)
	require.Equal(t, Superseded, r.Outcomes[6].Kind)

	// A later task for the number is accepted and cancelled without a call.
	facts := &Facts{Consents: []Consent{{Number: c1Number, OptedOut: true, At: t0}}}
	v := Evaluate(p, Candidate{Position: Position{Loop: 1}}, facts, t0)
	require.Equal(t, Cancel, v.Action)
	require.Equal(t, ReasonOptedOut, v.Reason)
	var later log
	later.add(t0, AttemptBlocked, 1, v.Blocked())
	r = foldAll(t, p, later, 0)
	a = requireAttempt(t, r, 1, Cancelled, ResultCancelled)
	require.Equal(t, map[string]string{"OptedOut": "true"}, a.Attributes)
	require.Equal(t, Cancelled, r.Task.Status)
	// Consent can be given back.
	facts.Consents = append(facts.Consents, Consent{Number: c1Number, At: t0 + 1})
	require.Equal(t, Allow, Evaluate(p, Candidate{Position: Position{Loop: 1}}, facts, t0).Action)
}

func TestV14Limits(t *testing.T) {
	t.Parallel()
	code := func(change func(*Task)) string {
		p := newPlan()
		change(&p.Task)
		errs := p.Task.Validate()
		if len(errs) == 0 {
			return ""
		}
		return errs[0].Code
	}
	zone := func(name string) func(*Task) { return func(k *Task) { k.Contacts[0].TimeZone = name } }
	for _, name := range []string{" ", "America/New_York", "pacific standard time", "(GMT-03:00) Brasilia"} {
		require.Empty(t, code(zone(name)), name)
	}
	for _, name := range []string{"Mars/Olympus", "America/NewYork", "Local"} {
		require.Equal(t, CodeInvalidField, code(zone(name)), name)
	}
	key, value := make([]byte, 851), make([]byte, 4001)
	require.Empty(t, code(func(*Task) {}))
	require.Equal(t, CodeContactLimit, code(func(k *Task) {
		k.Contacts = append(k.Contacts, k.Contacts[0], k.Contacts[0], k.Contacts[0], k.Contacts[0], k.Contacts[0])
	}))
	require.Equal(t, CodeInvalidPhone, code(func(k *Task) { k.Contacts[0].Phones = nil }))
	require.Empty(t, code(func(k *Task) { k.Contacts[0].Phones[0].Type = Business }))
	require.Equal(t, CodeInvalidPhone, code(func(k *Task) { k.Contacts[0].Phones[0].Number = "2125550101" }))
	require.Equal(t, CodeAttributeTooBig, code(func(k *Task) { k.InputAttributes = map[string]string{string(key): ""} }))
	require.Empty(t, code(func(k *Task) { k.InputAttributes = map[string]string{string(key[:850]): string(value[:4000])} }))
	require.Equal(t, CodeAttributeTooBig, code(func(k *Task) { k.InputAttributes = map[string]string{"k": string(value)} }))
}

func TestV15CancellationPolicy(t *testing.T) {
	t.Parallel()
	policy := Policy{ID: "P", ConfigurationIDs: []string{"CFG"}, Country: "US", State: "FL", PostalCode: "33101",
		ExecutedAt: t0, Until: new(t0.Add(6 * hour))}
	judge := func(postal string, accepted, at Instant) Verdict {
		p := newPlan()
		p.Task.AcceptedAt = accepted
		c := &p.Task.Contacts[0]
		c.Country, c.State, c.PostalCode = "us", "FL", postal
		return Evaluate(p, Candidate{Position: Position{Loop: 1}}, &Facts{Policies: []Policy{policy}}, at)
	}
	v := judge("33101", t0, t0)
	require.Equal(t, Cancel, v.Action)
	require.Equal(t, Allow, judge("33102", t0, t0).Action)
	require.Equal(t, Cancel, judge("33101", t0.Add(hour), t0.Add(hour)).Action)
	require.Equal(t, Allow, judge("33101", t0.Add(7*hour), t0.Add(7*hour)).Action)
	var l log
	l.add(t0, AttemptBlocked, 1, v.Blocked())
	require.Equal(t, "P", requireAttempt(t, foldAll(t, newPlan(), l, 0), 1, Cancelled, ResultCancelled).PolicyID)
	policy = Policy{ID: "empty", ExecutedAt: t0}
	require.Equal(t, Allow, judge("33101", t0, t0).Action)
}

func TestV17PromotedConversation(t *testing.T) {
	t.Parallel()
	var l log
	accepted := t0.Add(minute)
	l.add(t0, AttemptOrdered, 1, Data{})
	l.add(t0+500, PreviewOffered, 1, Data{})
	l.add(accepted, PreviewAccepted, 1, Data{})
	l.add(accepted+123, AgentConnected, 1, Data{ConversationID: "conv"})
	l.add(accepted+5000, CallStarted, 1, Data{CallID: "call"})
	l.add(accepted+20_456, CallConnected, 1, Data{})
	l.add(t0.Add(4*minute), CallEnd, 1, Data{})
	l.add(t0.Add(5*minute), AttributesSet, 1, Data{Attributes: map[string]string{"promise": "yes"}})
	r := foldAll(t, newPlan(), l, 0)
	a := requireAttempt(t, r, 1, Complete, CallEnded)
	require.Equal(t, "conv", a.ConversationID)
	require.LessOrEqual(t, *a.AgentConnectedAt, *a.CustomerConnectedAt)
	require.Equal(t, "2026-03-02T15:01:20.456Z", a.CustomerConnectedAt.String())
	require.Equal(t, "yes", a.Attributes["promise"])
	require.True(t, r.Task.CustomerReached)
	require.Equal(t, Complete, r.Task.Status)
}

func TestV18MachineDetection(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		mode Mode
		told []Event
		want Result
	}{
		{"machine, message left", Copilot, []Event{{Type: AMDResult, Data: Data{AnsweredBy: "machine_end_beep", MessageLeft: true}}}, AnsweringMachine},
		{"machine, no message", Copilot, []Event{{Type: AMDResult, Data: Data{AnsweredBy: "machine_start"}}}, AnsweringMachineHangup},
		{"fax", Copilot, []Event{{Type: AMDResult, Data: Data{AnsweredBy: "fax"}}}, NotAHandset},
		{"human", Copilot, []Event{{Type: AMDResult, Data: Data{AnsweredBy: "human"}}}, LiveAnswer},
		{"unknown may be a human", Progressive, []Event{{Type: AMDResult, Data: Data{AnsweredBy: "unknown"}}}, LiveAnswer},
		{"speech", Copilot, []Event{{Type: SpeechDetected}}, LiveAnswer},
		{"agent", Progressive, []Event{{Type: AgentConnected}}, LiveAnswer},
		{"nothing", Copilot, nil, Undetermined},
		{"bot", Copilot, []Event{{Type: BotFailure}}, BotFailed},
		{"preview knows no machines", Preview, []Event{{Type: AMDResult, Data: Data{AnsweredBy: "machine"}}}, CallEnded},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlan()
			p.Rules.Mode = c.mode
			p.Rules.Retry = Retry{Retries: 1, Delay: hour, On: []ReattemptRule{OnAnsweringMachine}}
			var l log
			l.call(t0, 1, CallEnd, Data{})
			for _, e := range c.told {
				l.add(t0+30_000, e.Type, 1, e.Data)
			}
			r := foldAll(t, p, l, 0)
			requireAttempt(t, r, 1, Complete, c.want)
			require.Equal(t, c.want == AnsweringMachine || c.want == AnsweringMachineHangup, len(r.Attempts) == 2)
		})
	}
}

func TestV19Progressive(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		m                          float64
		ready, queued, dialed, new int
	}{{0.7, 4, 0, 1, 1}, {1, 4, 1, 2, 1}, {1, 2, 0, 3, 0}, {0.7, 10, 0, 0, 7}, {2, 3, 0, 1, 4}} {
		n, err := Pace{Mode: Progressive, CallsPerAgent: c.m}.NewCalls(Load{Ready: c.ready, Queued: c.queued, Dialed: c.dialed, Live: c.dialed})
		require.NoError(t, err)
		require.Equal(t, c.new, n)
	}
	_, err := Pace{Mode: Predictive}.NewCalls(Load{Ready: 15})
	require.ErrorIs(t, err, ErrPredictive)
}
