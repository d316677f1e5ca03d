package delivery

import "time"

// civilDay is a date, counted in days since 1970-01-01, a Thursday.
type civilDay int64

// civilOf returns the date that the wall clock of a zone shows.
func civilOf(at Instant, zone *time.Location) civilDay {
	local := at.Time().In(zone)
	_, offset := local.Zone()
	d := Millis(at) + Millis(offset)*1000
	if d < 0 {
		d -= day - 1
	}
	return civilDay(d / day)
}

// String returns the date as YYYY-MM-DD.
func (d civilDay) String() string { return Instant(Millis(d) * day).Time().Format(time.DateOnly) }

// weekday returns 0 (Sunday) to 6 (Saturday).
func (d civilDay) weekday() int { return int(((d+4)%7 + 7) % 7) }

// monday returns the first day of the date's ISO week.
func (d civilDay) monday() civilDay { return d - civilDay((d.weekday()+6)%7) }

// month returns the first day of the date's month, shifted by whole months.
func (d civilDay) month(shift int) civilDay {
	t := Instant(Millis(d) * day).Time()
	first := time.Date(t.Year(), t.Month()+time.Month(shift), 1, 0, 0, 0, 0, time.UTC)
	return civilDay(first.UnixMilli() / int64(day))
}

// firstShowing returns the first instant at which the wall clock of a zone shows a time of a date,
// or something later.
func firstShowing(d civilDay, minutes int, zone *time.Location) Instant {
	wall := Instant(Millis(d)*day + Millis(minutes)*minute)
	// No offset is larger than 26 hours; from there the pieces between clock changes are walked.
	piece := wall.Add(-26 * hour)
	for {
		local := piece.Time().In(zone)
		_, offset := local.Zone()
		at := max(piece, wall.Add(-Millis(offset)*1000))
		end := offsetUntil(local)
		if end.IsZero() || at < At(end) {
			return at
		}
		piece = At(end)
	}
}

// offsetUntil returns an instant after t up to which the clocks of t's location keep their offset from
// UTC; zero if they keep it for good. In the last days of leap years of which a zone knows only the rule
// ZoneBounds takes the year for 365 days long and returns an end that t has passed.
func offsetUntil(t time.Time) time.Time {
	_, end := t.ZoneBounds()
	if end.IsZero() || end.After(t) {
		return end
	}
	return time.Date(t.UTC().Year()+1, time.January, 1, 0, 0, 0, 0, time.UTC)
}
