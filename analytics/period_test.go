package analytics

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// instant reads an instant to the minute.
func instant(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02T15:04Z", text)
	require.NoError(t, err)
	return at
}

func zoneOf(t require.TestingT, name string) *time.Location {
	zone, err := LoadZone(name)
	require.NoError(t, err)
	return zone
}

// The expected bounds were computed with Python's zoneinfo; those of days by trying every minute.
func TestResolvePreset(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		now, zone  string
		preset     Preset
		start, end string
		hours      float64
	}{
		{"2023-04-26T10:00Z", "Europe/Copenhagen", Today, "2023-04-25T22:00Z", "2023-04-26T22:00Z", 24},
		{"2023-04-26T10:00Z", "Europe/Copenhagen", Yesterday, "2023-04-24T22:00Z", "2023-04-25T22:00Z", 24},
		{"2023-04-26T10:00Z", "Europe/Copenhagen", ThisWeek, "2023-04-23T22:00Z", "2023-04-30T22:00Z", 168},
		{"2023-04-26T10:00Z", "Europe/Copenhagen", PreviousWeek, "2023-04-16T22:00Z", "2023-04-23T22:00Z", 168},
		{"2023-04-26T10:00Z", "Europe/Copenhagen", ThisMonth, "2023-03-31T22:00Z", "2023-04-30T22:00Z", 720},
		{"2023-04-26T10:00Z", "Europe/Copenhagen", PreviousMonth, "2023-02-28T23:00Z", "2023-03-31T22:00Z", 743},
		{"2023-04-26T10:00Z", "Europe/Copenhagen", ThisQuarter, "2023-03-31T22:00Z", "2023-06-30T22:00Z", 2184},
		{"2023-04-26T10:00Z", "Europe/Copenhagen", PreviousQuarter, "2022-12-31T23:00Z", "2023-03-31T22:00Z", 2159},
		{"2023-04-26T10:00Z", "Europe/Copenhagen", ThisYear, "2022-12-31T23:00Z", "2023-12-31T23:00Z", 8760},
		{"2023-04-26T10:00Z", "Europe/Copenhagen", PreviousYear, "2021-12-31T23:00Z", "2022-12-31T23:00Z", 8760},
		{"2023-04-26T10:00Z", "America/New_York", PreviousWeek, "2023-04-17T04:00Z", "2023-04-24T04:00Z", 168},
		{"2023-04-23T22:30Z", "Europe/Copenhagen", PreviousWeek, "2023-04-16T22:00Z", "2023-04-23T22:00Z", 168},
		{"2025-03-31T08:00Z", "Europe/Copenhagen", Yesterday, "2025-03-29T23:00Z", "2025-03-30T22:00Z", 23},
		{"2025-03-31T08:00Z", "Europe/Copenhagen", PreviousWeek, "2025-03-23T23:00Z", "2025-03-30T22:00Z", 167},
		{"2025-10-27T08:00Z", "Europe/Copenhagen", Yesterday, "2025-10-25T22:00Z", "2025-10-26T23:00Z", 25},
		{"2025-10-27T08:00Z", "Europe/Copenhagen", PreviousWeek, "2025-10-19T22:00Z", "2025-10-26T23:00Z", 169},
		{"2025-01-15T08:00Z", "UTC", PreviousQuarter, "2024-10-01T00:00Z", "2025-01-01T00:00Z", 2208},
		// Clocks are put forward at midnight: the day begins at 01:00.
		{"2018-11-04T12:00Z", "America/Sao_Paulo", Today, "2018-11-04T03:00Z", "2018-11-05T02:00Z", 23},
		{"2023-03-12T12:00Z", "America/Havana", Today, "2023-03-12T05:00Z", "2023-03-13T04:00Z", 23},
		{"2023-04-28T12:00Z", "Africa/Cairo", Today, "2023-04-27T22:00Z", "2023-04-28T21:00Z", 23},
		{"2022-03-27T12:00Z", "Asia/Beirut", Today, "2022-03-26T22:00Z", "2022-03-27T21:00Z", 23},
		// Clocks are put back at midnight: to the day before, or a minute after it has begun.
		{"2018-02-18T12:00Z", "America/Sao_Paulo", Today, "2018-02-18T03:00Z", "2018-02-19T03:00Z", 24},
		{"2023-11-05T12:00Z", "America/Havana", Today, "2023-11-05T04:00Z", "2023-11-06T05:00Z", 25},
		{"2010-11-07T12:00Z", "America/St_Johns", Today, "2010-11-07T02:30Z", "2010-11-08T03:30Z", 25},
		{"2026-02-15T12:00Z", "Africa/Casablanca", Today, "2026-02-14T23:00Z", "2026-02-16T00:00Z", 25},
		// Quarters of hours, changes by half an hour, and a day that a zone never had.
		{"2026-11-21T05:00Z", "Asia/Kathmandu", Today, "2026-11-20T18:15Z", "2026-11-21T18:15Z", 24},
		{"2026-10-04T05:00Z", "Australia/Lord_Howe", Today, "2026-10-03T13:30Z", "2026-10-04T13:00Z", 23.5},
		{"2011-12-31T05:00Z", "Pacific/Apia", Today, "2011-12-30T10:00Z", "2011-12-31T10:00Z", 24},
		{"2011-12-31T05:00Z", "Pacific/Apia", Yesterday, "2011-12-30T10:00Z", "2011-12-30T10:00Z", 0},
	} {
		name := c.now + " " + c.zone + " " + string(c.preset)
		period, ok := ResolvePreset(c.preset, instant(t, c.now), zoneOf(t, c.zone))
		require.True(t, ok, name)
		require.Equal(t, Period{Start: instant(t, c.start), End: instant(t, c.end)}, period, name)
		require.InDelta(t, c.hours, period.End.Sub(period.Start).Hours(), 0, name)
	}
	for _, unknown := range []Preset{"", "NextWeek", "today"} {
		_, ok := ResolvePreset(unknown, instant(t, "2023-04-26T10:00Z"), time.UTC)
		require.False(t, ok, unknown)
	}
}

func TestLoadZone(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"UTC", "Europe/Copenhagen", "America/Argentina/Ushuaia", "America/Port-au-Prince", "Etc/GMT+5", "Asia/Kathmandu",
	} {
		zone, err := LoadZone(name)
		require.NoError(t, err, name)
		require.Equal(t, name, zone.String())
	}
	for _, name := range []string{
		"", "Local", "local", "Mars/Olympus", "europe/copenhagen", "Europe", "Europe/", "../UTC", "/UTC", "Europe/../UTC", "+02:00", "UTC+2",
		"posix/UTC", "right/UTC", "localtime", "zone.tab", "Factory", "Europe/Copenhagen\x00", "Europe\\Copenhagen", " UTC",
	} {
		_, err := LoadZone(name)
		require.ErrorContains(t, err, "not an IANA time zone", name)
	}
}

func TestComparePeriod(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		preset     Preset
		how        Comparison
		zone       string
		start, end string
		// wantStart and wantEnd are the period compared with.
		wantStart, wantEnd string
	}{
		{ThisMonth, PreviousPeriod, "UTC", "2026-03-01T00:00Z", "2026-04-01T00:00Z", "2026-02-01T00:00Z", "2026-03-01T00:00Z"},
		{PreviousWeek, PreviousPeriod, "Europe/Copenhagen", "2025-03-30T22:00Z", "2025-04-06T22:00Z", "2025-03-23T23:00Z", "2025-03-30T22:00Z"},
		{ThisQuarter, PreviousPeriod, "UTC", "2026-01-01T00:00Z", "2026-04-01T00:00Z", "2025-10-01T00:00Z", "2026-01-01T00:00Z"},
		{Today, PreviousPeriod, "America/Havana", "2023-03-13T04:00Z", "2023-03-14T04:00Z", "2023-03-12T05:00Z", "2023-03-13T04:00Z"},
		{ThisYear, PreviousPeriod, "UTC", "2024-01-01T00:00Z", "2025-01-01T00:00Z", "2023-01-01T00:00Z", "2024-01-01T00:00Z"},
		// Without a preset: whole months, whole days, and the clock.
		{"", PreviousPeriod, "UTC", "2026-03-01T00:00Z", "2026-05-01T00:00Z", "2026-01-01T00:00Z", "2026-03-01T00:00Z"},
		{"", PreviousPeriod, "Europe/Copenhagen", "2025-03-30T22:00Z", "2025-04-02T22:00Z", "2025-03-27T23:00Z", "2025-03-30T22:00Z"},
		{"", PreviousPeriod, "UTC", "2026-03-01T10:00Z", "2026-03-01T12:30Z", "2026-03-01T07:30Z", "2026-03-01T10:00Z"},
		{ThisMonth, SamePeriodLastYear, "UTC", "2024-02-01T00:00Z", "2024-03-01T00:00Z", "2023-02-01T00:00Z", "2023-03-01T00:00Z"},
		{ThisWeek, SamePeriodLastYear, "UTC", "2026-11-16T00:00Z", "2026-11-23T00:00Z", "2025-11-17T00:00Z", "2025-11-24T00:00Z"},
		{Today, SamePeriodLastYear, "UTC", "2024-02-29T00:00Z", "2024-03-01T00:00Z", "2023-02-28T00:00Z", "2023-03-01T00:00Z"},
		{Today, SamePeriodLastYear, "UTC", "2024-02-28T00:00Z", "2024-02-29T00:00Z", "2023-02-28T00:00Z", "2023-03-01T00:00Z"},
		{"", SamePeriodLastYear, "UTC", "2024-02-29T10:00Z", "2024-02-29T12:00Z", "2023-02-28T10:00Z", "2023-02-28T12:00Z"},
		{"", SamePeriodLastYear, "Europe/Copenhagen", "2025-03-28T09:00Z", "2025-03-28T10:00Z", "2024-03-28T09:00Z", "2024-03-28T10:00Z"},
		{"", SamePeriodLastYear, "Europe/Copenhagen", "2025-03-30T10:00Z", "2025-03-30T11:00Z", "2024-03-30T11:00Z", "2024-03-30T12:00Z"},
	} {
		p := Period{Start: instant(t, c.start), End: instant(t, c.end)}
		got, err := ComparePeriod(p, c.preset, c.how, zoneOf(t, c.zone))
		require.NoError(t, err)
		require.Equal(t, Period{Start: instant(t, c.wantStart), End: instant(t, c.wantEnd)}, got, "%s of %s %s %s", c.how, c.preset, c.start, c.zone)
	}
	_, err := ComparePeriod(Period{}, "", PreviousPeriod, time.UTC)
	requireInvalid(t, err, "compare", "no_period")
	_, err = ComparePeriod(Period{Start: instant(t, "2026-03-01T00:00Z"), End: instant(t, "2026-03-02T00:00Z")}, "", "next", time.UTC)
	requireInvalid(t, err, "compare", "unknown_comparison")
}

func requireInvalid(t testing.TB, err error, field, code string) {
	t.Helper()
	var wrong *InvalidQuery
	require.ErrorAs(t, err, &wrong)
	require.Equal(t, []string{field, code}, []string{wrong.Field, wrong.Code}, wrong.Reason)
	require.Regexp(t, `[a-z0-9\]"]$`, wrong.Reason, "a sentence without its full stop")
}
