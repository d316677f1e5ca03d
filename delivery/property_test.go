package delivery

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The oracle reads every rule anew at each minute, without intervals: the wall clock of a zone is
// the latest that it has shown so far, so that a repeated hour stays what it first was.

// shown returns, for a minute, the local day and the minute of the day that the rules go by.
func shown(at Instant, zone *time.Location) (date string, weekday, minutes int) {
	latest, reach := time.Time{}, 1
	for back := range 5 {
		// Without a change of the offset in the last hours the clock shows the latest of itself.
		_, now := at.Time().In(zone).Zone()
		if _, then := at.Add(-Millis(back) * hour).Time().In(zone).Zone(); then != now {
			reach = 4 * 60
		}
	}
	for back := range reach {
		local := at.Add(-Millis(back) * minute).Time().In(zone)
		wall := time.Date(local.Year(), local.Month(), local.Day(), local.Hour(), local.Minute(), 0, 0, time.UTC)
		if wall.After(latest) {
			latest = wall
		}
	}
	return latest.Format(time.DateOnly), int(latest.Weekday()), latest.Hour()*60 + latest.Minute()
}

func openAt(h Hours, zone *time.Location, at Instant) bool {
	date, weekday, minutes := shown(at, zone)
	return !slices.Contains(h.ClosedDates, date) && slices.ContainsFunc(h.Weekly, func(w WeeklyInterval) bool {
		return w.Weekday == weekday && minutes >= w.StartMinute && minutes < w.EndMinute
	})
}

// allowed is the oracle for one contact with one mobile number under the rules that drawPlan draws.
func allowed(p *Plan, facts *Facts, notBefore, at Instant) bool {
	names := []string{p.Task.Contacts[0].TimeZone}
	if names[0] == "" {
		names = []string{"America/New_York", "America/Chicago"}
	}
	for _, name := range names {
		zone, err := time.LoadLocation(name)
		if err != nil {
			panic(err)
		}
		if !allowedIn(p, zone, facts, notBefore, at) {
			return false
		}
	}
	return true
}

func allowedIn(p *Plan, zone *time.Location, facts *Facts, notBefore, at Instant) bool {
	if !slices.ContainsFunc(p.Task.Windows, func(w Window) bool { return at >= w.Start && at < w.End }) ||
		p.Task.ExpiresAt != 0 && at >= p.Task.ExpiresAt || at < notBefore {
		return false
	}
	if h, ok := p.Rules.Calling[Mobile]; ok && !openAt(h, zone, at) {
		return false
	}
	for _, pack := range p.Rules.Packs {
		if !openAt(*pack.Hours, zone, at) {
			return false
		}
	}
	for _, set := range p.Rules.Holidays {
		if date, _, _ := shown(at, zone); slices.Contains(set.Dates, date) {
			return false
		}
	}
	if q := p.Rules.Queue; q != nil {
		queue, err := time.LoadLocation(q.TimeZone)
		if err != nil {
			panic(err)
		}
		if !openAt(q.Hours, queue, at) {
			return false
		}
	}
	for _, limit := range p.Rules.Caps {
		n := 0
		for _, past := range facts.History {
			if within(limit, past.At, at, zone) {
				n++
			}
		}
		if n >= limit.Most {
			return false
		}
	}
	return true
}

// within reports whether a past attempt counts for a cap at an instant.
func within(c Cap, past, at Instant, zone *time.Location) bool {
	if c.Period == PeriodRolling {
		return at.Sub(past) < c.Length
	}
	then, _, _ := shown(past, zone)
	now, _, _ := shown(at, zone)
	if c.Period == PeriodMonth {
		return then[:7] == now[:7]
	}
	if c.Period == PeriodDay {
		return then == now
	}
	week := func(date string) string {
		d, err := time.Parse(time.DateOnly, date)
		if err != nil {
			panic(err)
		}
		year, number := d.ISOWeek()
		return fmt.Sprint(year, number)
	}
	return week(then) == week(now)
}

// startDays are days before clock changes, and ordinary ones.
var startDays = []string{
	"2026-03-07T00:00:00", "2026-03-28T06:00:00", "2026-10-24T12:00:00", "2026-10-31T03:00:00", "2026-04-04T00:00:00",
	"2026-10-03T00:00:00", "2026-09-05T12:00:00", "2026-06-10T00:00:00",
}

var zones12 = []string{
	"America/New_York", "America/St_Johns", "America/Los_Angeles", "America/Santiago", "Europe/London", "Europe/Berlin",
	"Africa/Cairo", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "Australia/Sydney", "Pacific/Chatham",
}

// splitNumber may ring in New York's zone and in Chicago's.
const splitNumber = "+18505550101"

func drawHours(t *rapid.T, label string) Hours {
	h := Hours{}
	for range rapid.IntRange(1, 8).Draw(t, label+" intervals") {
		start := rapid.IntRange(0, 95).Draw(t, label+" start") * 15
		end := start + rapid.IntRange(1, (1440-start)/15).Draw(t, label+" length")*15
		h.Weekly = append(h.Weekly, WeeklyInterval{rapid.IntRange(0, 6).Draw(t, label+" weekday"), start, end})
	}
	if rapid.Bool().Draw(t, label+" wide") {
		h = Daily(rapid.IntRange(0, 20).Draw(t, label+" from")*30, rapid.IntRange(21, 48).Draw(t, label+" to")*30)
	}
	return h
}

func drawPlan(t *rapid.T) *Plan {
	p := newPlan()
	start := utc(rapid.SampledFrom(startDays).Draw(t, "day"))
	p.Task.AcceptedAt = start
	var windows []Window
	for range rapid.IntRange(1, 3).Draw(t, "windows") {
		from := start.Add(Millis(rapid.IntRange(-10, 120).Draw(t, "from")) * 30 * minute)
		windows = append(windows, Window{from, from.Add(Millis(rapid.IntRange(1, 60).Draw(t, "length")) * 30 * minute)})
	}
	withWindows(p, windows...)
	if rapid.Bool().Draw(t, "expires") {
		p.Task.ExpiresAt = start.Add(Millis(rapid.IntRange(0, 140).Draw(t, "expiry")) * 30 * minute)
	}
	p.Task.Contacts[0].TimeZone = rapid.SampledFrom(zones12).Draw(t, "zone")
	if rapid.Bool().Draw(t, "by number") {
		p.Task.Contacts[0].TimeZone, p.Task.Contacts[0].Phones[0].Number = "", splitNumber
	}
	p.Rules.Mode = rapid.SampledFrom([]Mode{Copilot, Progressive, Preview}).Draw(t, "mode")
	if rapid.Bool().Draw(t, "calling") {
		p.Rules.Calling = map[PhoneType]Hours{Mobile: drawHours(t, "calling")}
	}
	if rapid.Bool().Draw(t, "pack") {
		p.Rules.Packs = []Pack{{Name: "p", Prefixes: []string{"1"}, Hours: new(drawHours(t, "pack"))}}
	}
	if rapid.Bool().Draw(t, "queue") {
		p.Rules.Queue = &QueueHours{rapid.SampledFrom(zones12).Draw(t, "queue zone"), drawHours(t, "queue")}
	}
	if rapid.Bool().Draw(t, "holidays") {
		p.Rules.Holidays = []HolidaySet{{Dates: []string{start.Add(day).String()[:10]}}}
	}
	p.Rules.Retry = Retry{
		Spread:  rapid.SampledFrom([]Spread{"", "", SpreadHours, SpreadWeekdays}).Draw(t, "spread"),
		Retries: rapid.IntRange(0, 3).Draw(t, "retries"), Delay: Millis(rapid.IntRange(0, 20).Draw(t, "delay")) * 15 * minute,
		On: []ReattemptRule{OnBusy, OnFailed, OnNoAnswer},
	}
	return p
}

func drawFacts(t *rapid.T, p *Plan) *Facts {
	for range rapid.IntRange(0, 2).Draw(t, "caps") {
		p.Rules.Caps = append(p.Rules.Caps, Cap{
			Scope: ScopeContact, Most: rapid.IntRange(1, 3).Draw(t, "most"), Length: 30 * hour,
			Period: rapid.SampledFrom([]Period{PeriodDay, PeriodWeek, PeriodMonth, PeriodRolling}).Draw(t, "period"),
		})
	}
	facts := &Facts{}
	for range rapid.IntRange(0, 4).Draw(t, "past") {
		ago := Millis(rapid.IntRange(1, 200).Draw(t, "ago")) * 15 * minute
		facts.History = append(facts.History, PastAttempt{At: p.Task.AcceptedAt.Add(-ago), TaskID: "other", ContactID: "C1", Number: c1Number})
	}
	return facts
}

// No instant is judged startable that a rule forbids, none is judged forbidden that all rules
// allow, and the next instant named is the first that they all allow.
func TestVerdictsAgreeWithTheOracle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlan(t)
		facts := drawFacts(t, p)
		from := p.Task.AcceptedAt
		notBefore := from.Add(Millis(rapid.IntRange(0, 50).Draw(t, "not before")) * 15 * minute)
		v := Evaluate(p, Candidate{Position: Position{Loop: 1}, NotBefore: notBefore}, facts, from)
		horizon := p.Task.Windows[len(p.Task.Windows)-1].End
		at := from
		for at < horizon && !allowed(p, facts, notBefore, at) {
			at += Instant(minute)
		}
		if at >= horizon {
			require.Equal(t, Expire, v.Action)
			require.Nil(t, v.NextAt)
			return
		}
		require.Equal(t, at, *v.NextAt)
		require.Equal(t, at == from, v.Action == Allow)
		then := Evaluate(p, Candidate{Position: Position{Loop: 1}, NotBefore: notBefore}, facts, at)
		require.Equal(t, Allow, then.Action)
		for at < horizon && allowed(p, facts, notBefore, at) {
			at += Instant(minute)
		}
		require.Equal(t, at, *then.Until)
	})
}

// A run that dials whenever it may, and any instant at which it starts a call, agree with the
// oracle; a task that can be attempted is, and one that cannot any more has expired by then.
func TestRunsStartOnlyWhereRulesAllow(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlan(t)
		none := &Facts{}
		clock, carry, entries := p.Task.AcceptedAt, State{}, []Entry(nil)
		codes := rapid.SliceOfN(rapid.SampledFrom([]int{486, 603, 480, 404, 0}), 10, 10).Draw(t, "codes")
		ordered, number := false, int64(0)
		add := func(at Instant, kind EventType, seq int, data Data) {
			number++
			entries = append(entries, Entry{Number: number, ReceivedAt: at, Event: Event{
				ID: fmt.Sprint(number), Type: kind, Time: at, Attempt: seq, Data: data,
			}})
		}
		for steps := 0; ; steps++ {
			require.Less(t, steps, 200, "the run does not come to an end")
			r := Fold(p, carry, entries, clock)
			step := r.Next()
			switch step.Kind {
			case StepRecord:
				through, after := UpTo(entries, step.At)
				carry, entries = roundTrip(t, Fold(p, carry, through, step.At).State), after
				continue
			case StepWait:
				require.Greater(t, step.At, clock)
				clock = step.At
				continue
			case StepEnd:
				require.True(t, r.State.Status.Final())
				if r.Task.Status == Expired && !ordered {
					for at := p.Task.AcceptedAt; at < p.Task.Windows[len(p.Task.Windows)-1].End; at += Instant(minute) {
						require.False(t, allowed(p, none, 0, at), "could have been attempted at %s", at)
					}
				}
				return
			case StepDial:
			}
			require.True(t, allowed(p, none, r.Dial.Candidate.NotBefore, clock), "dialed at %s", clock)
			seq := r.Dial.Seq
			ordered = true
			add(clock, AttemptOrdered, seq, Data{})
			start := clock.Add(Millis(rapid.IntRange(0, 60).Draw(t, "ring")) * minute)
			add(start, CallStarted, seq, Data{})
			begun := Fold(p, carry, entries, 0)
			if begun.Outcomes[number].Kind == Applied {
				require.True(t, allowed(p, none, 0, start), "started at %s", start)
			} else {
				require.GreaterOrEqual(t, start, r.Dial.Until)
			}
			add(start.Add(minute), CallFailure, seq, Data{SIPCode: codes[seq%len(codes)]})
			clock = start.Add(minute)
		}
	})
}

func roundTrip(t require.TestingT, s State) State {
	raw, err := json.Marshal(s)
	require.NoError(t, err)
	var back State
	require.NoError(t, json.Unmarshal(raw, &back))
	return back
}
