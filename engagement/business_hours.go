package engagement

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

const (
	minute Millis = 60_000
	day    Millis = 24 * 60 * minute
)

// Hours is a schedule made ready for computing. The conversation is in hours at an instant if the
// wall clock of the schedule's zone shows a time within the weekly intervals on a day that is no
// holiday: an hour that a clock change repeats counts twice, one that it skips not at all.
type Hours struct {
	zone *time.Location
	// weekly holds the open intervals of each weekday as wall-clock time after midnight, merged.
	weekly [7][]span
	// holidays are days without hours, counted since 1970-01-01.
	holidays map[int64]bool
}

// span is a half-open interval of wall-clock time.
type span struct{ from, to Millis }

// NewHours compiles a schedule. It fails if the zone, a day or an interval does not exist.
func NewHours(s Schedule) (*Hours, error) {
	zone, err := time.LoadLocation(s.TimeZone)
	if err != nil {
		return nil, fmt.Errorf("time zone %q: %w", s.TimeZone, err)
	}
	h := &Hours{zone: zone, holidays: make(map[int64]bool, len(s.Holidays))}
	for _, w := range s.Weekly {
		if err := w.check(); err != nil {
			return nil, err
		}
		h.weekly[w.Weekday] = append(h.weekly[w.Weekday],
			span{Millis(w.StartMinute) * minute, Millis(w.EndMinute) * minute})
	}
	for i := range h.weekly {
		h.weekly[i] = merge(h.weekly[i])
	}
	for _, d := range s.Holidays {
		t, err := time.Parse(time.DateOnly, d)
		if err != nil {
			return nil, fmt.Errorf("holiday %q: %w", d, err)
		}
		h.holidays[t.UnixMilli()/int64(day)] = true
	}
	return h, nil
}

func (w WeeklyInterval) check() error {
	switch {
	case w.Weekday < 0 || w.Weekday > 6:
		return fmt.Errorf("weekday %d: must be 0 (Sunday) to 6 (Saturday)", w.Weekday)
	case w.StartMinute < 0 || w.EndMinute > 1440 || w.StartMinute >= w.EndMinute:
		return fmt.Errorf("interval %d-%d: must begin before it ends, within 0 to 1440 minutes", w.StartMinute, w.EndMinute)
	default:
		return nil
	}
}

// merge sorts intervals and joins those that overlap, so that no minute counts twice.
func merge(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	var merged []span
	for _, s := range spans {
		if n := len(merged); n > 0 && s.from <= merged[n-1].to {
			merged[n-1].to = max(merged[n-1].to, s.to)
			continue
		}
		merged = append(merged, s)
	}
	return merged
}

// Open reports whether an instant lies in hours. Nil hours are always open.
func (h *Hours) Open(at Instant) bool {
	return h == nil || h.Between(at, at+1) > 0
}

// Between returns how much of [from, to) lies in hours. Nil hours are always open.
func (h *Hours) Between(from, to Instant) Millis {
	if to <= from {
		return 0
	}
	if h == nil {
		return to.Sub(from)
	}
	var open Millis
	for from < to {
		// Between two changes of the zone's offset the wall clock runs evenly.
		local := from.Time().In(h.zone)
		_, seconds := local.Zone()
		until := to
		if end := OffsetUntil(local); !end.IsZero() {
			until = min(until, At(end))
		}
		offset := Millis(seconds) * 1000
		open += h.wall(Millis(from)+offset, Millis(until)+offset)
		from = until
	}
	return open
}

// wall measures the open part of [from, to) on a wall clock without changes.
func (h *Hours) wall(from, to Millis) Millis {
	var open Millis
	for d := floorDiv(from, day); Millis(d)*day < to; d++ {
		if h.holidays[d] {
			continue
		}
		midnight := Millis(d) * day
		for _, s := range h.weekly[weekday(d)] {
			open += max(0, min(to, midnight+s.to)-max(from, midnight+s.from))
		}
	}
	return open
}

// weekday returns 0 (Sunday) to 6 of a day counted since 1970-01-01, a Thursday.
func weekday(d int64) int { return int(((d+4)%7 + 7) % 7) }

func floorDiv(a, b Millis) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return int64(q)
}
