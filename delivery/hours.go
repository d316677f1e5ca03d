package delivery

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// timeRule is a rule that only the clock changes.
type timeRule interface {
	// next returns the earliest instant not before at that the rule allows; endOfTime if none.
	next(at Instant) Instant
	// until returns an instant up to which the rule allows everything from at on, which it allows;
	// it may be earlier than the last such instant.
	until(at Instant) Instant
}

// farthestDay is how many days ahead hours are searched: farther than any window reaches.
const farthestDay = 400

// Hours are the times of a week in which calling is allowed, by the wall clock of some zone.
type Hours struct {
	// Weekly holds the intervals that are open.
	Weekly []WeeklyInterval `json:"weekly"`
	// ClosedDates are local dates (YYYY-MM-DD) without hours.
	ClosedDates []string `json:"closed_dates,omitempty"`
}

// WeeklyInterval is one half-open interval [StartMinute, EndMinute) of a local day. What ends at
// midnight goes on without a gap if the next day opens at minute 0.
type WeeklyInterval struct {
	// Weekday is 0 (Sunday) to 6 (Saturday).
	Weekday int `json:"weekday"`
	// StartMinute is minutes after local midnight, 0 to 1439.
	StartMinute int `json:"start_minute"`
	// EndMinute is minutes after local midnight, up to 1440.
	EndMinute int `json:"end_minute"`
}

// Daily returns hours that are the same on all days of a week, both ends in minutes after midnight.
func Daily(start, end int) Hours {
	var h Hours
	for weekday := range 7 {
		h.Weekly = append(h.Weekly, WeeklyInterval{weekday, start, end})
	}
	return h
}

// Check refuses an interval or a date that does not exist.
func (h Hours) Check() error {
	for _, w := range h.Weekly {
		if w.Weekday < 0 || w.Weekday > 6 {
			return fmt.Errorf("weekday %d: must be 0 (Sunday) to 6 (Saturday)", w.Weekday)
		}
		if w.StartMinute < 0 || w.EndMinute > 1440 || w.StartMinute >= w.EndMinute {
			return fmt.Errorf("interval %d-%d: must begin before it ends, within 0 to 1440 minutes", w.StartMinute, w.EndMinute)
		}
	}
	for _, d := range h.ClosedDates {
		if _, err := time.Parse(time.DateOnly, d); err != nil {
			return fmt.Errorf("closed date %q: %w", d, err)
		}
	}
	return nil
}

// hoursRule is hours in one zone. Each local day's intervals lie between the first instants at
// which the wall clock shows their ends or something later: a start that a clock change skips
// moves forward to the change, one that it repeats means the first time.
type hoursRule struct {
	hours Hours
	zone  *time.Location
}

func (r hoursRule) next(at Instant) Instant {
	today := civilOf(at, r.zone)
	for d := today - 1; d < today+farthestDay; d++ {
		for _, w := range r.day(d) {
			if at < w.End {
				return max(at, w.Start)
			}
		}
	}
	return endOfTime
}

func (r hoursRule) until(at Instant) Instant {
	today := civilOf(at, r.zone)
	for d := today - 1; d <= today+1; d++ {
		for _, w := range r.day(d) {
			if at >= w.Start && at < w.End {
				return w.End
			}
		}
	}
	return at
}

// day returns the open intervals of a local day, in order.
func (r hoursRule) day(d civilDay) []Window {
	if slices.Contains(r.hours.ClosedDates, d.String()) {
		return nil
	}
	var open []Window
	for _, w := range r.hours.Weekly {
		if w.Weekday != d.weekday() {
			continue
		}
		start, end := firstShowing(d, w.StartMinute, r.zone), firstShowing(d, w.EndMinute, r.zone)
		if start < end {
			open = append(open, Window{start, end})
		}
	}
	slices.SortFunc(open, func(a, b Window) int { return cmp.Compare(a.Start, b.Start) })
	return open
}
