package delivery

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A start that a clock change skips moves forward to the change, one that it repeats is the first.
func TestFirstShowing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		zone, date string
		minutes    int
		want       string
	}{
		{"America/New_York", "2026-03-08", 2*60 + 30, "2026-03-08T07:00:00"}, // skipped: 3:00 EDT
		{"America/New_York", "2026-03-08", 3 * 60, "2026-03-08T07:00:00"},
		{"America/New_York", "2026-03-08", 8 * 60, "2026-03-08T12:00:00"},
		{"America/New_York", "2026-03-07", 8 * 60, "2026-03-07T13:00:00"},
		{"America/New_York", "2026-11-01", 90, "2026-11-01T05:30:00"}, // twice: the first is EDT
		{"America/New_York", "2026-11-01", 8 * 60, "2026-11-01T13:00:00"},
		{"Europe/Berlin", "2026-03-29", 150, "2026-03-29T01:00:00"},
		{"Europe/Berlin", "2026-10-25", 150, "2026-10-25T00:30:00"},
		{"Europe/London", "2026-10-25", 90, "2026-10-25T00:30:00"},
		{"Australia/Lord_Howe", "2026-10-04", 135, "2026-10-03T15:30:00"}, // half an hour is skipped
		{"Australia/Sydney", "2026-04-05", 150, "2026-04-04T15:30:00"},
		{"America/Santiago", "2026-09-06", 0, "2026-09-06T04:00:00"}, // midnight is skipped
		{"Asia/Kathmandu", "2026-06-01", 8 * 60, "2026-06-01T02:15:00"},
		{"Pacific/Apia", "2011-12-30", 9 * 60, "2011-12-30T10:00:00"},  // the day is skipped
		{"Europe/Berlin", "2040-12-31", 9 * 60, "2040-12-31T08:00:00"}, // where ZoneBounds ends too early
	} {
		zone, err := time.LoadLocation(c.zone)
		require.NoError(t, err)
		d, err := time.Parse(time.DateOnly, c.date)
		require.NoError(t, err)
		require.Equal(t, utc(c.want), firstShowing(civilDay(d.Unix()/86400), c.minutes, zone), "%+v", c)
	}
}

// Twelve zones over the real days of their clock changes: 8:00 to 21:00 as each zone's own clock
// shows it, minute by minute.
func TestTwelveZonesOverClockChanges(t *testing.T) {
	t.Parallel()
	for _, name := range zones12 {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			zone, err := time.LoadLocation(name)
			require.NoError(t, err)
			rule := hoursRule{Daily(8*60, 21*60), zone}
			for _, from := range []string{"2026-03-07T12:00:00", "2026-03-28T12:00:00", "2026-04-04T00:00:00", "2026-04-23T12:00:00",
				"2026-09-05T12:00:00", "2026-09-26T00:00:00", "2026-10-03T00:00:00", "2026-10-24T12:00:00", "2026-10-29T12:00:00", "2026-10-31T12:00:00"} {
				for at := utc(from); at < utc(from).Add(2*day); at += Instant(minute) {
					wall := at.Time().In(zone).Hour()
					require.Equal(t, wall >= 8 && wall < 21, rule.next(at) == at, at)
				}
			}
		})
	}
}

func TestWindowsAreMergedSortedAndHalfOpen(t *testing.T) {
	t.Parallel()
	merged, err := PlanWindows([]Window{
		window("2026-03-04T09:00:00", "2026-03-04T10:00:00"),
		window("2026-03-03T09:00:00", "2026-03-03T12:00:00"),
		window("2026-03-03T11:00:00", "2026-03-03T13:00:00"),
		window("2026-03-04T10:00:00", "2026-03-04T11:00:00"),
	}, t0)
	require.NoError(t, err)
	require.Equal(t, []Window{window("2026-03-03T09:00:00", "2026-03-03T13:00:00"), window("2026-03-04T09:00:00", "2026-03-04T11:00:00")}, merged)
	rule := windowsRule(merged)
	require.Equal(t, merged[0].Start, rule.next(merged[0].Start))
	require.Equal(t, merged[1].Start, rule.next(merged[0].End))
	require.Equal(t, endOfTime, rule.next(merged[1].End))

	for _, bad := range [][]Window{
		{{t0, t0}}, {{t0 + 1, t0}}, {{t0, t0.Add(FarthestWindow) + 1}}, make([]Window, MaxWindows+1),
	} {
		_, err := PlanWindows(bad, t0)
		require.Error(t, err)
		require.NotErrorIs(t, err, ErrWindowsExpired)
	}
	windows, err := DecodeWindows([]byte(`[{"Start":"2026-06-06T09:00:00","end":"2026-06-06T11:00:00+02:00"}]`))
	require.NoError(t, err)
	_, err = PlanWindows(windows, t0)
	require.Error(t, err, "09:00Z to 09:00Z is empty")
	for _, none := range []string{"", "null", `""`, "[]", `"[]"`} {
		windows, err := DecodeWindows([]byte(none))
		require.NoError(t, err)
		require.Empty(t, windows)
	}
	for _, bad := range []string{"{}", `"x"`, `[{"Start":"soon","End":"later"}]`, `[1]`} {
		_, err := DecodeWindows([]byte(bad))
		require.Error(t, err, bad)
	}
}

func TestContactWindowsReplaceTheTasks(t *testing.T) {
	t.Parallel()
	p := newPlan()
	own := window("2026-03-05T09:00:00", "2026-03-05T10:00:00")
	p.Task.Contacts[0].Windows = []Window{own}
	r := foldAll(t, p, nil, 0)
	require.Equal(t, own.Start, *r.Task.NextScheduledAt)
	require.Equal(t, own.End, requireAttempt(t, r, 1, Pending, "").ExpiresAt)
}
