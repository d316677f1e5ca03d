package analytics

import (
	"time"

	"engaged/engagement"
)

// date is a day of a calendar, without a zone.
type date struct {
	year  int
	month time.Month
	day   int
}

// dateOf returns the date that the clock of t's location shows.
func dateOf(t time.Time) date {
	year, month, day := t.Date()
	return date{year, month, day}
}

// utc is the date's midnight in UTC.
func (d date) utc() time.Time { return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC) }

// monday is the first day of the date's week (ISO 8601).
func (d date) monday() date {
	return span{days: -1}.add(d, (int(d.utc().Weekday())+6)%7)
}

// begin is the first instant of the date in a zone: the earliest at which its clocks show that date
// or a later one. Where clocks are put forward at midnight it is not midnight, and a date that a zone
// skipped begins when the next one does.
func (d date) begin(zone *time.Location) time.Time { return firstAt(d.utc(), zone) }

// firstAt returns the earliest instant at which the clocks of a zone show wall (a clock reading,
// given as if it were UTC) or later.
func firstAt(wall time.Time, zone *time.Location) time.Time {
	// No clock is more than a day off UTC, so at this instant the clocks show less than wall.
	at := wall.Add(-36 * time.Hour)
	for {
		end := engagement.OffsetUntil(at.In(zone))
		reached := wall.Add(-offset(at, zone))
		if reached.Before(at) {
			reached = at
		}
		if end.IsZero() || reached.Before(end) {
			return reached.UTC()
		}
		at = end
	}
}

// offset is by how much the clocks of a zone are ahead of UTC.
func offset(at time.Time, zone *time.Location) time.Duration {
	_, seconds := at.In(zone).Zone()
	return time.Duration(seconds) * time.Second
}

// wallOf is what the clocks of a zone show, given as if it were UTC.
func wallOf(t time.Time, zone *time.Location) time.Time { return t.UTC().Add(offset(t, zone)) }
