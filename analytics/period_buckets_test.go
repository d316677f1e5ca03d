package analytics

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestBuckets(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		zone, start, end string
		interval         Interval
		inner            []string
	}{
		"an hour twice": {"Europe/Copenhagen", "2025-10-25T23:00Z", "2025-10-26T03:00Z", Hour,
			[]string{"2025-10-26T00:00Z", "2025-10-26T01:00Z", "2025-10-26T02:00Z"}},
		"an hour skipped": {"Europe/Copenhagen", "2025-03-30T00:00Z", "2025-03-30T02:00Z", Hour, []string{"2025-03-30T01:00Z"}},
		"quarters of hours off UTC": {"Asia/Kathmandu", "2026-11-21T00:00Z", "2026-11-21T02:00Z", Hour,
			[]string{"2026-11-21T00:15Z", "2026-11-21T01:15Z"}},
		"forward by half an hour": {"Australia/Lord_Howe", "2026-10-03T14:30Z", "2026-10-03T17:00Z", Hour,
			[]string{"2026-10-03T15:30Z", "2026-10-03T16:00Z"}},
		"back by half an hour": {"Australia/Lord_Howe", "2026-04-04T13:00Z", "2026-04-04T16:30Z", Hour,
			[]string{"2026-04-04T14:00Z", "2026-04-04T15:30Z"}},
		"days of 23 hours": {"America/Sao_Paulo", "2018-11-03T03:00Z", "2018-11-06T02:00Z", Day,
			[]string{"2018-11-04T03:00Z", "2018-11-05T02:00Z"}},
		"a day that never was": {"Pacific/Apia", "2011-12-29T10:00Z", "2012-01-01T10:00Z", Day,
			[]string{"2011-12-30T10:00Z", "2011-12-31T10:00Z"}},
		"weeks begin on Monday": {"UTC", "2026-11-21T12:00Z", "2026-12-01T00:00Z", Week,
			[]string{"2026-11-23T00:00Z", "2026-11-30T00:00Z"}},
		"months": {"Europe/Copenhagen", "2025-02-14T00:00Z", "2025-04-30T22:00Z", Month,
			[]string{"2025-02-28T23:00Z", "2025-03-31T22:00Z"}},
		"days at the end of a leap year far ahead": {"Europe/Copenhagen", "2040-12-29T23:00Z", "2041-01-01T23:00Z", Day,
			[]string{"2040-12-30T23:00Z", "2040-12-31T23:00Z"}},
		"hours at the end of a leap year far ahead": {"America/New_York", "2040-12-30T23:00Z", "2040-12-31T02:00Z", Hour,
			[]string{"2040-12-31T00:00Z", "2040-12-31T01:00Z"}},
		"half hours":       {"UTC", "2026-11-21T05:20Z", "2026-11-21T06:15Z", HalfHour, []string{"2026-11-21T05:30Z", "2026-11-21T06:00Z"}},
		"within one":       {"UTC", "2026-11-21T05:20Z", "2026-11-21T05:25Z", Quarter, nil},
		"exactly one":      {"UTC", "2026-11-21T05:15Z", "2026-11-21T05:30Z", Quarter, nil},
		"begins on a week": {"UTC", "2026-11-16T00:00Z", "2026-11-23T00:00Z", Week, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := []time.Time{instant(t, c.start)}
			for _, bound := range c.inner {
				want = append(want, instant(t, bound))
			}
			want = append(want, instant(t, c.end))
			got, err := buckets(Period{want[0], want[len(want)-1]}, c.interval, zoneOf(t, c.zone))
			require.NoError(t, err)
			require.Equal(t, want, got)
		})
	}
}

func TestBucketsLimits(t *testing.T) {
	t.Parallel()
	at := instant(t, "2026-11-21T05:00Z")
	empty, err := buckets(Period{at, at}, Hour, time.UTC)
	require.NoError(t, err)
	require.Equal(t, []time.Time{at}, empty, "no bucket")
	most, err := buckets(Period{at, at.Add(MaxBuckets * time.Hour)}, Hour, time.UTC)
	require.NoError(t, err)
	require.Len(t, most, MaxBuckets+1)
	for _, interval := range Intervals {
		_, err = buckets(Period{time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)}, interval, time.UTC)
		requireInvalid(t, err, "interval", "too_many_buckets")
	}
	_, err = buckets(Period{at, at.Add(MaxBuckets*time.Hour + 1)}, Hour, time.UTC)
	requireInvalid(t, err, "interval", "too_many_buckets")
	_, err = buckets(Period{at, at}, "fortnight", time.UTC)
	requireInvalid(t, err, "interval", "unknown_interval")
}

// TestBucketsProperty compares with a clock that is read every minute: a quarter or an hour begins
// where the reading is a multiple of it or has passed one, a day where a later date shows than ever
// before.
func TestBucketsProperty(t *testing.T) {
	t.Parallel()
	zones := []string{
		"UTC", "Europe/Copenhagen", "America/Sao_Paulo", "America/Havana", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe",
		"Pacific/Apia", "Africa/Casablanca", "Africa/Cairo", "Asia/Kolkata", "Antarctica/Troll", "America/New_York", "Asia/Gaza",
	}
	rapid.Check(t, func(t *rapid.T) {
		zone := zoneOf(t, rapid.SampledFrom(zones).Draw(t, "zone"))
		interval := rapid.SampledFrom(Intervals).Draw(t, "interval")
		hours := map[Interval]int{Quarter: 40, HalfHour: 40, Hour: 40, Day: 24 * 9, Week: 24 * 20, Month: 24 * 70}[interval]
		near := time.Date(rapid.IntRange(2009, 2060).Draw(t, "year"), 1, 1, 0, 0, 0, 0, time.UTC)
		if _, change := near.In(zone).ZoneBounds(); !change.IsZero() && rapid.Bool().Draw(t, "near a change") {
			near = change.UTC().Truncate(time.Minute)
		}
		start := near.Add(-time.Duration(rapid.IntRange(0, hours*60).Draw(t, "minutes before")) * time.Minute)
		end := start.Add(time.Duration(rapid.IntRange(1, hours*60).Draw(t, "minutes")) * time.Minute)

		want := []time.Time{start}
		latest := start.In(zone)
		for at := start.Add(time.Minute); at.Before(end); at = at.Add(time.Minute) {
			if begins(interval, latest, at.In(zone)) {
				want = append(want, at)
			}
			if stepMinutes[interval] > 0 || readsLater(at.In(zone), latest) {
				latest = at.In(zone)
			}
		}
		got, err := buckets(Period{start, end}, interval, zone)
		require.NoError(t, err)
		require.Equal(t, append(want, end), got)
	})
}

var stepMinutes = map[Interval]int{Quarter: 15, HalfHour: 30, Hour: 60}

// begins reports whether a bucket begins at an instant, given the reading a minute before (for
// dates: the latest reading before).
func begins(interval Interval, before, at time.Time) bool {
	if step, ok := stepMinutes[interval]; ok {
		minute := func(t time.Time) int {
			return (t.YearDay()*24+t.Hour())*60 + t.Minute() + t.Year()*366*24*60
		}
		return at.Minute()%step == 0 && at.Second() == 0 || minute(at)/step > minute(before)/step
	}
	later := at.Format("2006-01-02") > before.Format("2006-01-02")
	year, week := at.ISOWeek()
	yearBefore, weekBefore := before.ISOWeek()
	switch interval {
	case Week:
		return later && (year != yearBefore || week != weekBefore)
	case Month:
		return later && at.Month() != before.Month()
	default:
		return later
	}
}

// readsLater compares what clocks show.
func readsLater(a, b time.Time) bool {
	return a.Format("2006-01-02T15:04") > b.Format("2006-01-02T15:04")
}
