package engagement

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// monday is the day on which most tests play.
var monday = time.Date(2025, 3, 10, 0, 0, 0, 0, time.UTC)

func berlinOffice() Schedule {
	s := Schedule{TimeZone: "Europe/Berlin"}
	for d := 1; d <= 5; d++ {
		s.Weekly = append(s.Weekly, WeeklyInterval{Weekday: d, StartMinute: 9 * 60, EndMinute: 17 * 60})
	}
	return s
}

// daily is open every day between two local times, given in minutes after midnight.
func daily(zone string, from, to int) Schedule {
	s := Schedule{TimeZone: zone}
	for d := range 7 {
		s.Weekly = append(s.Weekly, WeeklyInterval{Weekday: d, StartMinute: from, EndMinute: to})
	}
	return s
}

func TestBetween(t *testing.T) {
	t.Parallel()
	split := daily("UTC", 9*60, 12*60)
	split.Weekly = append(split.Weekly, daily("UTC", 11*60, 13*60).Weekly...)
	holiday := daily("Europe/Berlin", 9*60, 17*60)
	holiday.Holidays = []string{"2025-12-25"}
	for name, c := range map[string]struct {
		schedule Schedule
		from, to string
		minutes  int
	}{
		"Apia, the day that was left out":                    {daily("Pacific/Apia", 9*60, 17*60), "2011-12-29T00:00:00-10:00", "2012-01-01T00:00:00+14:00", 16 * 60},
		"Berlin, a winter day in UTC":                        {berlinOffice(), "2025-03-10T00:00:00Z", "2025-03-11T00:00:00Z", 480},
		"Berlin, a weekend":                                  {berlinOffice(), "2025-03-08T00:00:00Z", "2025-03-10T00:00:00+01:00", 0},
		"Berlin, a week with the change to summer time":      {berlinOffice(), "2025-03-24T00:00:00+01:00", "2025-04-07T00:00:00+02:00", 10 * 480},
		"Berlin, a wait across the change":                   {berlinOffice(), "2025-03-28T16:00:00+01:00", "2025-03-31T10:00:00+02:00", 120},
		"Berlin, holiday":                                    {holiday, "2025-12-25T00:00:00+01:00", "2025-12-26T00:00:00+01:00", 0},
		"Berlin, hours within the repeated hour count twice": {daily("Europe/Berlin", 2*60, 3*60), "2025-10-26T00:00:00+02:00", "2025-10-27T00:00:00+01:00", 120},
		"Berlin, hours within the skipped hour do not count": {daily("Europe/Berlin", 2*60, 3*60), "2025-03-30T00:00:00+01:00", "2025-03-31T00:00:00+02:00", 0},
		"Berlin, hours that begin in the skipped hour":       {daily("Europe/Berlin", 2*60+30, 4*60), "2025-03-30T00:00:00+01:00", "2025-03-31T00:00:00+02:00", 60},
		"Berlin, the long night is open around the clock":    {daily("Europe/Berlin", 0, 1440), "2025-10-26T00:00:00+02:00", "2025-10-27T00:00:00+01:00", 25 * 60},
		"Berlin, the short night is open around the clock":   {daily("Europe/Berlin", 0, 1440), "2025-03-30T00:00:00+01:00", "2025-03-31T00:00:00+02:00", 23 * 60},
		"Kathmandu, a quarter of an hour off":                {daily("Asia/Kathmandu", 9*60, 10*60), "2025-03-10T03:00:00Z", "2025-03-10T04:00:00Z", 45},
		"Lord Howe, half an hour is repeated":                {daily("Australia/Lord_Howe", 60, 120), "2025-04-06T00:00:00+11:00", "2025-04-06T12:00:00+10:30", 60 + 30},
		"Lord Howe, half an hour is skipped":                 {daily("Australia/Lord_Howe", 120, 180), "2025-10-05T00:00:00+10:30", "2025-10-05T12:00:00+11:00", 30},
		"New York, autumn":                                   {daily("America/New_York", 60, 120), "2025-11-02T00:00:00-04:00", "2025-11-03T00:00:00-05:00", 120},
		"New York, spring":                                   {daily("America/New_York", 2*60, 3*60), "2025-03-09T00:00:00-05:00", "2025-03-10T00:00:00-04:00", 0},
		"intervals that overlap count once":                  {split, "2025-03-10T00:00:00Z", "2025-03-11T00:00:00Z", 240},
		"nothing between an instant and itself":              {berlinOffice(), "2025-03-10T10:00:00Z", "2025-03-10T10:00:00Z", 0},
		"nothing backwards":                                  {berlinOffice(), "2025-03-10T10:00:00Z", "2025-03-10T09:00:00Z", 0},
		"Berlin, the end of a leap year far ahead":           {daily("Europe/Berlin", 0, 1440), "2040-12-30T00:00:00+01:00", "2041-01-02T00:00:00+01:00", 72 * 60},
		"before 1970": {daily("UTC", 60, 120), "1969-12-30T00:00:00Z", "1970-01-01T00:00:00Z", 120},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, err := NewHours(c.schedule)
			require.NoError(t, err)
			require.Equal(t, Millis(c.minutes)*minute, h.Between(instant(t, c.from), instant(t, c.to)))
		})
	}
}

func TestOpenIsHalfOpen(t *testing.T) {
	t.Parallel()
	h, err := NewHours(berlinOffice())
	require.NoError(t, err)
	for at, open := range map[string]bool{
		"2025-03-10T07:59:59.999Z": false,
		"2025-03-10T08:00:00Z":     true,
		"2025-03-10T15:59:59.999Z": true,
		"2025-03-10T16:00:00Z":     false,
		"2025-07-14T06:59:59.999Z": false,
		"2025-07-14T07:00:00Z":     true,
	} {
		require.Equal(t, open, h.Open(instant(t, at)), at)
	}
	require.True(t, (*Hours)(nil).Open(0), "no schedule is always open")
	require.Equal(t, Millis(5), (*Hours)(nil).Between(0, 5))
}

func TestBetweenAddsUp(t *testing.T) {
	t.Parallel()
	h, err := NewHours(daily("Australia/Lord_Howe", 30, 150))
	require.NoError(t, err)
	from, to := instant(t, "2025-04-05T00:00:00Z"), instant(t, "2025-04-08T00:00:00Z")
	var sum Millis
	for at := from; at < to; at = at.Add(7 * minute) {
		sum += h.Between(at, min(to, at.Add(7*minute)))
	}
	require.Equal(t, h.Between(from, to), sum)
}

func TestScheduleValidation(t *testing.T) {
	t.Parallel()
	for field, s := range map[string]Schedule{
		"time_zone":   {TimeZone: "Europe/Bielefeld"},
		"weekly[0]":   {TimeZone: "UTC", Weekly: []WeeklyInterval{{Weekday: 7, StartMinute: 0, EndMinute: 60}}},
		"weekly[1]":   {TimeZone: "UTC", Weekly: []WeeklyInterval{{Weekday: 6, StartMinute: 0, EndMinute: 60}, {StartMinute: 60, EndMinute: 60}}},
		"weekly":      {TimeZone: "UTC", Weekly: make([]WeeklyInterval, 101)},
		"holidays[0]": {TimeZone: "UTC", Holidays: []string{"2025-02-30"}},
		"holidays":    {TimeZone: "UTC", Holidays: make([]string, 1001)},
	} {
		errs := s.Validate()
		require.NotEmpty(t, errs, field)
		require.Equal(t, CodeInvalidSetting, errs[0].Code)
		require.Equal(t, field, errs[0].Field)
		if field != "weekly" && field != "holidays" {
			_, err := NewHours(s)
			require.Error(t, err, field)
		}
	}
	require.Empty(t, berlinOffice().Validate())
}

func instant(t require.TestingT, s string) Instant {
	at, err := time.Parse(time.RFC3339, s)
	require.NoError(t, err)
	return At(at)
}
