package analytics

import (
	"time"

	"engaged/engagement"
)

// Intervals are all lengths of buckets, from short to long.
var Intervals = []Interval{Quarter, HalfHour, Hour, Day, Week, Month}

// shortest is the shortest that a bucket can usually be: a day of 23 hours, a February.
var shortest = map[Interval]time.Duration{
	Quarter: 15 * time.Minute, HalfHour: 30 * time.Minute, Hour: time.Hour,
	Day: 23 * time.Hour, Week: 167 * time.Hour, Month: 28*24*time.Hour - time.Hour,
}

// buckets cuts a period into buckets of an interval and returns their ascending bounds, the first of
// which is the period's start and the last its end. The bounds between them are where the clocks of
// the zone pass a full quarter, hour, day, week (Monday) or month, so the first and the last bucket
// may be shorter than the others, and so may one in which clocks are changed. An empty period has one
// bound and no bucket.
func buckets(p Period, i Interval, zone *time.Location) ([]time.Time, error) {
	least, ok := shortest[i]
	if !ok {
		return nil, invalid("interval", "unknown_interval", "%s is not an interval; use one of %s", quoted(string(i)), listed(Intervals))
	}
	if p.End.Sub(p.Start)/least > MaxBuckets {
		return nil, tooManyBuckets(i)
	}
	bounds := []time.Time{p.Start.UTC()}
	next := wallBounds(p.Start, least, zone)
	if i == Day || i == Week || i == Month {
		next = dateBounds(p.Start, i, zone)
	}
	for at := next(); at.Before(p.End); at = next() {
		if at.After(bounds[len(bounds)-1]) {
			bounds = append(bounds, at)
		}
		if len(bounds) > MaxBuckets {
			return nil, tooManyBuckets(i)
		}
	}
	if p.End.After(p.Start) {
		bounds = append(bounds, p.End.UTC())
	}
	return bounds, nil
}

func tooManyBuckets(i Interval) error {
	return invalid("interval", "too_many_buckets", "the period has more than %d buckets of %s; take a longer interval or a shorter period", MaxBuckets, i)
}

// dateBounds returns a function that yields, ascending, the first instants of days, weeks or months,
// beginning with the one in which start lies. A date that the zone skipped repeats the one after it.
func dateBounds(start time.Time, i Interval, zone *time.Location) func() time.Time {
	first, length := dateOf(start.In(zone)), span{days: 1}
	switch i {
	case Week:
		first, length = first.monday(), span{days: 7}
	case Month:
		first, length = date{first.year, first.month, 1}, span{months: 1}
	default:
	}
	n := -1
	return func() time.Time {
		n++
		return length.add(first, n).begin(zone)
	}
}

// wallBounds returns a function that yields, ascending, the instants after start at which the clocks
// of a zone pass a multiple of step, counted from midnight. An hour that the clocks show twice makes
// two hours; a multiple that they skip is passed at the change.
func wallBounds(start time.Time, step time.Duration, zone *time.Location) func() time.Time {
	at, ahead := start.UTC(), offset(start, zone)
	change := engagement.OffsetUntil(at.In(zone))
	return func() time.Time {
		for {
			wall := at.Add(ahead)
			next := at.Add(wall.Truncate(step).Add(step).Sub(wall))
			if change.IsZero() || next.Before(change) {
				at = next
				return at
			}
			// Between here and the next multiple the clocks are changed: from before to after.
			before := wall.Add(change.Sub(at))
			at, ahead = change.UTC(), offset(change, zone)
			change = engagement.OffsetUntil(at.In(zone))
			after := at.Add(ahead)
			passed := !after.Truncate(step).Before(before) // a multiple lies in [before, after]
			if passed || after.Equal(after.Truncate(step)) {
				return at
			}
		}
	}
}
