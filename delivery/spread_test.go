package delivery

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// busyAt plays calls that each find the line busy, at the instants at which they are scheduled, and returns those
// of the first attempts by the clock of New York.
func busyAt(t *testing.T, p *Plan, attempts int) (starts []string) {
	t.Helper()
	zone, ok := LoadZone("America/New_York")
	require.True(t, ok)
	slots, _ := Schedule(p, &Facts{}, Busy, attempts)
	for _, s := range slots {
		starts = append(starts, s.At.Time().In(zone).Format("Mon 15:04"))
	}
	return starts
}

func TestRetriesAreSpread(t *testing.T) {
	t.Parallel()
	plan := func(spread Spread, windows ...Window) *Plan {
		p := withWindows(newPlan(), windows...)
		p.Rules.Mode = Copilot
		p.Rules.Retry = Retry{Retries: 10, Delay: hour, On: []ReattemptRule{OnBusy}, Spread: spread}
		p.Rules.Calling = map[PhoneType]Hours{Mobile: Daily(9*60, 20*60)}
		return p
	}
	week := Window{t0, t0.Add(8 * day)}
	// t0 is a Monday at 10:00 in New York.
	require.Equal(t, []string{"Mon 10:00", "Mon 11:00", "Mon 12:00", "Mon 13:00"}, busyAt(t, plan("", week), 4))
	require.Equal(t, []string{"Mon 10:00", "Mon 12:00", "Mon 17:00", "Mon 18:00", "Tue 09:00", "Tue 12:00", "Tue 13:00"},
		busyAt(t, plan(SpreadHours, week), 7))
	require.Equal(t, []string{"Mon 10:00", "Tue 12:00", "Wed 17:00", "Thu 09:00", "Fri 12:00", "Sat 17:00", "Sun 09:00"},
		busyAt(t, plan(SpreadWeekdays, week), 7))

	t.Run("NoOtherTimeIsLeft", func(t *testing.T) {
		t.Parallel()
		morning := Window{t0, t0.Add(2*hour - 1)}
		require.Equal(t, []string{"Mon 10:00", "Mon 11:00"}, busyAt(t, plan(SpreadHours, morning), 3))
	})
	t.Run("EachNumberByItself", func(t *testing.T) {
		t.Parallel()
		p := plan(SpreadHours, week)
		p.Task.Contacts[0].Phones = append(p.Task.Contacts[0].Phones, Phone{Home, "+12125550102"})
		require.Equal(t, []string{"Mon 10:00", "Mon 10:00", "Mon 12:00", "Mon 12:00"}, busyAt(t, p, 4))
	})
	t.Run("Unknown", func(t *testing.T) {
		t.Parallel()
		require.ErrorContains(t, new(Retry{Spread: "daily"}).Check(), "use hours or weekdays")
	})
}

// A fold that goes on from a carry spreads as one from the beginning.
func TestSpreadIsCarried(t *testing.T) {
	t.Parallel()
	p := withWindows(newPlan(), Window{t0, t0.Add(8 * day)})
	p.Rules.Mode = Copilot
	p.Rules.Retry = Retry{Retries: 5, Delay: hour, On: []ReattemptRule{OnBusy}, Spread: SpreadHours}
	var l log
	l.call(t0, 1, CallFailure, Data{SIPCode: 486})
	first := foldAll(t, p, l, t0.Add(minute))
	carried := Fold(p, first.State, nil, 0)
	require.Equal(t, first.State, carried.State)
	require.Equal(t, []Instant{t0}, first.State.Numbers[0][0].Called)
	require.Equal(t, utc("2026-03-02T17:00:00"), *first.Task.NextScheduledAt, "noon in New York")
}
