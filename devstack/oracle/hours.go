package oracle

import (
	"slices"
	"time"

	"engaged/engagement"
)

// open reports whether the schedule's wall clock shows an open minute at an instant.
func open(schedule *engagement.Schedule, zone *time.Location, at engagement.Instant) bool {
	local := at.Time().In(zone)
	if slices.Contains(schedule.Holidays, local.Format(time.DateOnly)) {
		return false
	}
	m := local.Hour()*60 + local.Minute()
	return slices.ContainsFunc(schedule.Weekly, func(w engagement.WeeklyInterval) bool {
		return w.Weekday == int(local.Weekday()) && w.StartMinute <= m && m < w.EndMinute
	})
}

// inHours reports whether an instant lies in business hours; without a schedule it always does.
func inHours(schedule *engagement.Schedule, at engagement.Instant) bool {
	return schedule == nil || open(schedule, zoneOf(schedule), at)
}

// business is the business time between two instants, looked up minute by minute: zones have
// offsets of whole minutes, so no minute is partly open.
func business(schedule *engagement.Schedule, from, to engagement.Instant) engagement.Millis {
	if schedule == nil {
		return to.Sub(from)
	}
	zone, sum := zoneOf(schedule), engagement.Millis(0)
	for from < to {
		next := min(to, from-from%engagement.Instant(minute)+engagement.Instant(minute))
		if open(schedule, zone, from) {
			sum += next.Sub(from)
		}
		from = next
	}
	return sum
}

func zoneOf(schedule *engagement.Schedule) *time.Location {
	zone, err := time.LoadLocation(schedule.TimeZone)
	if err != nil {
		return time.UTC
	}
	return zone
}
